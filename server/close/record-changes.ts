import { absoluteDecimal, addDecimals, subtractDecimals } from '../../reports/decimal.ts'
import type { FieldChange, RecordChange } from '../../reports/pages/close/change-data.ts'
import { canonicalJson, sha256 } from './canonical-json.ts'
import { rowHash, rowSum } from './row-hash.ts'
import type { Rows } from './scope.ts'

type RecordRow = Record<string, string | boolean | null> & { object: string; record_id: string }

/** What is compared. A status, and when it was last touched, move without any figure. */
const fields = [
	'own_date',
	'period_id',
	'customer_id',
	'legal_entity',
	'currency',
	'amount',
	'base_amount',
	'base_currency',
	'product_id',
	'quantity',
	'unit',
	'unit_price',
	'account',
	'is_counted',
] as const
const numbers = new Set<string>(['amount', 'base_amount', 'quantity', 'unit_price'])

/** Records fall into so many parts of a period, of which only those that differ are read. */
const buckets = 256

/** Where to look: the periods, and one legal entity or all. `sumsThen`, `sumsNow`: what {@link recordSums} gave, where it is known already. */
export type ComparedPlace = {
	periods: readonly string[]
	entity: string | null
	sumsThen?: Readonly<Record<string, string>>
	sumsNow?: Readonly<Record<string, string>>
	/** So many records are read rather than parted once more. */
	fewRecords?: number
}

/**
 * The records that count in these periods (and of this legal entity), in either generation, and differ between the two. Records that
 * agree are compared by sums of hashes inside the engine and never read.
 */
export async function recordChanges(then: Rows, now: Rows, place: ComparedPlace): Promise<RecordChange[]> {
	const { periods, entity } = place
	const where = placeOf(periods, entity)
	const [sumsThen, sumsNow] = await Promise.all([
		place.sumsThen ?? recordSums(then, entity),
		place.sumsNow ?? recordSums(now, entity),
	])
	const isIn = (key: string) => periods.includes(JSON.parse(key)[0])
	const differing = differences(new Map(Object.entries(sumsThen)), new Map(Object.entries(sumsNow))).filter(isIn)
	if (differing.length === 0) return []
	const records = Math.max(countOf(sumsThen, differing), countOf(sumsNow, differing))
	const parts = await smallestParts({ then, now }, where, differing, records, place.fewRecords)
	const [hashesThen, hashesNow] = await Promise.all([recordHashes(then, where, parts), recordHashes(now, where, parts)])
	const ids = differences(hashesThen, hashesNow).map((key) => JSON.parse(key) as [object: string, id: string])
	const [rowsThen, rowsNow] = await Promise.all([recordRows(then, ids), recordRows(now, ids)])
	return ids
		.flatMap(([object, id]) => {
			const key = JSON.stringify([object, id])
			return changeOf(rowsThen.get(key), rowsNow.get(key)) ?? []
		})
		.sort(byPlace)
}

type Where = { sql: string; parameters: unknown[] }

function placeOf(periods: readonly string[], entity: string | null): Where {
	const list = periods.map((_, index) => `$${index + 1}`).join(', ')
	const ofEntity = entity === null ? '' : ` and legal_entity = $${periods.length + 1}`
	return {
		sql: `is_counted and period_id in (${list || 'null'})${ofEntity}`,
		parameters: [...periods, ...(entity === null ? [] : [entity])],
	}
}

/** A part of a part, by the same hash: the first number of parts divides the second. */
const smallBuckets = buckets * 64

const fewRecords = 10_000

const bucketOf = (count: number) => `cast(hash(record_id) % ${count} as integer)`
const hashed = ['object', 'record_id', ...fields]

/** By period and part of it, how many records count there and the sum of their hashes; of periods as the records have them. */
export async function recordSums(rows: Rows, entity: string | null): Promise<Record<string, string>> {
	const found = await rows(
		`select period_id, ${bucketOf(buckets)} as bucket, ${rowSum(hashed)} as sum
		from marts.records where is_counted and ($1 is null or legal_entity = $1) group by 1, 2 order by 1, 2`,
		[entity],
	)
	return Object.fromEntries(
		found.map((row) => [JSON.stringify([row['period_id'], Number(row['bucket'])]), String(row['sum'])]),
	)
}

/** Parts of periods, by their number among so many (`count`). */
type Parts = { count: number; keys: string[] }

/** Where the parts that differ hold many records, those parts of them that differ: a large company's are never read as a whole. */
async function smallestParts(
	{ then, now }: { then: Rows; now: Rows },
	where: Where,
	differing: string[],
	records: number,
	few = fewRecords,
): Promise<Parts> {
	const parts = { count: buckets, keys: differing }
	if (records <= few) return parts
	const [small, smallNow] = await Promise.all([smallSums(then, where, parts), smallSums(now, where, parts)])
	return { count: smallBuckets, keys: differences(small, smallNow) }
}

function countOf(sums: Readonly<Record<string, string>>, keys: readonly string[]): number {
	return keys.reduce((sum, key) => sum + Number(sums[key]?.split(':')[0] ?? 0), 0)
}

async function smallSums(rows: Rows, where: Where, parts: Parts): Promise<Map<string, string>> {
	const { sql, parameters } = within(where, parts)
	const found = await rows(
		`select period_id, ${bucketOf(smallBuckets)} as bucket, ${rowSum(hashed)} as sum
		from marts.records where ${sql} group by 1, 2`,
		parameters,
	)
	return new Map(found.map((row) => [JSON.stringify([row['period_id'], Number(row['bucket'])]), String(row['sum'])]))
}

async function recordHashes(rows: Rows, where: Where, parts: Parts): Promise<Map<string, string>> {
	const { sql, parameters } = within(where, parts)
	const found = await rows(
		`select object, record_id, ${rowHash(hashed)} as hash from marts.records where ${sql}`,
		parameters,
	)
	return new Map(found.map((row) => [JSON.stringify([row['object'], row['record_id']]), String(row['hash'])]))
}

function within({ sql, parameters }: Where, { count, keys }: Parts): Where {
	const places = keys.map((key) => (JSON.parse(key) as [period: string, bucket: number]).join('\u0001'))
	return {
		sql: `${sql} and period_id || chr(1) || ${bucketOf(count)} in (select unnest(string_split($${parameters.length + 1}, chr(2))))`,
		parameters: [...parameters, places.join('\u0002')],
	}
}

/** Records that are asked for at once: a statement has room for so many. */
const atOnce = 1000

async function recordRows(rows: Rows, ids: readonly [string, string][]): Promise<Map<string, RecordRow>> {
	const found = new Map<string, RecordRow>()
	for (let from = 0; from < ids.length; from += atOnce) {
		const some = ids.slice(from, from + atOnce)
		const list = some.map((_, index) => `$${index + 1}`).join(', ')
		const part = (await rows(
			`select object, record_id, document_id, document_number, source, source_id, cast(modified_at as varchar) as modified_at,
				${fields.map((field) => (field === 'is_counted' ? field : `cast(${field} as varchar) as ${field}`)).join(', ')}
			from marts.records where record_id in (${list})`,
			some.map(([, id]) => id),
		)) as RecordRow[]
		for (const row of part) found.set(JSON.stringify([row.object, row.record_id]), row)
	}
	return found
}

/** Keys whose values differ or stand on one side alone. */
function differences(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): string[] {
	return [...new Set([...a.keys(), ...b.keys()])].filter((key) => a.get(key) !== b.get(key))
}

function changeOf(then: RecordRow | undefined, now: RecordRow | undefined): RecordChange | undefined {
	const counted = (row: RecordRow | undefined) => row?.['is_counted'] === true
	const changed = fields.flatMap((field) => fieldChange(field, then, now))
	if (changed.length === 0 || (!counted(then) && !counted(now))) return undefined
	const row = (counted(then) ? then : now)!
	const text = (name: string) => (row[name] as string | null) ?? null
	const facts = {
		kind: counted(then) ? (counted(now) ? ('changed' as const) : ('left' as const)) : ('came' as const),
		object: row.object,
		record_id: row.record_id,
		document_id: text('document_id') ?? row.record_id,
		document_number: text('document_number'),
		source: text('source') ?? '',
		source_id: text('source_id') ?? '',
		period_id: text('period_id') ?? '',
		legal_entity: text('legal_entity') ?? '',
		customer_id: text('customer_id') ?? '',
		currency: text('currency'),
		amount_difference: amountDifference(counted(then) ? then : undefined, counted(now) ? now : undefined),
		fields: changed,
	}
	const { kind, object, record_id } = facts
	return {
		...facts,
		changed_at: changedAt(then, now),
		changed_by: null,
		hash: sha256(canonicalJson({ kind, object, record_id, fields: changed })),
	}
}

/** A stamp that is the same as before is of another change: what was deleted, or moved with its customer, has none of its own. */
function changedAt(then: RecordRow | undefined, now: RecordRow | undefined): string | null {
	const stamp = textOf(now?.['modified_at'])
	return stamp === textOf(then?.['modified_at']) ? null : stamp
}

function fieldChange(field: string, then: RecordRow | undefined, now: RecordRow | undefined): FieldChange[] {
	const from = textOf(then?.[field])
	const to = textOf(now?.[field])
	if (from === to) return []
	const isNumber = numbers.has(field) && from !== null && to !== null
	return [{ field, from, to, ...(isNumber && { difference: subtractDecimals(to, from) }) }]
}

function amountDifference(then: RecordRow | undefined, now: RecordRow | undefined): string | null {
	const [from, to] = [textOf(then?.['amount']), textOf(now?.['amount'])]
	return from === null && to === null ? null : subtractDecimals(to ?? '0', from ?? '0')
}

function textOf(value: string | boolean | null | undefined): string | null {
	return value === null || value === undefined ? null : String(value)
}

/** The largest first within a document's own place: period, then document. */
function byPlace(a: RecordChange, b: RecordChange): number {
	const key = (change: RecordChange) =>
		[change.period_id, change.document_id, change.object, change.record_id].join(' ')
	return key(a) < key(b) ? -1 : 1
}

/** The sum of what changes count for, of one kind of record and currency, without signs. */
export function movedAmount(changes: readonly RecordChange[]): string {
	return addDecimals(
		changes.flatMap(({ amount_difference: amount }) => (amount === null ? [] : absoluteDecimal(amount))),
	)
}
