import { expect, test } from 'vitest'
import type { Query, Reading, SourceRequest } from '../../../extract/source.ts'
import { profitAndLossReading } from '../../../extract/sources/xero/profit-and-loss.ts'
import type { XeroOptions } from '../../../extract/sources/xero/xero.ts'

const reading: Reading = profitAndLossReading({
	window: { since: null, until: Date.UTC(2026, 10, 4) },
	options: { tenant_id: 't' },
} as unknown as Query<XeroOptions>)

const ends =
	'31 Dec 26,30 Nov 26,31 Oct 26,30 Sep 26,31 Aug 26,31 Jul 26,30 Jun 26,31 May 26,30 Apr 26,31 Mar 26,28 Feb 26,31 Jan 26'
const cells = (values: string[]) => values.map((Value) => ({ Value, Attributes: [{ Id: 'account', Value: 'guid' }] }))
const report = (labels: string[], amounts: string[]) => ({
	Reports: [
		{
			Rows: [
				{ RowType: 'Header', Cells: [{ Value: '' }, ...labels.map((Value) => ({ Value }))] },
				{
					RowType: 'Section',
					Title: 'Income',
					Rows: [
						{ RowType: 'Row', Cells: cells(['Sales', ...amounts]) },
						{ RowType: 'SummaryRow', Cells: [{ Value: 'Total Income' }, ...amounts.map((Value) => ({ Value }))] },
					],
				},
			],
		},
	],
})
const year = (of: number): SourceRequest => ({
	...reading.first,
	query: { ...reading.first.query, fromDate: `${of}-12-01`, toDate: `${of}-12-31` },
})
const read = (page: unknown) => reading.lines!(page, year(2026))

test('each account and month with an amount is a line; totals and what is empty are none', () => {
	const amounts = ['', '0.00', '90071992547409.93', ...Array(8).fill('0.00'), '-1.50']
	const line = { AccountID: 'guid', Account: 'Sales', Section: 'Income' }
	expect(read(report(ends.split(','), amounts))).toEqual([
		{ ...line, FromDate: '2026-10-01', ToDate: '2026-10-31', Amount: '90071992547409.93' },
		{ ...line, FromDate: '2026-01-01', ToDate: '2026-01-31', Amount: '-1.50' },
	])
})

test('another month than asked for, too few of them, or no report at all is not taken', () => {
	const amounts = Array(12).fill('1.00')
	const short = ends.replace('31 Oct 26', '30 Oct 26').split(',')
	expect(() => read(report(short, amounts))).toThrow('a column ends on 2026-10-30, 2026-10-31 was asked for')
	expect(() => read(report(['31 Dec 26'], ['1.00']))).toThrow(
		'the report has 1 columns of amounts, 12 months were asked for',
	)
	expect(() => read({ Status: 'OK' })).toThrow('the answer holds no report with a header')
})

test('years are asked for from the next one back to the first without figures', () => {
	const after = (rows: number, of: number) =>
		reading.next({ rows, envelope: null, last: null, lastRecord: null, headers: {} }, year(of))?.query?.['toDate']
	expect(reading.first.query).toMatchObject({ fromDate: '2027-12-01', toDate: '2027-12-31', paymentsOnly: 'false' })
	expect(after(0, 2027)).toBe('2026-12-31')
	expect(after(0, 2026)).toBe('2025-12-31')
	expect(after(3, 2025)).toBe('2024-12-31')
	expect(after(0, 2024)).toBeUndefined()
	expect(after(9, 2006)).toBeUndefined()
})
