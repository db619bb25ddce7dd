import { type ColumnType, canonical, type Entity } from '../../../models/canonical.ts'
import { TieoutError } from '../../../models/error.ts'
import type { Book } from './book.ts'
import type { Scope, Sight } from './columns.ts'
import { conditionOf } from './conditions.ts'
import { type Making, readerOf, type Value } from './expressions.ts'
import { addedUp, linesOf, sharedOut } from './lines.ts'
import { type FilesOptions, mappedColumns, type Part } from './options.ts'
import { recognitionsOf } from './recognise.ts'
import type { Row } from './table.ts'

/** A record of an entity: canonical columns with text. `_refused` says why the row can't become one; the load keeps it aside. */
export type MappedRecord = Record<string, string>

/** Makes the records of an entity. Throws `files.unknown_column`, `files.unknown_file` and `files.no_key` before the first row. */
export function recordsOf(entity: Entity, options: FilesOptions, book: Book): MappedRecord[] {
	const parts = options.entities[entity] ?? []
	return parts.flatMap((part, index) => {
		const where = `entities.${entity}${parts.length > 1 ? `[${index}]` : ''}`
		return partRecords(entity, part, options, book, where)
	})
}

function partRecords(entity: Entity, part: Part, options: FilesOptions, book: Book, where: string): MappedRecord[] {
	const lines = part.share ?? part.recognise
	const scope: Scope = { book, sheet: book.sheet(part.from), ...(lines && { line: book.sheet(lines.over) }) }
	const making = { scope, zone: options.time_zone, where }
	const maker = recordMaker(entity, part, making)
	const skips = options.files[part.from]?.skip
	const isSkipped = skips ? conditionOf(skips, { book, sheet: scope.sheet }, `files.${part.from}.skip`) : () => false
	const fits = conditionOf(part.where, { book, sheet: scope.sheet }, `${where}.where`)
	const records: MappedRecord[] = []
	const rows: Row[] = []
	for (const row of scope.sheet.rows) {
		const chosen = attempt(scope, row, () => !isSkipped({ row }) && (row.problem !== null || fits({ row })))
		if (typeof chosen === 'object') records.push(chosen)
		else if (chosen && row.problem) records.push({ ...maker({ row }), ...refusal(scope, row, row.problem) })
		else if (chosen) rows.push(row)
	}
	records.push(...sighted(part, making, rows, maker))
	return part.distinct ? distinctRecords(records) : records
}

type Maker = (sight: Sight, given?: Record<string, string>) => MappedRecord

function recordMaker(entity: Entity, part: Part, making: Making): Maker {
	const types = canonical[entity] as Record<string, ColumnType>
	const values = mappedColumns(entity)
		.filter((name) => Object.hasOwn(part.columns, name))
		.map((name): [string, Value] => {
			const where = `${making.where}.columns.${name}`
			return [name, readerOf(part.columns[name]!, types[name]!, { ...making, where })]
		})
	return (sight, given = {}) => {
		const record: MappedRecord = {}
		for (const [name, value] of values) {
			const text = attempt(making.scope, sight.row, () => value(sight))
			// The first thing wrong is told; the record keeps its id, so that it doesn't look deleted.
			if (text !== null && typeof text === 'object') record['_refused'] ??= text['_refused']!
			else if (text !== null) record[name] = text
		}
		return { ...record, ...given }
	}
}

function sighted(part: Part, making: Making, rows: Row[], make: Maker): MappedRecord[] {
	const { scope, where } = making
	if (part.recognise) {
		const { sights, refused } = recognitionsOf(part.recognise, { ...making, where: `${where}.recognise` })(rows)
		const records = sights.map(({ amounts, ...sight }) => make(sight, amounts))
		return [...records, ...refused.map(([row, error]) => refusal(scope, row, error.message))]
	}
	if (!part.share)
		return withTotals(
			part,
			making,
			rows,
			rows.map((row) => make({ row })),
		)
	const { share } = part
	const find = linesOf(share, scope, `${where}.share`)
	const weight = readerOf(share.by, 'amount', {
		...making,
		scope: { book: scope.book, sheet: scope.line! },
		where: `${where}.share.by`,
	})
	return rows.flatMap((row) => attempt(scope, row, () => sharedRecords(row, find(row), share.amounts, weight, make)))
}

/** What `add_up` asks for: the records of one document brought to its total, where only rounding is between them. */
function withTotals({ add_up: rule }: Part, making: Making, rows: Row[], records: MappedRecord[]): MappedRecord[] {
	if (!rule) return records
	const within = { ...making, where: `${making.where}.add_up` }
	const [total, document] = [readerOf(rule.to, 'amount', within), readerOf(rule.per, 'text', within)]
	const numbered = rows
		.map((row, index) => ({ row, record: records[index]! }))
		.filter(({ record }) => !record['_refused'])
	for (const [key, together] of Map.groupBy(numbered, ({ row }) => document({ row }))) {
		if (key === null) continue
		const amounts = together.map(({ record }) => record[rule.column] ?? null)
		const settled = addedUp(amounts, total({ row: together[0]!.row }))
		for (const [index, { record }] of together.entries())
			if (settled[index] != null) record[rule.column] = settled[index]
	}
	return records
}

function sharedRecords(row: Row, lines: Row[], amounts: string[], weight: Value, make: Maker): MappedRecord[] {
	if (lines.length === 0) return [make({ row, line: null })]
	const records = lines.map((line) => make({ row, line }))
	const weights = lines.map((line) => weight({ row: line }))
	for (const name of amounts) {
		const whole = records[0]![name]
		if (whole === undefined) continue
		const shares = sharedOut(whole, weights)
		for (const [index, record] of records.entries()) record[name] = shares[index]!
	}
	return records
}

/** The work's result, or the row's refusal when the row is at fault. */
function attempt<T>(scope: Scope, row: Row, work: () => T): T | MappedRecord {
	try {
		return work()
	} catch (error) {
		if (error instanceof TieoutError && error.code === 'files.row') return refusal(scope, row, error.message)
		throw error
	}
}

/** A row that has not even a key: the load keeps it aside as quarantined, with all that is needed to mend it. */
function refusal({ sheet }: Scope, row: Row, reason: string): MappedRecord {
	const place = `${sheet.file}:${row.line}: `
	return {
		_refused: reason.startsWith(place) || /^\S+\.\w+:\d+: /.test(reason) ? reason : place + reason,
		_row: JSON.stringify(row.cells),
	}
}

function distinctRecords(records: MappedRecord[]): MappedRecord[] {
	return [...new Map(records.map((record) => [JSON.stringify(record), record])).values()]
}
