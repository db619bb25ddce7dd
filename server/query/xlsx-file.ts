import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { PassThrough, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ZipFile } from 'yazl'
import type { ResultColumn } from '../../models/warehouse.ts'
import type { ExportSummary, Slice } from './messages.ts'
import type { SliceQueue } from './slice-queue.ts'
import { cellCharacters, spreadsheetDigits } from './xlsx-cells.ts'
import { rootPart, sheetEnd, sheetName, sheetRows, sheetStart, textSheet, workbookParts } from './xlsx-parts.ts'

/** What is said on the workbook's last sheet beside rows and totals: label and value. */
export type WorkbookFacts = { title: string; lines: [string, string][] }

/** Times of an archive's entries say nothing; a fixed one makes the same rows the same bytes. */
const entryOptions = { mtime: new Date(1980, 0, 1), mode: 0o100644, forceDosTimestamp: true, compressionLevel: 3 }

/**
 * The bytes of a workbook, while its slices are being written: sheets of at most 1,048,576 rows, each with the header, and a last one
 * that says what the file is and where a number stands as text. Memory does not grow with the rows.
 */
export async function* workbookBytes(
	columns: ResultColumn[],
	slices: SliceQueue,
	summary: Promise<ExportSummary>,
	facts: WorkbookFacts,
): AsyncGenerator<Buffer> {
	const zip = new ZipFile()
	const out = new PassThrough()
	const broken = (error: unknown) => out.destroy(error as Error)
	zip.on('error' as never, broken as never)
	zip.outputStream.pipe(out)
	const add = (path: string, text: string) => zip.addBuffer(Buffer.from(text), path, entryOptions)
	const written = writeParts().catch(broken)
	try {
		for await (const chunk of out) yield chunk as Buffer
		await written
	} finally {
		out.destroy()
	}

	async function writeParts(): Promise<void> {
		add(...rootPart)
		const names: string[] = []
		for await (const sheet of sheetsOf(slices)) {
			names.push(sheetName(facts.title, names.length + 1))
			const stream = new PassThrough({ highWaterMark: 1 << 20 })
			zip.addReadStream(stream, `xl/worksheets/sheet${names.length}.xml`, entryOptions)
			await pipeline(Readable.from(sheetXml(columns, sheet), { objectMode: false }), stream)
		}
		const about = sheetName(names.includes('About') ? 'About this file' : 'About', 1)
		add(`xl/worksheets/sheet${names.length + 1}.xml`, textSheet(aboutRows(facts, await summary, names.length)))
		for (const part of workbookParts([...names, about])) add(...part)
		zip.end()
	}
}

/** Slices by sheet: one that doesn't fit into a sheet any more begins the next. There is one sheet at least. */
async function* sheetsOf(slices: SliceQueue): AsyncGenerator<AsyncIterable<Slice>> {
	const all = slices.all()
	let next = await all.next()
	do {
		yield sheet()
	} while (!next.done)

	async function* sheet(): AsyncGenerator<Slice> {
		let rows = 1
		while (!next.done && rows + next.value.rows <= sheetRows) {
			rows += next.value.rows
			yield next.value
			next = await all.next()
		}
	}
}

async function* sheetXml(columns: ResultColumn[], slices: AsyncIterable<Slice>): AsyncGenerator<Buffer> {
	yield Buffer.from(sheetStart(columns))
	let rows = 1
	for await (const { file, rows: count } of slices) {
		rows += count
		for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) yield chunk as Buffer
		await rm(file, { force: true })
	}
	yield Buffer.from(sheetEnd(columns, rows))
}

function aboutRows(facts: WorkbookFacts, summary: ExportSummary, sheets: number): string[][] {
	const { longNumbers = {}, cutTexts = {} } = summary
	const totals = summary.totals.map(({ column, currency, rows, amount }) => [
		'Control total',
		column,
		currency || '(no currency)',
		amount,
		`${rows} rows`,
	])
	const long = Object.entries(longNumbers).map(([column, cells]) => ['Numbers as text', column, `${cells} cells`])
	const cut = Object.entries(cutTexts).map(([column, cells]) => ['Texts cut', column, `${cells} cells`])
	return [
		['About this file', facts.title],
		...facts.lines,
		['Rows', String(summary.rows), ...(sheets > 1 ? [`in ${sheets} sheets: a sheet holds ${sheetRows} rows`] : [])],
		...totals,
		[
			'Digits',
			long.length > 0
				? `Numbers of more than ${spreadsheetDigits} digits stand as text, because a spreadsheet would round them; sums of their columns leave them out.`
				: `Every number stands as a number with all its digits (at most ${spreadsheetDigits}).`,
		],
		...long,
		...(cut.length > 0
			? [
					[
						'Long texts',
						`A cell holds ${cellCharacters} characters: longer texts are cut and end in " …". CSV and Parquet have them whole.`,
					],
				]
			: []),
		...cut,
	]
}
