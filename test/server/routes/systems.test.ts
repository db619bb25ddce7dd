import { rmSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase } from '../../../models/warehouse.ts'
import { publishSample } from '../../reports/sample.ts'
import { serve } from './serving.ts'

let folder: string
let served: Awaited<ReturnType<typeof serve>>

/** A CRM without deal lines, stage history and last activity; an ERP without sales orders, recognition and item costs. */
const had = [
	['crm', 'EspoCRM', 'crm', 'customers', 'name, segment', null],
	['crm', 'EspoCRM', 'crm', 'opportunities', 'name, amount', null],
	['books', 'Xero', 'erp', 'invoices', 'number, open_amount', null],
	['books', 'Xero', 'erp', 'credit_notes', 'number', null],
	['books', 'Xero', 'erp', 'payment_applications', 'amount', null],
	['books', 'Xero', 'erp', 'revenue_entries', 'amount', 'invoice, credit_note, journal'],
]

beforeAll(async () => {
	folder = await publishSample()
	const file = await openDatabase(path.join(folder, '142.duckdb'))
	await file.run(
		'create table tieout.entities (connection varchar, kind varchar, title varchar, role varchar, entity varchar, columns varchar, kinds varchar, has_page boolean)',
	)
	for (const [connection, title, role, entity, columns, kinds] of had)
		await file.run('insert into tieout.entities values ($1, $2, $3, $4, $5, $6, $7, true)', [
			connection!,
			title!.toLowerCase(),
			title!,
			role!,
			entity!,
			columns!,
			kinds!,
		])
	await file.run(`delete from marts.breaks where code in ('not_ordered', 'deferred')`)
	await file.checkpoint()
	await file.close()
	served = await serve(folder)
})

afterAll(async () => {
	await served.close()
	rmSync(folder, { recursive: true, force: true })
})

const text = async (address: string) => await (await served.get(address)).text()
const json = async (address: string) => (await (await served.get(address)).json()) as Record<string, object>

test('a column that no system could fill is in no page, no file and no document; a sentence says so once', async () => {
	const page = await text('/reports/chain')
	expect(page).toContain('>Invoice<')
	expect(page).not.toMatch(/>(Ordered|Product|Order)</)
	expect(page.match(/Xero has no sales orders/g)).toHaveLength(1)
	const [header = []] = parse(await text('/reports/chain.csv'), { bom: true, to: 1 }) as string[][]
	expect(header).toContain('order_number')
	for (const gone of ['ordered_amount', 'product_name', 'won_at', 'won_to_order_minutes']) {
		expect(header).not.toContain(gone)
		expect(Object.keys(((await json('/api/reports/chain'))['rows'] as object[])[0]!)).not.toContain(gone)
	}
})

test('the file of a month has no column of a break code that the systems cannot show', async () => {
	const [header = []] = parse(await text('/month/2026-10.csv'), { bom: true, to: 1 }) as string[][]
	expect(header).not.toContain('not_ordered_amount')
	expect(header).not.toContain('deferred_amount')
	expect(header).toContain('not_invoiced_amount')
	const month = await text('/month/2026-10')
	expect(month.match(/Xero has no sales orders/g)).toHaveLength(1)
	expect(month).toContain('Won, and no invoice exists for it')
})

test('a report that no system could fill is not in the list, and its address says why', async () => {
	const list = await json('/api/reports')
	expect(JSON.stringify(list['reports'])).not.toContain('won-to-order')
	expect(list['absent_reports']).toMatchObject([
		{ name: 'computed-revenue', title: 'Computed revenue' },
		{ name: 'won-to-order', title: 'Won to invoice' },
	])
	const response = await served.get('/reports/won-to-order')
	expect(response.status).toBe(404)
	expect(await response.text()).toContain('EspoCRM has no stage history')
	expect(await text('/reports')).toContain('What the systems have not')
})

test('one break and one customer show the steps and figures that there are', async () => {
	const found = await text('/break/b-000002')
	expect(found).not.toContain('<strong>Ordered</strong>')
	const customer = await text('/customer/crm:001A000004')
	expect(customer).not.toContain('>Margin ')
	expect(customer).toContain('Xero has no item costs: margin is not known.')
	expect(Object.keys((await json('/api/customer/crm:001A000004'))['customer']!)).not.toContain('margin_amount')
})
