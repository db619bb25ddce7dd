import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { TieoutError } from '../../models/error.ts'
import type { ResultColumn } from '../../models/warehouse.ts'
import type { OpenGeneration } from './generation.ts'
import type { ControlTotal, ExportSummary, Slice, Totals } from './messages.ts'

/** `isRaw`: text that looks like a formula stays as it is. `filter` is repeated in the manifest. `totals`: default by convention. */
export type ExportOptions = { isRaw?: boolean; filter?: string; totals?: Totals; signal?: AbortSignal }

/** What accompanies an export and proves that it is whole. `sha256` is of the file's bytes, header included. */
export type Manifest = {
	schema: 'tieout.export/1'
	generation: string
	filter: string
	columns: ResultColumn[]
	rows: number
	totals: ControlTotal[]
	sha256: string
	bytes: number
	isComplete: true
}

/** A CSV on its way. `manifest` resolves after the last byte was read from `stream`, and rejects when the export failed. */
export type CsvExport = { generation: string; columns: ResultColumn[]; stream: Readable; manifest: Promise<Manifest> }

/**
 * Starts writing the result of a SELECT in slices to spool files and gives a stream over them in order: the first bytes come
 * after the first slice, and a slow reader holds no query. Destroying the stream cancels the query; the files go with it.
 */
export async function startCsvExport(
	generation: OpenGeneration,
	{ sql, parameters, spool }: { sql: string; parameters: readonly unknown[]; spool: string },
	options: ExportOptions = {},
): Promise<CsvExport> {
	const folder = mkdtempSync(path.join(spool, 'export-'))
	const cancel = new AbortController()
	options.signal?.addEventListener('abort', () => cancel.abort(), { once: true })
	const slices = queueOfSlices()
	const columns = Promise.withResolvers<ResultColumn[]>()
	const release = generation.use()
	const question = {
		type: 'export' as const,
		sql,
		parameters,
		folder,
		isRaw: options.isRaw ?? false,
		...(options.totals && { totals: options.totals }),
	}
	const summary = generation.ask('exports', question, {
		signal: cancel.signal,
		tell: (part) =>
			'columns' in (part as object) ? columns.resolve((part as ExportSummary).columns) : slices.add(part as Slice),
	}) as Promise<ExportSummary>
	summary.then(slices.end, (error) => {
		columns.reject(error)
		slices.fail(error)
	})
	const cleanUp = async () => {
		cancel.abort()
		release()
		await rm(folder, { recursive: true, force: true })
	}
	const header = await columns.promise.catch(async (error) => {
		await cleanUp()
		throw error
	})
	const manifest = Promise.withResolvers<Manifest>()
	manifest.promise.catch(() => {})
	const facts = { generation: generation.name, filter: options.filter ?? '' }
	const stream = Readable.from(bytesOf(header, slices, summary, facts, manifest), { objectMode: false })
	stream.once('close', () => {
		manifest.reject(new TieoutError('refused', 'export.cancelled', 'the export was not read to its end'))
		void cleanUp()
	})
	return { generation: generation.name, columns: header, stream, manifest: manifest.promise }
}

async function* bytesOf(
	columns: ResultColumn[],
	slices: ReturnType<typeof queueOfSlices>,
	summary: Promise<ExportSummary>,
	facts: { generation: string; filter: string },
	manifest: PromiseWithResolvers<Manifest>,
): AsyncGenerator<Buffer> {
	const hash = createHash('sha256')
	let bytes = 0
	const counted = (chunk: Buffer) => {
		hash.update(chunk)
		bytes += chunk.length
		return chunk
	}
	try {
		yield counted(Buffer.from(`${columns.map((column) => quoted(column.name)).join(',')}\r\n`))
		for await (const slice of slices.all()) {
			for await (const chunk of createReadStream(slice.file, { highWaterMark: 1 << 20 })) yield counted(chunk as Buffer)
			await rm(slice.file, { force: true })
		}
		const { rows, totals } = await summary
		manifest.resolve({
			schema: 'tieout.export/1',
			...facts,
			columns,
			rows,
			totals,
			sha256: hash.digest('hex'),
			bytes,
			isComplete: true,
		})
	} catch (error) {
		manifest.reject(error)
		throw error
	}
}

/** RFC 4180: a field with a comma, quote or line break is quoted. */
function quoted(field: string): string {
	return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field
}

/** Slices in order of arrival; reading waits for the next one until the export has ended. */
function queueOfSlices() {
	const arrived: Slice[] = []
	let outcome: { error?: unknown } | undefined
	const bell = new EventTarget()
	const ring = () => bell.dispatchEvent(new Event('ring'))
	return {
		add: (slice: Slice) => {
			arrived.push(slice)
			ring()
		},
		end: () => {
			outcome = {}
			ring()
		},
		fail: (error: unknown) => {
			outcome = { error }
			ring()
		},
		async *all(): AsyncGenerator<Slice> {
			for (;;) {
				const next = arrived.shift()
				if (next) yield next
				else if (outcome?.error !== undefined) throw outcome.error
				else if (outcome) return
				else await once(bell, 'ring')
			}
		},
	}
}
