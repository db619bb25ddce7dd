import { chance } from '../chance.ts'
import type { CompanyClock } from '../clock.ts'
import { divide } from '../decimal.ts'
import { countRows, keepResults } from '../kept-results.ts'
import type { Store } from '../store.ts'
import type { VendorAnswer } from '../vendor-server.ts'
import type { Visibility } from '../visibility.ts'
import { type SalesforceField, salesforceField } from './field.ts'
import { apiVersion, type SalesforceObject } from './objects.ts'
import { noSuchObject, SalesforceRefusal } from './refusal.ts'
import { parseSoql, type Soql } from './soql-parser.ts'
import { type Plan, planSoql } from './soql-plan.ts'

/** The query resources: a SOQL text, or the rest of one by its locator. */
export type QueryResource = {
	/** Answers `query` or `queryAll`; `batchSize` is the client's wish. */
	query(soql: string, options: { includesDeleted: boolean; batchSize: number | null }): VendorAnswer
	/** Answers a `nextRecordsUrl`: `<locator>-<position>`. */
	more(locator: string): VendorAnswer
	/** The rows of a query as lines of CSV, as of the moment of asking. Aggregates are refused, as Bulk API does. */
	rows(soql: string, includesDeleted: boolean): QueryRows
	/** The object as the user sees it now, null if not at all. */
	visibleObject(name: string): SalesforceObject | null
}

/** All rows of a query that was asked once. */
export type QueryRows = { object: string; fields: string[]; total: number; read(from: number, count: number): string[] }

export type QueryOptions = { pageSize: number; seed: number }

/** At most this many rows in a page, whatever the client wishes. */
export const largestPage = 2000

/** Serves queries over the store, as of the company's clock. A query that has begun keeps its moment to its last page. */
export function createQueries(
	store: Store,
	objects: SalesforceObject[],
	clock: CompanyClock,
	visibility: Visibility,
	{ pageSize, seed }: QueryOptions,
): QueryResource {
	store.database.function('corporate_amount', { deterministic: true }, (amount, rate) =>
		amount === null || rate === null ? null : divide(String(amount), String(rate), 6),
	)
	const results = keepResults(store.database)
	const hasDatedRates = objects.some(({ name }) => name === 'DatedConversionRate')
	const cursors = new Map<string, Cursor>()
	let opened = 0
	const visibleObject = (name: string): SalesforceObject | null => {
		const object = objects.find((each) => each.name.toLowerCase() === name.toLowerCase())
		if (!object || !visibility.seesObject('salesforce', object.name)) return null
		return { ...object, fields: object.fields.flatMap((field) => fieldNow(object.name, field)) }
	}
	const fieldNow = (object: string, field: SalesforceField): SalesforceField[] => {
		const now = visibility.fieldNow('salesforce', object, field.name)
		if (now === 'hidden') return []
		return [now === 'declared' ? field : salesforceField(`${field.name} ${now.type}`, now.label)]
	}
	const page = (cursor: Cursor, position: number): VendorAnswer => {
		const wanted = Math.min(cursor.batchSize, pageSize)
		const size = cursor.isAggregate ? largestPage : shrunk(wanted, seed, cursor.locator, position)
		const rows = results.open(cursor.locator, cursor.plan.sql, cursor.plan.parameters).read(position, size)
		const next = position + rows.length
		const isDone = next >= cursor.totalSize
		const more = isDone ? '' : `,"nextRecordsUrl":"/services/data/v${apiVersion}/query/${cursor.locator}-${next}"`
		const records = rows.join(',')
		return { status: 200, body: `{"totalSize":${cursor.totalSize},"done":${isDone}${more},"records":[${records}]}` }
	}
	return {
		visibleObject,
		query: (query, { includesDeleted, batchSize }) => {
			const soql = parseSoql(query)
			const object = visibleObject(soql.object.text)
			if (!object) throw noSuchObject(query, soql.object.at, soql.object.text)
			const plan = planSoql(soql, { query, object, now: clock.now(), includesDeleted, hasDatedRates })
			const totalSize = countRows(store.database, plan.countSql, plan.parameters)
			if (soql.isCount) return { status: 200, body: `{"totalSize":${totalSize},"done":true,"records":[]}` }
			const isAggregate = isAggregated(soql)
			if (isAggregate && totalSize > largestPage) throw new SalesforceRefusal(400, 'EXCEEDED_ID_LIMIT', noFurtherPages)
			const cursor = {
				locator: locatorOf(opened++),
				plan,
				isAggregate,
				totalSize,
				batchSize: batchSize ?? largestPage,
			}
			cursors.set(cursor.locator, cursor)
			if (cursors.size > mostCursors) cursors.delete(cursors.keys().next().value as string)
			return page(cursor, 0)
		},
		rows: (query, includesDeleted) => {
			const soql = parseSoql(query)
			const object = visibleObject(soql.object.text)
			if (!object) throw noSuchObject(query, soql.object.at, soql.object.text)
			if (soql.isCount || isAggregated(soql) || soql.offset !== null)
				throw new SalesforceRefusal(400, 'API_ERROR', 'Aggregates and OFFSET are not supported by the Bulk API')
			const plan = planSoql(soql, { query, object, now: clock.now(), includesDeleted, hasDatedRates, isCsv: true })
			const name = `job ${opened++}`
			const read = (from: number, count: number) =>
				results
					.open(name, plan.sql, plan.parameters)
					.read(from, count)
					.map(([line]) => String(line))
			return {
				object: object.name,
				fields: plan.fields,
				total: countRows(store.database, plan.countSql, plan.parameters),
				read,
			}
		},
		more: (locator) => {
			const [, name = '', position = ''] = /^(\w{18})-(\d+)$/.exec(locator) ?? []
			const cursor = cursors.get(name)
			if (!cursor || Number(position) >= cursor.totalSize)
				throw new SalesforceRefusal(400, 'INVALID_QUERY_LOCATOR', 'invalid query locator')
			return page(cursor, Number(position))
		},
	}
}

/** Older queries can no longer be continued. */
const mostCursors = 1000

type Cursor = { locator: string; plan: Plan; isAggregate: boolean; totalSize: number; batchSize: number }

const noFurtherPages =
	'Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch'

function isAggregated({ groupBy, select }: Soql): boolean {
	return groupBy.length > 0 || select.some(({ kind }) => kind === 'aggregate')
}

function locatorOf(number: number): string {
	return `01g${String(number).padStart(12, '0')}AAA`
}

/** Salesforce shrinks pages at will: one in seven is cut to something between a half and nine tenths. */
function shrunk(size: number, seed: number, locator: string, position: number): number {
	if (chance(seed, 'shrink', locator, position) >= 1 / 7) return size
	return Math.max(1, Math.floor(size * (0.5 + 0.4 * chance(seed, 'size', locator, position))))
}
