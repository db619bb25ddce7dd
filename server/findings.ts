import type { Selectable } from 'kysely'
import { isOnlyQuarantined } from '../extract/certificate.ts'
import type { Certificate } from '../extract/state.ts'
import { addressOf } from '../reports/address.ts'
import { minutesText } from '../reports/format.ts'
import type { DriftEffect } from '../reports/health-history.ts'
import type { Finding, Judged } from './alerts.ts'
import { errorDocument } from './errors.ts'
import { expiryFindings } from './expiries.ts'
import type { ExtractTables } from './migrations/001-extract.ts'
import type { PipelineRequest, PipelineResult } from './pipeline.ts'

/** At this share of a quota the owner is told. */
const quotaShare = 0.8

/** What a run found, and what it looked at: only that is judged, so an extraction alone resolves no check's alert. */
export async function findingsOf(
	request: PipelineRequest,
	result: PipelineResult,
	failure: unknown,
): Promise<{ findings: Finding[]; judged: Judged[] }> {
	const { config, state } = request
	const judged: Judged[] = [{ kind: 'run', subjects: runSubjects(request, result, failure === undefined) }]
	const findings: Finding[] = []
	if (failure !== undefined) {
		const { message, next } = errorDocument(failure).error
		findings.push({
			kind: 'run',
			subject: commandOf(request),
			severity: 'error',
			owner: config.owners.default,
			text: `${message}${next ? `; next: ${next}` : ''}`,
			link: addressOf(['runs', result.runId]),
		})
	}
	const { failed, held } = result.extracted ?? { failed: [], held: [] }
	const link = addressOf(['runs', result.runId])
	for (const stream of [...failed, ...held]) findings.push(streamFinding(stream, ownerOf(config, stream), link))
	if (result.extracted) {
		judged.push('quota', 'certificate', 'quarantine', 'schema', 'expiry')
		findings.push(...(await quotaFindings(state.db, config)))
		findings.push(...(await expiryFindings(request)))
		findings.push(...(await certificateFindings(state.db, config)))
		findings.push(...(await quarantineFindings(state.db, config)))
		findings.push(...(await schemaFindings(state.db, config, result.runId)))
	}
	if (result.checks) {
		judged.push('check')
		findings.push(...result.checks.flatMap(checkFinding))
	}
	if (result.freshness) {
		judged.push('freshness')
		findings.push(...result.freshness.flatMap(freshnessFinding))
	}
	return { findings, judged }
}

/** Streams that a subject names; the rest is counted. */
const namedStreams = 3

/** A command with the streams that it was for: a run of one stream says nothing of a run of all. */
function commandOf({ command, streams }: Pick<PipelineRequest, 'command' | 'streams'>): string {
	if (!streams) return command
	const rest = streams.length - namedStreams
	return [command, ...streams.slice(0, namedStreams), ...(rest > 0 ? [`and ${rest} more`] : [])].join(' ')
}

/** The failures that a run speaks of: its own, those of its steps once it did them for all streams, those of the streams it read. */
function runSubjects(request: PipelineRequest, { extracted }: PipelineResult, isDone: boolean): Set<string> {
	const steps = isDone && !request.streams ? request.steps : []
	const streams = extracted?.streams.map((one) => `${one.connection}.${one.stream}`) ?? []
	return new Set([commandOf(request), ...steps, ...streams])
}

type Config = PipelineRequest['config']
type Stream = NonNullable<PipelineResult['extracted']>['streams'][number]

function streamFinding(stream: Stream, owner: string, link: string): Finding {
	const subject = `${stream.connection}.${stream.stream}`
	const why = stream.error ? `: ${stream.error.message}${stream.error.next ? `; next: ${stream.error.next}` : ''}` : ''
	return {
		kind: 'run',
		subject,
		severity: 'error',
		owner,
		text: `${subject} is ${stream.outcome}${why}`,
		link,
	}
}

function ownerOf(config: Config, { connection, stream }: { connection: string; stream: string }): string {
	const found = config.connections.find((one) => one.name === connection)
	return found?.streams[stream]?.owner ?? found?.owner ?? config.owners.default
}

/** The filter of a list that leaves one stream. */
function streamFilter({ connection, stream }: { connection: string; stream: string }): Record<string, string> {
	return { connection, stream }
}

/** Streams whose newest certificate proves less than it should. */
async function certificateFindings(db: PipelineRequest['state']['db'], config: Config): Promise<Finding[]> {
	const newest = db
		.selectFrom('certificates')
		.select(({ fn }) => fn.max('id').as('id'))
		.groupBy(['connection', 'stream'])
	const certificates = await db.selectFrom('certificates').selectAll().where('id', 'in', newest).execute()
	return certificates
		.filter(({ connection }) => isConfigured(config, connection))
		.filter((one) => one.verdict !== 'proved' && one.verdict !== 'unverifiable' && !waitsOnly(one))
		.map((one) => {
			const subject = `${one.connection}.${one.stream}`
			return {
				kind: 'certificate' as const,
				subject,
				severity: 'error' as const,
				owner: ownerOf(config, one),
				text: `${subject} is ${one.verdict}: ${one.reason}; next: tieout run ${subject} --full`,
				link: addressOf(['reports', 'certificates'], streamFilter(one)),
			}
		})
}

/** Short of nothing but what waits in quarantine, which has a finding of its own. */
function waitsOnly({
	verdict,
	source_rows,
	landed_rows,
	loaded_rows,
	quarantined_rows,
}: Selectable<ExtractTables['certificates']>): boolean {
	return isOnlyQuarantined({
		verdict: verdict as Certificate['verdict'],
		sourceRows: source_rows,
		landedRows: landed_rows,
		loadedRows: loaded_rows,
		quarantinedRows: quarantined_rows,
	})
}

async function quarantineFindings(db: PipelineRequest['state']['db'], config: Config): Promise<Finding[]> {
	const waiting = await db
		.selectFrom('quarantine')
		.select(({ fn }) => ['connection', 'stream', fn.countAll<number>().as('records')])
		.where('resolved_at', 'is', null)
		.groupBy(['connection', 'stream'])
		.execute()
	const ours = waiting.filter(({ connection }) => isConfigured(config, connection))
	return ours.map((one) => {
		const subject = `${one.connection}.${one.stream}`
		const count = `${one.records} ${Number(one.records) === 1 ? 'record' : 'records'}`
		return {
			kind: 'quarantine' as const,
			subject,
			severity: 'error' as const,
			owner: ownerOf(config, one),
			text: `${count} of ${subject} in quarantine; next: tieout replay --quarantine`,
			link: addressOf(['quarantine'], streamFilter(one)),
		}
	})
}

/** Nobody repairs what is read no more, and it is in no figure. */
function isConfigured(config: Config, connection: string): boolean {
	return config.connections.some(({ name }) => name === connection)
}

/** A changed field that is read stays an alert for so long, also where the stream was read since. Milliseconds. */
const shownDrift = 7 * 86_400_000

/**
 * Fields that are read and are gone or changed their type, as they were last found: an error until their stream is read again, then a
 * warning for a week, in which somebody looks at the numbers. A field that is back is none.
 */
async function schemaFindings(db: PipelineRequest['state']['db'], config: Config, runId: string): Promise<Finding[]> {
	const newest = db
		.selectFrom('drift_events')
		.select(({ fn }) => fn.max('id').as('id'))
		.groupBy(['connection', 'stream', 'field'])
	const events = await db.selectFrom('drift_events').selectAll().where('id', 'in', newest).orderBy('id').execute()
	const { started_at: now } = await db
		.selectFrom('runs')
		.select('started_at')
		.where('run_id', '=', runId)
		.executeTakeFirstOrThrow()
	const found: Finding[] = []
	for (const event of events.filter(({ connection }) => isConfigured(config, connection))) {
		const effect = event.effect === null ? null : (JSON.parse(event.effect) as DriftEffect)
		if (!effect?.breaks) continue
		const read = await db
			.selectFrom('stream_cursors')
			.select('updated_at')
			.where('connection', '=', event.connection)
			.where('stream', '=', event.stream)
			.where('updated_at', '>', event.found_at)
			.executeTakeFirst()
		if (read && Date.parse(now) - Date.parse(event.found_at) > shownDrift) continue
		const stream = `${event.connection}.${event.stream}`
		const next = read
			? 'the stream is read again: look whether the numbers are right'
			: `look at the field in the source or correct fields: in tieout.yml, then tieout run ${stream}`
		found.push({
			kind: 'schema',
			subject: `${stream}.${event.field}`,
			severity: read ? 'warning' : 'error',
			owner: ownerOf(config, event),
			text: `${stream}: ${effect.text}; next: ${next}`,
			link: '/checks#schema-drift',
		})
	}
	return found
}

async function quotaFindings(db: PipelineRequest['state']['db'], config: Config): Promise<Finding[]> {
	const usage = await db.selectFrom('api_usage').selectAll().execute()
	return usage
		.filter(({ connection }) => isConfigured(config, connection))
		.filter((one) => one.maximum > 0 && one.used >= one.maximum * quotaShare)
		.map((one) => ({
			kind: 'quota' as const,
			subject: `${one.connection}.${one.quota}`,
			severity: one.used >= one.maximum ? ('error' as const) : ('warning' as const),
			owner:
				config.connections.find((connection) => connection.name === one.connection)?.owner ?? config.owners.default,
			text: `${one.connection} has used ${one.used} of ${one.maximum} of its quota ${one.quota}; next: read it less often (schedule), or ask the vendor for more; what is left: tieout status`,
			link: '/checks#budgets',
		}))
}

function checkFinding(check: NonNullable<PipelineResult['checks']>[number]): Finding[] {
	if (check.status === 'pass' || check.status === 'not run') return []
	const severity = check.status === 'warn' ? 'warning' : 'error'
	return [
		{
			kind: 'check',
			subject: check.name,
			severity,
			owner: check.owner,
			text: `${check.name}: ${check.explanation}`,
			link: addressOf(['checks', check.name]),
		},
	]
}

function freshnessFinding(one: NonNullable<PipelineResult['freshness']>[number]): Finding[] {
	if (one.status === 'pass' || one.status === 'off') return []
	const subject = `${one.connection}.${one.stream}`
	const limit = one.status === 'warn' ? one.warn_minutes : one.error_minutes
	const why = one.outcome ? ` (${one.outcome}${one.problem ? `: ${one.problem}` : ''})` : ''
	const next = one.next_step ?? `tieout run ${subject}`
	const text =
		one.status === 'not run'
			? `${subject} was never read${why}; next: ${next}`
			: (one.age_minutes ?? 0) < 0
				? `${subject} was read ${minutesText(-one.age_minutes!)} ahead of the clock; next: set the clock, or if it is right now: tieout extract ${subject} --full`
				: `${subject} is ${minutesText(one.age_minutes ?? 0)} old, allowed ${minutesText(limit)}${why}; next: ${next}`
	return [
		{
			kind: 'freshness',
			subject,
			severity: one.status === 'warn' ? 'warning' : 'error',
			owner: one.owner,
			text,
			link: addressOf(['reports', 'freshness'], streamFilter(one)),
		},
	]
}
