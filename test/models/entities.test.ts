import { beforeAll, expect, test } from 'vitest'
import { sources } from '../../extract/registry.ts'
import type { BuiltStep } from '../../models/build-file.ts'
import { entityRows, type PublishedConnection } from '../../models/entities.ts'
import { type Model, ownModels, readModels } from '../../models/model.ts'
import { openDatabase } from '../../models/warehouse.ts'

let models: Model[]
/** As if every model were built. */
let built: Map<string, BuiltStep>

beforeAll(async () => {
	const database = await openDatabase(':memory:')
	models = await readModels([ownModels], database)
	await database.close()
	built = new Map(models.map((model) => [model.name, {} as BuiltStep]))
})

function connectionOf(kind: string, streams?: string[]): PublishedConnection {
	const source = sources.find((one) => one.kind === kind)!
	const tables = source.tables ?? kind
	const own = streams ?? source.streams.map(({ name }) => name)
	return {
		connection: kind,
		kind,
		title: source.title,
		role: source.role,
		tables,
		streams: own,
		pages: ['invoice', 'account'],
	}
}

function partsOf(
	kind: string,
	streams?: string[],
): { entities: string[]; has(column: string): boolean; kinds: string } {
	const rows = entityRows(models, built, [connectionOf(kind, streams)])
	const columns = rows.flatMap((row) =>
		String(row['columns'])
			.split(', ')
			.map((name) => `${row['entity']}.${name}`),
	)
	return {
		entities: rows.map((row) => String(row['entity'])),
		has: (column) => columns.includes(column),
		kinds: String(rows.find((row) => row['entity'] === 'revenue_entries')?.['kinds']),
	}
}

test('a source that says it has no sales orders has none in its models either, and the other way round', () => {
	const erps = sources.filter(({ role, tables }) => role === 'erp' && tables !== 'mapped')
	expect(erps.length).toBeGreaterThan(4)
	for (const { kind, hasOrders } of erps)
		expect(partsOf(kind).entities.includes('orders'), kind).toBe(hasOrders?.({}) ?? true)
})

test('what a staging model writes as null, the system has not', () => {
	expect(partsOf('espocrm').entities).not.toContain('opportunity_lines')
	expect(partsOf('espocrm').has('customers.last_activity_date')).toBe(false)
	expect(partsOf('salesforce').has('customers.last_activity_date')).toBe(true)
	expect(partsOf('hubspot').has('customers.name')).toBe(true)
	expect(partsOf('netsuite').has('products.unit_cost')).toBe(true)
	expect(partsOf('sap').has('products.unit_cost')).toBe(false)
	expect(partsOf('xero').has('invoice_lines.unit')).toBe(false)
	expect(partsOf('sap').has('order_lines.unit')).toBe(true)
})

test('a date written as a moment is no moment', () => {
	expect(partsOf('xero').has('invoices.created_at')).toBe(false)
	expect(partsOf('xero').has('invoices.invoice_date')).toBe(true)
	expect(partsOf('netsuite').has('orders.created_at')).toBe(true)
})

test('recognition is a kind of revenue entry that only some systems post', () => {
	for (const kind of ['netsuite', 'sap', 'oracle', 'erpnext'])
		expect(partsOf(kind).kinds, kind).toContain('recognition')
	for (const kind of ['xero', 'quickbooks']) expect(partsOf(kind).kinds, kind).not.toContain('recognition')
})

test('a record has a page where its connection has an address for such', () => {
	const paged = (kind: string, pages: PublishedConnection['pages']) =>
		entityRows(models, built, [{ ...connectionOf(kind), pages }])
			.filter((row) => row['has_page'])
			.map((row) => row['entity'])
	expect(paged('sap', ['order', 'invoice'])).toEqual(['orders', 'invoices'])
	expect(paged('espocrm', 'all')).toEqual(['customers', 'opportunities'])
	expect(paged('xero', [])).toEqual([])
})

test('a connection has the entities of its own streams: a file that is not mapped brings none', () => {
	expect(partsOf('files', ['opportunities', 'customers']).entities).toEqual(['customers', 'opportunities'])
	expect(entityRows(models, new Map(), [connectionOf('xero')])).toEqual([])
})
