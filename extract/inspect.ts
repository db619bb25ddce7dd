import { isUtf8 } from 'node:buffer'
import { columnProblem } from './column-type.ts'
import { landedLines } from './landing.ts'
import { nestedProblem } from './nested.ts'
import { deepestRecord } from './page-scan.ts'
import { largestRecord, type SliceShape } from './raw-table.ts'
import type { LandedPart, QuarantinedRecord } from './state.ts'
import { textProblem } from './text-problem.ts'

/** A record that can't be loaded, before it is known whose it is. */
export type BadRecord = Omit<QuarantinedRecord, 'connection' | 'stream' | 'runId'>

/** A line of a landed file that can be loaded: its number, from 1, and its bytes. */
export type GoodLine = { line: number; bytes: Buffer }

/** What a look at every record of a part finds: the lines that can be loaded, and those that can't, with their reasons. */
export type Inspection = { good: GoodLine[]; bad: BadRecord[] }

/** Where a mapping says why it can't make a record of a row; empty in every record that is loaded. */
export const refusalColumn = '_refused'

/** Looks at each line of a landed part, exactly, where the cheap look over the whole had doubts. */
export async function inspectPart(folder: string, part: LandedPart, shape: SliceShape): Promise<Inspection> {
	const lines = await landedLines(folder, part.file, part.sha256)
	const good: GoodLine[] = []
	const bad: BadRecord[] = []
	for (const [index, bytes] of lines.entries()) {
		const { key, problem, money } = lineProblem(bytes, shape)
		if (problem === null) good.push({ line: index + 1, bytes })
		else bad.push(badRecord({ file: part.file, line: index + 1, bytes, key, ...problem, money }))
	}
	return { good, bad }
}

/** Bytes of a record that are kept beside its reason; of a longer one the rest stands in the landed file. */
const keptRecord = 64 << 10

/** A record for quarantine, its text cut where it is too long to be kept twice. */
export function badRecord({ bytes, ...found }: Omit<BadRecord, 'record' | 'isCut'> & { bytes: Buffer }): BadRecord {
	return { ...found, record: bytes.subarray(0, keptRecord).toString('utf8'), isCut: bytes.length > keptRecord }
}

/** What is wrong with a record (null: nothing), its key if it has one, and its money where that can be read. */
export type RecordLook = {
	key: string | null
	problem: { code: string; reason: string } | null
	money: QuarantinedRecord['money']
}

/** Why a landed line can't be loaded: its bytes first, then {@link recordProblem}. */
export function lineProblem(bytes: Buffer, shape: SliceShape): RecordLook {
	if (bytes.length > largestRecord.utmost)
		return unread('record_too_large', `the record has ${bytes.length} bytes; ${largestRecord.utmost} are read`)
	if (!isUtf8(bytes)) return unread('malformed', 'the record has bytes that are not UTF-8')
	return recordProblem(bytes.toString('utf8'), shape)
}

/** Why a record, one line of JSON, can't be loaded (null: it can), its key and its money. */
export function recordProblem(text: string, shape: SliceShape): RecordLook {
	const unclear = textProblem(text, deepestRecord)
	if (unclear?.code === 'too_deep') return unread(unclear.code, unclear.reason)
	const record = parseObject(text)
	if (record === null) return unread('malformed', 'the record is not a JSON object')
	const key = keyOf(record, shape)
	const money = moneyOf(record, shape)
	// A record that can be understood in two ways has no money that anybody knows.
	if (unclear) return { key, problem: unclear, money: null }
	return { key, problem: valueProblem(record, key, shape), money }
}

function unread(code: string, reason: string): RecordLook {
	return { key: null, problem: { code, reason }, money: null }
}

function keyOf(record: Record<string, unknown>, { stream, fields }: SliceShape): string | null {
	const parts = stream.key.map((name) => valueAt(record, fields[name] ?? null))
	return parts.every((part) => part !== null && part !== '') ? parts.join(':') : null
}

function moneyOf(record: Record<string, unknown>, { stream, fields }: SliceShape): QuarantinedRecord['money'] {
	if (!stream.money) return null
	const amount = valueAt(record, fields[stream.money.amount] ?? null)
	return amount
		? { amount: amount.slice(0, 100), currency: valueAt(record, fields[stream.money.currency ?? ''] ?? null) }
		: null
}

function valueProblem(record: Record<string, unknown>, key: string | null, shape: SliceShape) {
	const { stream, fields, nested = [] } = shape
	const refusal = stream.columns[refusalColumn] ? valueAt(record, refusalColumn) : null
	if (refusal !== null) return { code: 'refused', reason: refusal }
	if (key === null) {
		const missing = stream.key
			.filter((name) => !valueAt(record, fields[name] ?? null))
			.map((name) => fields[name] ?? name)
		return { code: 'missing_key', reason: `the record has no ${missing.join(' and no ')}` }
	}
	for (const [name, column] of Object.entries(stream.columns)) {
		const value = valueAt(record, fields[name] ?? null)
		const isNone = value === null || (value === '' && stream.hasBlanks)
		const problem = isNone ? null : columnProblem(column.type, value)
		if (problem) return { code: problem.code, reason: `${fields[name]}: ${problem.reason}` }
	}
	return nestedProblem(nested, (column) => valueAt(record, fields[column] ?? null))
}

/** The text of a record's member at a path with dots; null when it is missing or null. */
export function valueAt(record: Record<string, unknown>, field: string | null): string | null {
	if (field === null) return null
	let value: unknown = record
	for (const member of field.split('.')) {
		if (typeof value !== 'object' || value === null) return null
		value = (value as Record<string, unknown>)[member]
	}
	if (value === null || value === undefined) return null
	return typeof value === 'object' ? jsonText(value) : String(value)
}

/** What is nested so deep that it can't be written has no text; the record goes to quarantine for its depth. */
function jsonText(value: object): string | null {
	try {
		return JSON.stringify(value)
	} catch (error) {
		if (error instanceof RangeError) return null
		throw error
	}
}

function parseObject(text: string): Record<string, unknown> | null {
	try {
		const value = JSON.parse(text)
		return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null
	} catch {
		return null
	}
}
