import { createHash } from 'node:crypto'
import { createReadStream, mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { TieoutError } from '../../models/error.ts'
import type { ResultColumn } from '../../models/warehouse.ts'
import type { ExportFormat } from './format.ts'
import type { OpenGeneration } from './generation.ts'
import type { ControlTotal, ExportSummary, Slice, Totals } from './messages.ts'
import { type SliceQueue, sliceQueue } from './slice-queue.ts'
import { workbookBytes } from './xlsx-file.ts'

/**
 * `format`: default CSV. `isRaw`: in CSV, text that looks like a formula stays as it is. `filter` is repeated in the manifest. `totals`:
 * default by convention. `title` names the sheets of a workbook. `trust`: whether what is exported can be trusted, for the manifest.
 */
export type ExportOptions = {
	format?: ExportFormat
	isRaw?: boolean
	filter?: string
	title?: string
	totals?: Totals
	trust?: ExportTrust
	signal?: AbortSignal
}

/** The verdict of the generation, and what speaks against it. `switched_off`: streams that the configuration does not let be read. */
export type ExportTrust = { verdict: string; reasons: string[]; switched_off?: string[] }

/**
 * What accompanies an export and proves that it is whole. `sha256` is of the file's bytes, header included. Of XLSX `longNumbers` and
 * `cutTexts` count, by column, numbers that stand as text and texts that a cell can't hold; with the latter it is not complete.
 */
export type Manifest = {
	schema: 'tieout.export/1'
	format: ExportFormat
	generation: string
	filter: string
	columns: ResultColumn[]
	rows: number
	totals: ControlTotal[]
	sha256: string
	bytes: number
	isComplete: boolean
	trust?: ExportTrust
	longNumbers?: Record<string, number>
	cutTexts?: Record<string, number>
}

/** A file on its way. `manifest` resolves after the last byte was read from `stream`, and rejects when the export failed. */
export type FileExport = { generation: string; columns: ResultColumn[]; stream: Readable; manifest: Promise<Manifest> }

type Facts = { format: ExportFormat; generation: string; filter: string; title: string; trust?: ExportTrust }

/**
 * Starts writing the result of a SELECT to spool files and gives a stream of the file in its format: of CSV and XLSX the first bytes
 * come after the first slice, and a slow reader holds no query. Destroying the stream cancels the query; the files go with it.
 */
export async function startExport(
	generation: OpenGeneration,
	{ sql, parameters, spool }: { sql: string; parameters: readonly unknown[]; spool: string },
	options: ExportOptions = {},
): Promise<FileExport> {
	const folder = mkdtempSync(path.join(spool, 'export-'))
	const format = options.format ?? 'csv'
	const cancel = new AbortController()
	options.signal?.addEventListener('abort', () => cancel.abort(), { once: true })
	const slices = sliceQueue()
	const columns = Promise.withResolvers<ResultColumn[]>()
	const release = generation.use()
	const question = {
		type: 'export' as const,
		format,
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
	const { filter = '', title = 'Rows', trust } = options
	const facts = { format, generation: generation.name, filter, title, ...(trust && { trust }) }
	const stream = Readable.from(counted(header, slices, summary, facts, manifest), { objectMode: false })
	stream.once('close', () => {
		manifest.reject(new TieoutError('refused', 'export.cancelled', 'the export was not read to its end'))
		void cleanUp()
	})
	return { generation: generation.name, columns: header, stream, manifest: manifest.promise }
}

/** The file's bytes; after the last one its manifest. */
async function* counted(
	columns: ResultColumn[],
	slices: SliceQueue,
	summary: Promise<ExportSummary>,
	{ title, ...facts }: Facts,
	manifest: PromiseWithResolvers<Manifest>,
): AsyncGenerator<Buffer> {
	const hash = createHash('sha256')
	let bytes = 0
	try {
		for await (const chunk of bytesOf(columns, slices, summary, { title, ...facts })) {
			hash.update(chunk)
			bytes += chunk.length
			yield chunk
		}
		const { rows, totals, longNumbers, cutTexts } = await summary
		manifest.resolve({
			schema: 'tieout.export/1',
			...facts,
			columns,
			rows,
			totals,
			sha256: hash.digest('hex'),
			bytes,
			isComplete: Object.keys(cutTexts ?? {}).length === 0,
			...(longNumbers && { longNumbers, cutTexts: cutTexts ?? {} }),
		})
	} catch (error) {
		manifest.reject(error)
		throw error
	}
}

async function* bytesOf(
	columns: ResultColumn[],
	slices: SliceQueue,
	summary: Promise<ExportSummary>,
	{ format, title, generation, filter }: Facts,
): AsyncGenerator<Buffer> {
	if (format === 'xlsx') {
		const lines: [string, string][] = [
			['Generation', generation],
			['Filter', filter || 'none: every row'],
		]
		yield* workbookBytes(columns, slices, summary, { title, lines })
		return
	}
	if (format === 'csv') yield Buffer.from(`${columns.map((column) => quoted(column.name)).join(',')}\r\n`)
	for await (const slice of slices.all()) {
		for await (const chunk of createReadStream(slice.file, { highWaterMark: 1 << 20 })) yield chunk as Buffer
		await rm(slice.file, { force: true })
	}
}

/** RFC 4180: a field with a comma, quote or line break is quoted. */
function quoted(field: string): string {
	return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field
}
