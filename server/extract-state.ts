import type { ExpressionBuilder, Kysely, Selectable } from 'kysely'
import type { ExtractState, LandedPart, QuarantinedRecord, RunKind, RunOutcome, StreamRun } from '../extract/state.ts'
import type { ExtractTables } from './migrations/001-extract.ts'
import { requestLog } from './request-log.ts'
import type { StateSchema } from './state.ts'
import { type LockEffects, streamLocks } from './stream-locks.ts'

/** Extraction's memory over the state database. `now` is the company's clock; the locks' own beat follows the machine's (`lock`). */
export function extractState(
	db: Kysely<StateSchema>,
	{ now = Date.now, lock = {} }: { now?: () => number; lock?: LockEffects } = {},
): ExtractState {
	const stamp = () => iso(now())!
	const locks = streamLocks(db, lock)
	return {
		...cursors(db, stamp),
		...runs(db, now),
		...parts(db),
		...quarantine(db, stamp),
		...descriptions(db, stamp),
		...held(db, stamp),
		lock: locks.take,
		forget: (connection, stream) => forget(db, connection, stream),
		atomically: (work) => db.transaction().execute((transaction) => work(extractState(transaction, { now, lock }))),
		tokens: async (connection) => {
			const row = await db
				.selectFrom('oauth_tokens')
				.selectAll()
				.where('connection', '=', connection)
				.executeTakeFirst()
			return row ? JSON.parse(row.tokens) : null
		},
		saveTokens: async (connection, tokens) => {
			const values = { connection, tokens: JSON.stringify(tokens), updated_at: stamp() }
			await db
				.insertInto('oauth_tokens')
				.values(values)
				.onConflict((conflict) => conflict.doUpdateSet(values))
				.execute()
		},
		vendorJob: async (runId, name) => {
			const jobs = db.selectFrom('vendor_jobs').select('detail').where('run_id', '=', runId).where('name', '=', name)
			const row = await jobs.executeTakeFirst()
			return row ? JSON.parse(row.detail) : null
		},
		noteVendorJob: async (runId, name, detail) => {
			const values = { run_id: runId, name, detail: JSON.stringify(detail), noted_at: stamp() }
			await db
				.insertInto('vendor_jobs')
				.values(values)
				.onConflict((conflict) => conflict.doUpdateSet(values))
				.execute()
		},
		requestLog: (connection) => requestLog(db, connection),
		noteUsage: async (connection, quota, used, maximum) => {
			const values = { connection, quota, used: Math.round(used), maximum: Math.round(maximum), noted_at: stamp() }
			await db
				.insertInto('api_usage')
				.values(values)
				.onConflict((conflict) => conflict.doUpdateSet(values))
				.execute()
		},
	}
}

async function forget(db: Kysely<StateSchema>, connection: string, stream: string): Promise<void> {
	await db
		.deleteFrom('landed_parts')
		.where('run_id', 'in', (query) =>
			query
				.selectFrom('stream_runs')
				.select('run_id')
				.where('connection', '=', connection)
				.where('stream', '=', stream),
		)
		.execute()
	await db.deleteFrom('stream_cursors').where('connection', '=', connection).where('stream', '=', stream).execute()
}

function cursors(db: Kysely<StateSchema>, stamp: () => string): Pick<ExtractState, 'cursor' | 'moveCursor'> {
	return {
		cursor: async (connection, stream) => {
			const row = await db
				.selectFrom('stream_cursors')
				.selectAll()
				.where('connection', '=', connection)
				.where('stream', '=', stream)
				.executeTakeFirst()
			if (!row) return null
			return {
				watermark: moment(row.watermark),
				deletesUntil: moment(row.deletes_until),
				fullRows: row.full_rows,
				fullAt: moment(row.full_at),
				sweptAt: moment(row.swept_at),
				countedAt: moment(row.counted_at),
				runId: row.run_id,
			}
		},
		moveCursor: async (connection, stream, cursor) => {
			const values = {
				connection,
				stream,
				watermark: iso(cursor.watermark),
				deletes_until: iso(cursor.deletesUntil),
				full_rows: cursor.fullRows,
				full_at: iso(cursor.fullAt),
				swept_at: iso(cursor.sweptAt),
				counted_at: iso(cursor.countedAt),
				run_id: cursor.runId,
				updated_at: stamp(),
			}
			await db
				.insertInto('stream_cursors')
				.values(values)
				.onConflict((conflict) => conflict.doUpdateSet(values))
				.execute()
		},
	}
}

function runs(
	db: Kysely<StateSchema>,
	now: () => number,
): Pick<ExtractState, 'startRun' | 'unfinishedRun' | 'run' | 'loadedRuns' | 'finishRun' | 'certify'> {
	return {
		startRun: async ({ connection, stream, kind, window }) =>
			db.transaction().execute(async (transaction) => {
				const startedAt = now()
				const last = await transaction
					.selectFrom('stream_runs')
					.select((select) => select.fn.max('sequence').as('sequence'))
					.executeTakeFirst()
				// By the clock and by number: it sorts by time, and stays unique when the clock stands still or goes back.
				const number = String((last?.sequence ?? 0) + 1).padStart(6, '0')
				const runId = `${iso(startedAt)!.slice(0, 19).replaceAll(/[-:]/g, '')}-${number}`
				const row = { run_id: runId, connection, stream, kind, window: JSON.stringify(window) }
				await transaction
					.insertInto('stream_runs')
					.values({ ...row, started_at: iso(startedAt)!, outcome: 'running' })
					.execute()
				return { runId, connection, stream, kind, window, startedAt, outcome: 'running' }
			}),
		unfinishedRun: async (connection, stream) => {
			const row = await db
				.selectFrom('stream_runs')
				.selectAll()
				.where('connection', '=', connection)
				.where('stream', '=', stream)
				.orderBy('sequence', 'desc')
				.limit(1)
				.executeTakeFirst()
			return row && ['running', 'failed', 'stopped'].includes(row.outcome) ? toRun(row) : null
		},
		run: async (runId) => {
			const row = await db.selectFrom('stream_runs').selectAll().where('run_id', '=', runId).executeTakeFirst()
			return row ? toRun(row) : null
		},
		loadedRuns: async (connection, stream) => {
			const rows = await db
				.selectFrom('stream_runs')
				.selectAll()
				.where('connection', '=', connection)
				.where('stream', '=', stream)
				.where((where) =>
					where.or([
						where('outcome', 'in', ['loaded', 'incomplete']),
						// Of a run whose deletions wait for a person, or were refused by one, the records are loaded all the same.
						where.and([where('outcome', 'in', ['held', 'discarded']), where.exists(loadedRecords(where))]),
					]),
				)
				.orderBy('sequence')
				.execute()
			return rows.map(toRun)
		},
		finishRun: async (runId, end) => {
			await db
				.updateTable('stream_runs')
				.set({
					outcome: end.outcome,
					finished_at: end.outcome === 'running' ? null : iso(now()),
					rows_landed: end.landed,
					rows_loaded: end.loaded,
					rows_quarantined: end.quarantined,
					rows_deleted: end.deleted,
					error_code: end.error?.code ?? null,
					error: end.error?.message ?? null,
					next_step: end.error?.next ?? null,
					notes: end.notes && end.notes.length > 0 ? JSON.stringify(end.notes) : null,
				})
				.where('run_id', '=', runId)
				.execute()
		},
		certify: async (run, certificate) => {
			await db
				.insertInto('certificates')
				.values({
					run_id: run.runId,
					connection: run.connection,
					stream: run.stream,
					verdict: certificate.verdict,
					reason: certificate.reason,
					source_rows: certificate.sourceRows,
					landed_rows: certificate.landedRows,
					loaded_rows: certificate.loadedRows,
					quarantined_rows: certificate.quarantinedRows,
					money: JSON.stringify(certificate.money),
					window: JSON.stringify(run.window),
					certified_at: iso(now())!,
				})
				.execute()
		},
	}
}

function loadedRecords(where: ExpressionBuilder<StateSchema, 'stream_runs'>) {
	return where
		.selectFrom('landed_parts')
		.select('part')
		.whereRef('landed_parts.run_id', '=', 'stream_runs.run_id')
		.where('loaded_at', 'is not', null)
}

function parts(db: Kysely<StateSchema>): Pick<ExtractState, 'parts' | 'recordPart' | 'markLoaded'> {
	return {
		parts: async (runId) => {
			const rows = await db.selectFrom('landed_parts').selectAll().where('run_id', '=', runId).orderBy('part').execute()
			return rows.map(toPart)
		},
		recordPart: async (part) => {
			await db
				.insertInto('landed_parts')
				.values({
					run_id: part.runId,
					part: part.part,
					purpose: part.purpose,
					file: part.file,
					rows: part.rows,
					bytes: part.bytes,
					pages: part.pages,
					sha256: part.sha256,
					fields: JSON.stringify(part.fields),
					number_fields: JSON.stringify(part.numberFields),
					resume: part.resume === null ? null : JSON.stringify(part.resume),
					last_record: part.last === null ? null : JSON.stringify(part.last),
					source_total: part.sourceTotal,
					extracted_at: iso(part.extractedAt)!,
					loaded_at: null,
					envelope: part.envelope === null ? null : JSON.stringify(part.envelope),
					money: part.money === null ? null : JSON.stringify(part.money),
					is_doubtful: part.isDoubtful ? 1 : 0,
				})
				.execute()
		},
		markLoaded: async (runId, loaded, loadedAt) => {
			await db
				.updateTable('landed_parts')
				.set({ loaded_at: iso(loadedAt) })
				.where('run_id', '=', runId)
				.where('part', 'in', loaded)
				.where('loaded_at', 'is', null)
				.execute()
		},
	}
}

function quarantine(
	db: Kysely<StateSchema>,
	stamp: () => string,
): Pick<ExtractState, 'quarantine' | 'quarantined' | 'resolveQuarantine'> {
	return {
		quarantine: async (records) => {
			await db.transaction().execute(async (transaction) => {
				for (const record of records) {
					if (await waits(transaction, record)) continue
					await transaction
						.insertInto('quarantine')
						.values(quarantineRow(record, stamp()))
						.onConflict((conflict) => conflict.columns(['file', 'line']).doNothing())
						.execute()
				}
			})
		},
		quarantined: async ({ connection, stream }) => {
			let query = db.selectFrom('quarantine').selectAll().where('resolved_at', 'is', null).orderBy('id')
			if (connection !== undefined) query = query.where('connection', '=', connection)
			if (stream !== undefined) query = query.where('stream', '=', stream)
			const rows = await query.execute()
			return rows.map(({ record_key, run_id, quarantined_at, resolved_at, resolution, ...row }) => {
				const { amount, currency, is_cut, ...rest } = row
				const money = amount === null ? null : { amount, currency }
				return { ...rest, key: record_key, runId: run_id, money, isCut: is_cut === 1 }
			})
		},
		resolveQuarantine: async (ids, resolution) => {
			await db.updateTable('quarantine').set({ resolved_at: stamp(), resolution }).where('id', 'in', ids).execute()
		},
	}
}

/** Overlapping reads bring the same bad record again and again: it is one. */
async function waits(db: Kysely<StateSchema>, { connection, stream, record }: QuarantinedRecord): Promise<boolean> {
	const same = await db
		.selectFrom('quarantine')
		.select('id')
		.where('connection', '=', connection)
		.where('stream', '=', stream)
		.where('resolved_at', 'is', null)
		.where('record', '=', record)
		.executeTakeFirst()
	return same !== undefined
}

function quarantineRow(record: QuarantinedRecord, quarantinedAt: string) {
	const { key, runId, money, isCut, ...rest } = record
	return {
		...rest,
		record_key: key,
		run_id: runId,
		quarantined_at: quarantinedAt,
		resolved_at: null,
		resolution: null,
		amount: money?.amount ?? null,
		currency: money?.currency ?? null,
		is_cut: isCut ? 1 : 0,
	}
}

function descriptions(
	db: Kysely<StateSchema>,
	stamp: () => string,
): Pick<ExtractState, 'description' | 'saveDescription' | 'recordDrift'> {
	return {
		description: async (connection, stream) => {
			const row = await db
				.selectFrom('stream_descriptions')
				.select('fields')
				.where('connection', '=', connection)
				.where('stream', '=', stream)
				.executeTakeFirst()
			return row ? JSON.parse(row.fields) : null
		},
		saveDescription: async (connection, stream, fields) => {
			const values = { connection, stream, fields: JSON.stringify(fields), described_at: stamp() }
			await db
				.insertInto('stream_descriptions')
				.values(values)
				.onConflict((conflict) => conflict.doUpdateSet(values))
				.execute()
		},
		recordDrift: async (events) => {
			const rows = events.map(({ before, after, isDeclared, runId, ...event }) => ({
				...event,
				type_before: before,
				type_after: after,
				is_declared: isDeclared ? 1 : 0,
				run_id: runId,
				found_at: stamp(),
			}))
			if (rows.length > 0) await db.insertInto('drift_events').values(rows).execute()
		},
	}
}

function held(
	db: Kysely<StateSchema>,
	stamp: () => string,
): Pick<ExtractState, 'hold' | 'held' | 'heldRuns' | 'decideHeld'> {
	return {
		hold: async ({ runId, rowsBefore, rowsNow, ...rest }) => {
			const row = { ...rest, run_id: runId, rows_before: rowsBefore, rows_now: rowsNow, held_at: stamp() }
			await db
				.insertInto('held_runs')
				.values(row)
				.onConflict((conflict) => conflict.doNothing())
				.execute()
		},
		held: async (connection, stream) => {
			const row = await db
				.selectFrom('held_runs')
				.selectAll()
				.where('connection', '=', connection)
				.where('stream', '=', stream)
				.where('decision', 'is', null)
				.executeTakeFirst()
			return row ? toHeld(row) : null
		},
		heldRuns: async () => {
			const rows = await db.selectFrom('held_runs').selectAll().where('decision', 'is', null).execute()
			return rows.map(toHeld)
		},
		decideHeld: async (runId, decision, decidedBy) => {
			await db
				.updateTable('held_runs')
				.set({ decision, decided_by: decidedBy, decided_at: stamp() })
				.where('run_id', '=', runId)
				.execute()
		},
	}
}

function toHeld(row: Selectable<ExtractTables['held_runs']>) {
	return {
		runId: row.run_id,
		connection: row.connection,
		stream: row.stream,
		reason: row.reason,
		rowsBefore: row.rows_before,
		rowsNow: row.rows_now,
		decision: row.decision as 'load' | 'discard' | null,
	}
}

function toRun(row: Selectable<ExtractTables['stream_runs']>): StreamRun {
	return {
		runId: row.run_id,
		connection: row.connection,
		stream: row.stream,
		kind: row.kind as RunKind,
		window: JSON.parse(row.window),
		startedAt: moment(row.started_at)!,
		outcome: row.outcome as RunOutcome,
	}
}

function toPart(row: Selectable<ExtractTables['landed_parts']>): LandedPart {
	return {
		runId: row.run_id,
		part: row.part,
		purpose: row.purpose as LandedPart['purpose'],
		file: row.file,
		rows: row.rows,
		bytes: row.bytes,
		pages: row.pages,
		sha256: row.sha256,
		fields: JSON.parse(row.fields),
		numberFields: JSON.parse(row.number_fields),
		resume: row.resume === null ? null : JSON.parse(row.resume),
		last: row.last_record === null ? null : JSON.parse(row.last_record),
		sourceTotal: row.source_total,
		extractedAt: moment(row.extracted_at)!,
		loadedAt: moment(row.loaded_at),
		envelope: row.envelope === null ? null : JSON.parse(row.envelope),
		money: row.money === null ? null : JSON.parse(row.money),
		isDoubtful: row.is_doubtful === 1,
	}
}

function iso(at: number | null): string | null {
	return at === null ? null : new Date(at).toISOString()
}

function moment(text: string | null): number | null {
	return text === null ? null : Date.parse(text)
}
