import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ownModels } from '../../models/model.ts'
import { requiredColumns } from '../../models/required-columns.ts'
import { buildHalden, type Halden } from './halden.ts'
import { filled, workedExample } from './worked-example.ts'

let halden: Halden
beforeAll(async () => {
	halden = await buildHalden()
}, 120_000)
afterAll(async () => await halden?.close())

const checkText = (name: string) =>
	readFileSync(path.join(ownModels, 'checks', `${name}.sql`), 'utf8').replaceAll(/^--.*$/gm, '')

describe('the real export', () => {
	test('is read whole: rows and money of every stream are proved', () => {
		expect(halden.certificates.length).toBeGreaterThan(15)
		expect(halden.certificates.filter(({ verdict }) => verdict !== 'proved')).toEqual([])
	})

	test.each([
		'breaks_add_up_to_the_variance',
		'cells_hold_all_bookings_and_revenue',
		'reporting_amounts_add_up',
		'roll_forward_proves_itself',
		'records_fall_in_a_period',
		'lines_have_their_document',
		'documents_add_up',
		'unexplained_is_below_materiality',
	])('%s', async (name) => {
		expect(await halden.all(checkText(name))).toEqual([])
	})

	test('has no null in a column that reports rely on', async () => {
		const marts = Object.entries(requiredColumns).filter(([table]) => table.startsWith('marts.'))
		const empty = await Promise.all(
			marts.map(async ([table, columns]) => {
				const [row] = await halden.all(
					`select ${columns.map((column) => `count(*) - count(${column}) as ${column}`).join(', ')} from ${table}`,
				)
				return columns.filter((column) => row![column] !== '0').map((column) => `${table}.${column}`)
			}),
		)
		expect(empty.flat()).toEqual([])
	})

	test('leaves nothing unexplained', async () => {
		expect(await halden.all(`select * from marts.breaks where code = 'unexplained'`)).toEqual([])
		expect(await halden.all('select * from marts.cells where not is_validated')).toEqual([])
	})

	test('has the ledger’s revenue, to the cent', async () => {
		const sums = await halden.all(
			'select base_currency, sum(base_amount) as amount from canonical.revenue_entries group by 1 order by 1',
		)
		expect(sums).toEqual([
			{ base_currency: 'EUR', amount: '960745.4600' },
			{ base_currency: 'USD', amount: '1636724.9700' },
		])
	})

	test('gives every posting to a line whose amount it is', async () => {
		const differing = await halden.all(
			`select entries.revenue_entry_id from canonical.revenue_entries as entries
			left join canonical.invoice_lines as invoiced on entries.invoice_line_id = invoiced.invoice_line_id
			left join canonical.credit_note_lines as credited on entries.credit_note_line_id = credited.credit_note_line_id
			where entries.kind <> 'recognition' and entries.amount is distinct from coalesce(invoiced.amount, -credited.amount)`,
		)
		expect(differing).toEqual([])
	})

	test('recognises no line beyond its amount, and a line that has run its course in full', async () => {
		const recognised = `select lines.source_id, lines.amount, sum(entries.amount) as recognised, max(entries.posting_date) as last
			from canonical.revenue_entries as entries
			inner join canonical.invoice_lines as lines on entries.invoice_line_id = lines.invoice_line_id
			where entries.kind = 'recognition' group by all`
		expect(await halden.all(`select * from (${recognised}) where recognised > amount`)).toEqual([])
		const { length } = await halden.all(`select * from (${recognised}) where recognised = amount`)
		expect(length).toBe(16)
	})
})

describe('docs/worked-example.md', () => {
	const page = readFileSync(workedExample, 'utf8')

	test('has the tables of the build', async () => {
		// When models have changed for the better: node server/launcher.js --script test/examples/fill-worked-example.ts
		expect(await filled(page, halden)).toBe(page)
	})

	test('names no amount that the build lacks', async () => {
		const prose = page.replaceAll(/<!-- table: [\s\S]*?<!-- end -->/g, '')
		const amounts = [...prose.matchAll(/\d[\d,]*\.\d\d\b(?!\d)/g)].map(([text]) => text.replaceAll(',', ''))
		expect(amounts.length).toBeGreaterThan(8)
		const known = await halden.all<{ amount: string }>(
			['marts.breaks: abs(amount)', 'canonical.opportunities: amount', 'canonical.orders: total_amount - tax_amount']
				.concat(
					'canonical.orders: cast(round(total_amount) as decimal(38, 4))',
					'canonical.invoices: total_amount - tax_amount',
				)
				.concat(
					'canonical.invoice_lines: amount',
					'canonical.revenue_entries: amount',
					'marts.chain: recognised_amount',
				)
				.concat('canonical.order_lines: unit_price', 'canonical.opportunity_lines: unit_price')
				.map((one) => one.split(': ') as [string, string])
				.map(([table, amount]) => `select cast(cast(${amount} as decimal(38, 2)) as varchar) as amount from ${table}`)
				.join(' union '),
		)
		const all = new Set(known.map(({ amount }) => amount))
		expect(amounts.filter((amount) => !all.has(amount))).toEqual([])
	})
})
