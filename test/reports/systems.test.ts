import { expect, test } from 'vitest'
import { adaptReport, adaptReports, filledPart, listedColumns } from '../../reports/adapt.ts'
import { breakCodeIsPossible, breakCodeWords } from '../../reports/break-codes.ts'
import { cells } from '../../reports/catalogue/cells.ts'
import { chain } from '../../reports/catalogue/chain.ts'
import { wonToOrder } from '../../reports/catalogue/won-to-order.ts'
import { loadReports, ownReports } from '../../reports/registry.ts'
import { checksOfCode, codesOfCheck } from '../../reports/related.ts'
import { defineReport } from '../../reports/report.ts'
import { absences, allSystems, needNames, systemsOf } from '../../reports/systems.ts'

type Had = [entity: string, columns: string, kinds?: string]

function connection(name: string, title: string, role: string, had: Had[]) {
	return had.map(([entity, columns, kinds = null as string | null]) => ({
		connection: name,
		kind: title.toLowerCase(),
		title,
		role,
		entity,
		columns,
		kinds,
		has_page: true,
	}))
}

const espocrm = connection('crm', 'EspoCRM', 'crm', [
	['customers', 'name, segment'],
	['opportunities', 'name, amount'],
])
const hubspot = connection('crm', 'HubSpot', 'crm', [
	['customers', 'name, segment, last_activity_date'],
	['opportunities', 'name, amount'],
	['opportunity_lines', 'quantity, unit'],
	['stage_changes', 'changed_at'],
])
const xero = connection('books', 'Xero', 'erp', [
	['customers', 'name'],
	['invoices', 'number, open_amount'],
	['invoice_lines', 'quantity'],
	['credit_notes', 'number'],
	['payment_applications', 'amount'],
	['products', 'unit_cost'],
	['revenue_entries', 'amount', 'invoice, credit_note, journal'],
	['reported_totals', 'amount'],
])
const netsuite = connection('erp', 'NetSuite', 'erp', [
	['customers', 'name, created_at'],
	['orders', 'number, created_at'],
	['recognition_terms', 'start_date, end_date'],
	['order_lines', 'unit'],
	['invoices', 'number, created_at, open_amount'],
	['credit_notes', 'number'],
	['payment_applications', 'amount'],
	['products', 'unit_cost'],
	['revenue_entries', 'amount', 'invoice, credit_note, recognition, journal'],
	['reported_totals', 'amount, record_count'],
])
const espocrmXero = systemsOf([...espocrm, ...xero])
const hubspotXero = systemsOf([...hubspot, ...xero])
const hubspotNetsuite = systemsOf([...hubspot, ...netsuite])
const names = (report: { columns: { name: string }[] }) => report.columns.map(({ name }) => name)

test('while it is not known what the systems have, and where they have everything, nothing is left out and nothing is said', () => {
	for (const systems of [allSystems, systemsOf([]), hubspotNetsuite]) {
		expect(absences(needNames, systems)).toEqual([])
		for (const report of ownReports) {
			const adapted = adaptReport(report, systems)
			expect(names(adapted), report.name).toEqual(names(report))
			expect(adapted, report.name).toMatchObject({ title: report.title, sort: report.sort })
		}
	}
})

test('what no system has is in no column, filter, order or total', () => {
	for (const report of ownReports) {
		const adapted = adaptReport(report, espocrmXero)
		const kept = new Set(names(adapted))
		const { facets = [], filters = [], search = [], totals } = adapted
		for (const name of [...adapted.sort, ...facets, ...filters, ...search, ...(totals?.amounts ?? [])])
			expect(kept, `${report.name}: ${name}`).toContain(name.replace(/^-/, ''))
	}
	const adapted = adaptReport(chain, espocrmXero)
	for (const gone of ['ordered_amount', 'product_name', 'quantity', 'won_at', 'won_to_order_bucket'])
		expect(names(adapted)).not.toContain(gone)
	expect(names(adapted)).toContain('paid_amount')
})

test('words adapt: an order is an invoice where an invoice stands for it, and what is not ordered is not invoiced', () => {
	const title = (name: string) => adaptReport(chain, hubspotXero).columns.find((one) => one.name === name)?.title
	expect([title('order_number'), title('order_currency'), title('recognised_amount')]).toEqual([
		'Invoice',
		'Invoice currency',
		'Revenue',
	])
	expect(adaptReport(wonToOrder, hubspotXero)).toMatchObject({
		name: 'won-to-order',
		title: 'Won to invoice',
		sort: ['-won_at'],
	})
	expect(names({ columns: adaptReport(wonToOrder, hubspotXero).columns.filter((one) => !one.isFileOnly) })).toContain(
		'first_invoice_date',
	)
	expect(breakCodeWords('not_invoiced', hubspotXero).meaning).toBe('Won, and no invoice exists for it')
	expect(breakCodeWords('not_invoiced', hubspotNetsuite).meaning).toMatch(/^Ordered/)
	expect(codesOfCheck('coverage_has_no_unexpected_gap', hubspotXero)).toEqual(['not_invoiced', 'missing_in_crm'])
	expect(codesOfCheck('coverage_has_no_unexpected_gap', hubspotNetsuite)).toEqual(['not_ordered', 'missing_in_crm'])
	expect(checksOfCode('not_invoiced', hubspotXero)).toContain('coverage_has_no_unexpected_gap')
})

test('a report that nothing could fill is not there, and says why', async () => {
	const { reports, absent } = adaptReports(await loadReports(), espocrmXero)
	expect([...reports.keys()]).not.toContain('won-to-order')
	expect(absent).toEqual([
		{
			name: 'computed-revenue',
			title: 'Computed revenue',
			why: ['EspoCRM and Xero have no terms of service: no revenue is computed from them.'],
		},
		{
			name: 'won-to-order',
			title: 'Won to invoice',
			why: ['EspoCRM has no stage history: a deal is won on its close date, at no known hour.'],
		},
	])
})

test('each thing that a system has not is said in one sentence, once, and only where the report is about it', () => {
	const said = adaptReport(chain, hubspotXero).absences!
	expect(said[0]).toBe('Xero has no sales orders: an invoice stands for the order.')
	expect(new Set(said).size).toBe(said.length)
	expect(said.join(' ')).not.toContain('item costs')
	expect(adaptReport(ownReports.find(({ name }) => name === 'runs')!, espocrmXero).absences).toEqual([])
})

test('what one of two systems has is there, and said of the other one; what another side has is not missed', () => {
	const both = systemsOf([...hubspot, ...xero, ...netsuite])
	expect(names(adaptReport(chain, both))).toEqual(names(chain))
	expect(adaptReport(chain, both).columns.find((one) => one.name === 'order_number')?.title).toBe('Order')
	expect(absences(['orders'], both)).toEqual(['Xero has no sales orders: an invoice stands for the order.'])
	const second = xero.map((row) => ({ ...row, connection: 'books_uk' }))
	expect(absences(['orders'], systemsOf([...hubspot, ...xero, ...second]))).toHaveLength(1)
	expect(absences(['segment'], espocrmXero)).toEqual([])
})

test('a break code that the systems cannot show is left out, unless there is such a break', () => {
	const gone = [
		'not_ordered',
		'awaiting_approval',
		'partly_invoiced',
		'quantity',
		'unit_of_measure',
		'discount',
		'deferred',
	]
	for (const code of gone) expect(names(adaptReport(cells, espocrmXero)), code).not.toContain(`${code}_amount`)
	const found = systemsOf([...espocrm, ...xero], new Set(['deferred']))
	expect(breakCodeIsPossible('deferred', found)).toBe(true)
	expect(names(adaptReport(cells, found))).toContain('deferred_amount')
	expect(names(adaptReport(cells, hubspotXero))).toContain('quantity_amount')
})

test('a row and a list of columns on a page follow the report', () => {
	const row = { order_number: 'INV-1', ordered_amount: '1.0000', other: 'kept' }
	expect(filledPart(row, chain, hubspotXero)).toEqual({ order_number: 'INV-1', other: 'kept' })
	expect(listedColumns(chain, ['deal_name', 'ordered_amount', 'won_at'], hubspotXero)).toMatchObject([
		{ name: 'deal_name' },
		{ name: 'won_at', isFileOnly: false },
	])
})

test('a declaration that needs what no system could have is refused', () => {
	const column = { name: 'deal_name', title: 'Deal', kind: 'text' as const, needs: ['order'] }
	// @ts-expect-error: what a project's own report may write
	expect(() => defineReport({ ...chain, columns: [...chain.columns, column] })).toThrow('no system has "order"')
})
