import { parse } from 'csv-parse/sync'
import { TieoutError } from '../../../models/error.ts'
import type { FileFormat } from './options.ts'

/** A row of a file: its cells by header, and the line of the file on which it begins. Empty cells are null. */
export type Row = { line: number; cells: Record<string, string | null>; problem: string | null }

/** A file as read: its name for messages, the headers in order, the rows. Nothing is converted: cells are the file's text. */
export type Table = { file: string; headers: string[]; rows: Row[] }

/**
 * Reads a CSV file's bytes. The encoding is told by its byte order mark, else UTF-8 where it is valid, else Windows-1252; the
 * delimiter is the one that the header line has most of. A header that stands twice gets its number (`amount#1`, `amount#2`).
 * A row of the wrong length is kept with its problem. Throws `files.unreadable` for a quote that is never closed and the like.
 */
export function readTable(file: string, bytes: Uint8Array, format: FileFormat = {}): Table {
	const text = decode(bytes, format.encoding)
	const records = parseRecords(file, text, format.delimiter ?? delimiterOf(text))
	const [head, ...body] = records
	if (!head) throw unreadable(file, 'the file is empty: it has not even a header line')
	const headers = uniqueHeaders(head.record.map((name) => name.trim()))
	const rows = body
		.filter(({ record }) => record.some((cell) => cell.trim() !== ''))
		.map(({ record, info }) => rowOf(headers, record, info.lines))
	return { file, headers, rows }
}

type Parsed = { record: string[]; info: { lines: number } }

function parseRecords(file: string, text: string, delimiter: string): Parsed[] {
	try {
		const records = parse(text, { delimiter, info: true, relax_column_count: true, skip_empty_lines: true })
		return withFirstLines(records as unknown as Parsed[])
	} catch (cause) {
		throw unreadable(file, (cause as Error).message, cause)
	}
}

/** csv-parse tells the line on which a record ends; a cell may hold line breaks, and people look where it begins. */
function withFirstLines(records: Parsed[]): Parsed[] {
	return records.map(({ record, info }) => {
		const breaks = record.reduce((sum, cell) => sum + (cell.match(/\r\n|\r|\n/g)?.length ?? 0), 0)
		return { record, info: { lines: info.lines - breaks } }
	})
}

function rowOf(headers: string[], record: string[], line: number): Row {
	const cells = Object.fromEntries(headers.map((name, index) => [name, emptyToNull(record[index])]))
	const problem =
		record.length === headers.length ? null : `the row has ${record.length} cells, the header ${headers.length}`
	return { line, cells, problem }
}

function emptyToNull(cell: string | undefined): string | null {
	const trimmed = cell?.trim() ?? ''
	return trimmed === '' ? null : trimmed
}

function decode(bytes: Uint8Array, encoding: string | undefined): string {
	if (encoding) return new TextDecoder(encoding).decode(bytes)
	if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
	if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes)
	// Text without a mark whose every second byte is nothing: what spreadsheets call "Unicode text".
	if (bytes.length > 3 && bytes[1] === 0 && bytes[3] === 0) return new TextDecoder('utf-16le').decode(bytes)
	try {
		return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
	} catch {
		return new TextDecoder('windows-1252').decode(bytes)
	}
}

/** The delimiter that stands most often in the header line, outside of quotes; a comma when there is none. */
function delimiterOf(text: string): string {
	const header = /^(?:"(?:[^"]|"")*"|[^"\r\n])*/.exec(text)?.[0].replaceAll(/"(?:[^"]|"")*"/g, '') ?? ''
	const count = (delimiter: string) => header.split(delimiter).length - 1
	return [',', ';', '\t', '|'].reduce((best, delimiter) => (count(delimiter) > count(best) ? delimiter : best))
}

function uniqueHeaders(names: string[]): string[] {
	const total = new Map<string, number>()
	for (const name of names) total.set(name, (total.get(name) ?? 0) + 1)
	const seen = new Map<string, number>()
	return names.map((name, index) => {
		if (name === '') return `column ${index + 1}`
		if (total.get(name) === 1) return name
		seen.set(name, (seen.get(name) ?? 0) + 1)
		return `${name}#${seen.get(name)}`
	})
}

function unreadable(file: string, reason: string, cause?: unknown): TieoutError {
	return new TieoutError('data', 'files.unreadable', `${file} can't be read as CSV: ${reason}`, {
		where: file,
		next: 'export the file again; if it is not comma-separated UTF-8, say so under files: (delimiter, encoding)',
		cause,
	})
}
