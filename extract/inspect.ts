import { columnProblem } from './column-type.ts'
import { landedLines } from './landing.ts'
import { nestedProblem } from './nested.ts'
import type { SliceShape } from './raw-table.ts'
import type { LandedPart, QuarantinedRecord } from './state.ts'

/** What a look at every record of a part finds: the lines that can be loaded, and those that can't, with their reasons. */
export type Inspection = { good: Buffer[]; bad: Omit<QuarantinedRecord, 'connection' | 'stream' | 'runId'>[] }

/** Looks at each line of a landed part, exactly, where the cheap look over the whole had doubts. */
export async function inspectPart(folder: string, part: LandedPart, shape: SliceShape): Promise<Inspection> {
	const lines = await landedLines(folder, part.file, part.sha256)
	const good: Buffer[] = []
	const bad: Inspection['bad'] = []
	for (const [index, line] of lines.entries()) {
		const text = line.toString('utf8')
		const { key, problem } = recordProblem(text, shape)
		if (problem === null) good.push(line)
		else bad.push({ file: part.file, line: index + 1, key, record: text, ...problem })
	}
	return { good, bad }
}

/** Why a record, one line of JSON, can't be loaded (null: it can), and its key if it has one. */
export function recordProblem(text: string, { stream, fields, nested = [] }: SliceShape) {
	const record = parseObject(text)
	if (record === null) return { key: null, problem: { code: 'malformed', reason: 'the record is not a JSON object' } }
	const parts = stream.key.map((name) => valueAt(record, fields[name] ?? null))
	const key = parts.every((part) => part !== null && part !== '') ? parts.join(':') : null
	if (key === null) {
		const missing = stream.key.filter((_, index) => !parts[index]).map((name) => fields[name] ?? name)
		return { key, problem: { code: 'missing_key', reason: `the record has no ${missing.join(' and no ')}` } }
	}
	for (const [name, column] of Object.entries(stream.columns)) {
		const value = valueAt(record, fields[name] ?? null)
		const isNone = value === null || (value === '' && stream.hasBlanks)
		const problem = isNone ? null : columnProblem(column.type, value)
		if (problem) return { key, problem: { code: problem.code, reason: `${fields[name]}: ${problem.reason}` } }
	}
	return { key, problem: nestedProblem(nested, (column) => valueAt(record, fields[column] ?? null)) }
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
	return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function parseObject(text: string): Record<string, unknown> | null {
	// DuckDB reads UTF-8 only; a byte that is none became this sign when the line was made text.
	if (text.includes('\uFFFD')) return null
	try {
		const value = JSON.parse(text)
		return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null
	} catch {
		return null
	}
}
