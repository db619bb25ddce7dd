import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { addressOf, changed } from '../../reports/address.ts'
import { breaks } from '../../reports/catalogue/breaks.ts'
import { parseListRequest } from '../../reports/list-request.ts'
import { loadReports, ownReports } from '../../reports/registry.ts'
import { defineReport, type Report } from '../../reports/report.ts'

const report: Report = {
	name: 'sample',
	title: 'Sample',
	question: 'Is it one?',
	reader: 'analyst',
	shows: 'Periods.',
	leavesOut: 'Nothing.',
	parameters: z.object({}),
	query: (db) => db.selectFrom('marts.periods').selectAll(),
	columns: [{ name: 'period_id', title: 'Period', kind: 'period' }],
	key: ['period_id'],
	sort: ['-period_id'],
	empty: 'None.',
}

const ask = (query: string) => parseListRequest(breaks, new URLSearchParams(query))

test('a declaration that names a column it does not have is refused', () => {
	expect(() => defineReport({ ...report, facets: ['currency'] })).toThrow(
		'report "sample": "currency" is none of its columns',
	)
	expect(() => defineReport({ ...report, name: 'Sample Report' })).toThrow('lower case')
	expect(() => defineReport({ ...report, parameters: z.object({ page: z.string() }) })).toThrow('"page"')
	const amount = { name: 'amount', title: 'Amount', kind: 'amount' as const }
	expect(() => defineReport({ ...report, columns: [...report.columns, amount] })).toThrow('"amount" names no currency')
})

test('every report of the product has a name of its own and says what it leaves out', () => {
	expect(new Set(ownReports.map((own) => own.name)).size).toBe(ownReports.length)
	for (const own of ownReports) expect(own.leavesOut, own.name).not.toBe('')
})

test("a project's own report is added, and replaces ours of the same name", async () => {
	const folder = mkdtempSync(path.join(tmpdir(), 'tieout-reports-'))
	const source = (title: string) => `export default { name: 'breaks', title: '${title}', query: () => {}, columns: [] }`
	writeFileSync(path.join(folder, 'breaks.js'), source('Ours instead'))
	const reports = await loadReports(folder)
	expect(reports.get('breaks')?.title).toBe('Ours instead')
	expect(reports.size).toBe(ownReports.length)
	writeFileSync(path.join(folder, 'wrong.js'), 'export const report = 1')
	await expect(loadReports(folder)).rejects.toThrow('wrong.js exports no report')
	rmSync(path.join(folder, 'wrong.js'))
	writeFileSync(path.join(folder, 'broken.js'), 'export default () => defineReport({})')
	await expect(loadReports(folder)).rejects.toMatchObject({
		kind: 'configuration',
		message: expect.stringMatching(/broken\.js:1 can't be run: defineReport is not defined$/),
	})
})

test('an address with a filter that the report does not have is refused, not ignored', () => {
	expect(() => ask('colour=red')).toThrow('Breaks has no filter or parameter "colour"')
	expect(() => ask('sort=colour')).toThrow('can\'t be ordered by "colour"')
	expect(() => ask('page=0')).toThrow('page is "0"')
	expect(() => ask('page=1e3')).toThrow('page is "1e3"')
	expect(() => ask('minimum=lots')).toThrow('minimum is "lots": write an amount such as 1000 or 1000.50')
})

test('an address gives filters, words, order and page; without an order the report has its own', () => {
	expect(ask('code=timing&q= acme &sort=-amount,code&page=3&minimum=1000.50')).toMatchObject({
		filters: { code: 'timing' },
		words: 'acme',
		sort: [{ isDescending: true }, { isDescending: false }],
		isOwnOrder: false,
		page: 3,
		parameters: { minimum: '1000.50' },
	})
	expect(ask('')).toMatchObject({ filters: {}, words: '', isOwnOrder: true, page: 1, parameters: {} })
})

test('addresses have one form: sorted, without defaults, back on the first page when the view changes', () => {
	const address = { path: '/breaks', query: new URLSearchParams('sort=code&page=4&code=timing') }
	expect(changed(address, { currency: 'EUR' })).toBe('/breaks?code=timing&currency=EUR&sort=code')
	expect(changed(address, { page: '5' })).toBe('/breaks?code=timing&page=5&sort=code')
	expect(changed(address, { sort: null, code: '' })).toBe('/breaks')
	expect(addressOf(['break', 'a/b:c?d#e'])).toBe('/break/a%2Fb:c%3Fd%23e')
})
