import { parse } from 'csv-parse/sync'
import { parseHTML } from 'linkedom'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addDecimals, compareDecimals, subtractDecimals } from '../reports/decimal.ts'
import type { ListTotal } from '../reports/list.ts'
import { ownReports } from '../reports/registry.ts'
import { type Report, reportPath } from '../reports/report.ts'
import { type SampleProject, startPublishedSample } from './sample-project.ts'
import { serve } from './server/routes/serving.ts'

// What is clicked adds up: pages, files and documents of a published company, asked for as a browser asks for them.
let project: SampleProject
let site: Awaited<ReturnType<typeof serve>>
beforeAll(async () => {
	project = await startPublishedSample()
	site = await serve(project.config().project.published)
}, 240_000)
afterAll(async () => {
	await site?.close()
	await project?.close()
})

type Values = Record<string, string | null>
type Answer = {
	rows: Values[]
	row_count: number
	totals: { currency: string | null; sums: Values; apart: ListTotal['apart'] }[]
	facets: { column: string; values: { value: string }[] }[]
}

const text = async (address: string) => await (await site.get(address)).text()
const answer = async (address: string) => JSON.parse(await text(`/api${address}`)) as Answer

/** A report's answer with the rows of all its pages. */
async function whole(address: string): Promise<Answer> {
	const first = await answer(address)
	const rows = [...first.rows]
	for (let page = 2; rows.length < first.row_count; page++)
		rows.push(...(await answer(`${address}${address.includes('?') ? '&' : '?'}page=${page}`)).rows)
	return { ...first, rows }
}

const sumOf = (rows: Values[], column: string) => addDecimals(['0.0000', ...rows.flatMap((row) => row[column] ?? [])])
const reportOf = (name: string) => ownReports.find((report) => report.name === name)! as Report

/** An amount of a page as decimal text. */
function amountOf(cell: { textContent: string | null }): string {
	const shown = cell.textContent!.replace(/^minus |[,\s]/g, '')
	if (shown === '–') return '0'
	return shown.startsWith('(') ? `-${shown.slice(1, -1)}` : shown
}

/** What each line of a report says of the rows that it leads to. */
const promises: Record<string, (row: Values, to: Answer, href: string) => [unknown, unknown][]> = {
	bridge: (row, to) => [
		[row['reporting_amount'] ?? '0.0000', sumOf(to.rows, 'reporting_amount')],
		[row['break_count'], String(to.row_count)],
	],
	ageing: (row, to) => [
		[row['amount'], to.totals[0]?.sums['amount']],
		[row['item_count'], String(to.row_count)],
	],
	'roll-forward': (row, to, href) => {
		if (!href.startsWith('/breaks')) return [[row['closing_amount'], to.totals[0]?.sums['amount']]]
		const isCarried = String(to.rows[0]?.['is_carried']) === 'true'
		const moved = isCarried ? subtractDecimals(row['new_amount']!, row['cleared_amount']!) : row['new_amount']
		return [[moved, to.totals[0]?.sums['amount']]]
	},
	'bookings-vs-revenue': (row, to) => [[row['variance_amount'], sumOf(to.rows, 'amount')]],
	'billings-roll-forward': (row, to) => {
		if (row['step'] === 'backlog') return [[row['closing_amount'], to.totals[0]?.sums['amount']]]
		const came = row['step'] === 'deferred_revenue' ? 'billings' : row['step']
		const moved =
			row['step'] === 'deferred_revenue'
				? row['addition_amount']
				: subtractDecimals(row['addition_amount']!, row['reduction_amount']!)
		return [[moved, to.totals[0]?.sums[`${came}_amount`]]]
	},
	'tie-out': (row, to) => {
		const of = { receivables: 'open_amount', revenue: 'base_amount' }[row['measure']!] ?? 'amount'
		const isConverted = row['of_currency'] !== row['currency']
		return [
			[row['recorded_count'], to.row_count === 0 ? null : String(to.row_count)],
			...(isConverted ? [] : [[row['recorded_amount'], sumOf(to.rows, of)] as [unknown, unknown]]),
		]
	},
}

/** Lines of a report that are followed: those at both ends of its order. */
const followed = 14

test('the rows that a line of a report leads to add up to it', { timeout: 120_000 }, async () => {
	for (const [name, promised] of Object.entries(promises)) {
		const report = reportOf(name)
		const { rows } = await whole(reportPath(report))
		const lines = rows.flatMap((row) => (report.rowHref!(row) ? [{ row, href: report.rowHref!(row)! }] : []))
		expect(lines.length, name).toBeGreaterThan(followed)
		for (const { row, href } of [...lines.slice(0, followed), ...lines.slice(-followed)])
			for (const [said, found] of promised(row, await whole(href), href))
				expect(`${href}: ${found}`).toBe(`${href}: ${said}`)
	}
})

test('deals that name no legal entity are in no line of one, and in the list that theirs leads to', async () => {
	const { rows } = await whole('/reports/tie-out?measure=bookings&legal_entity=(none)')
	expect(rows.length).toBeGreaterThan(0)
	for (const row of rows) {
		const href = reportOf('tie-out').rowHref!(row)!
		expect(String((await answer(href)).row_count), href).toBe(row['recorded_count'])
	}
})

test('each figure of the month is the total of the list that it leads to', { timeout: 60_000 }, async () => {
	for (const filter of ['', 'legal_entity=DE', 'currency=EUR', 'currency=EUR&legal_entity=DE']) {
		const { document } = parseHTML(await text(`/month/2026-09?${filter}`))
		const figures = [...document.querySelectorAll('dl.figures .figure')]
		expect(figures.length).toBe(5)
		for (const figure of figures) {
			const link = figure.querySelector('dd a')!
			const href = link.getAttribute('href')!
			const measure = figure.querySelector('dt')!.textContent!.split(' ')[0]!.toLowerCase()
			const kind = filter.includes('currency') ? 'amount' : 'reporting_amount'
			const column = href.startsWith('/breaks') ? kind : `${measure}_${kind}`
			const { totals } = await answer(href)
			const total = addDecimals(totals.flatMap(({ sums }) => sums[column] ?? []))
			expect(compareDecimals(total, amountOf(link)), `${filter} ${measure}: ${total}, ${amountOf(link)}`).toBe(0)
		}
	}
})

test('bookings, billings and revenue of a customer are the totals of its cells, and lead to them', async () => {
	const { rows } = await answer('/customers')
	for (const { customer_id } of rows.slice(0, 8)) {
		const { document } = parseHTML(await text(`/customer/${customer_id}`))
		const links = [...document.querySelectorAll('dl.figures .figure a')]
		expect(links.length).toBe(3)
		for (const [index, measure] of ['bookings', 'billings', 'revenue'].entries()) {
			const { totals } = await answer(links[index]!.getAttribute('href')!)
			const total = addDecimals(totals.flatMap(({ sums }) => sums[`${measure}_reporting_amount`] ?? []))
			expect(compareDecimals(total, amountOf(links[index]!)), `${customer_id} ${measure}: ${total}`).toBe(0)
		}
	}
})

/** Values as a file has them: moments to the second. */
const fileText = (value: string | null) =>
	String(value ?? '').replace(/^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.\d+Z$/, '$1Z')

test('page, JSON, CSV and manifest of every report have the same rows, and totals of all of them', {
	timeout: 240_000,
}, async () => {
	const lists = ownReports.filter(({ path }) => path !== '/checks' && path !== '/models')
	for (const report of lists as Report[]) {
		const { facets } = await answer(reportPath(report))
		const firsts = facets.slice(0, 2).flatMap(({ column, values }) => (values[0] ? [[column, values[0].value]] : []))
		for (const filter of [[], ...firsts.map((pair) => [pair]), firsts]) {
			const query = `?${new URLSearchParams(filter as [string, string][])}`
			const address = `${reportPath(report)}${query}`
			const { rows, totals } = await whole(address)
			const file = await text(`${reportPath(report)}.csv${query}`)
			const [names = [], ...lines] = parse(file) as string[][]
			expect(
				lines.map((line) => line.map((value) => value.replace(/^'(?=[=+\-@])/, '')).join('\t')).sort(),
				address,
			).toEqual(rows.map((row) => names.map((name) => fileText(row[name]!)).join('\t')).sort())
			const manifest = JSON.parse(await text(`${reportPath(report)}.csv.manifest.json${query}`))
			expect(manifest.rows, address).toBe(rows.length)
			const shown = parseHTML(await text(address)).document.querySelectorAll('table tbody tr')
			expect(shown.length, address).toBe(Math.min(100, rows.length))
			for (const { currency, sums, apart } of totals)
				for (const [name, sum] of Object.entries(sums)) {
					const own = rows.filter((row) => currency === null || row[report.totals!.currency!] === currency)
					const known = own.flatMap((row) => row[name] ?? [])
					const expected = apart[name] || known.length === 0 ? null : addDecimals(known)
					expect(sum, `${address} ${name} ${currency}`).toBe(expected)
				}
		}
	}
})
