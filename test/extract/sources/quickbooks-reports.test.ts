import { expect, test } from 'vitest'
import type { Page, Query } from '../../../extract/source.ts'
import type { QuickbooksOptions } from '../../../extract/sources/quickbooks/quickbooks.ts'
import { reportReading } from '../../../extract/sources/quickbooks/reports.ts'

const reading = (object: string) =>
	reportReading({
		stream: { object },
		window: { since: null, until: Date.UTC(2026, 10, 4) },
		options: { realm_id: '1' },
	} as unknown as Query<QuickbooksOptions>)
const lines = (object: string, page: unknown) => reading(object).lines!(page, reading(object).first)

const month = (StartDate: string, EndDate: string) => ({
	ColType: 'Money',
	MetaData: Object.entries({ StartDate, EndDate }).map(([Name, Value]) => ({ Name, Value })),
})
const cells = (...values: string[]) => values.map((value) => ({ value }))
const account = (id: string, ...values: string[]) => [{ value: `Account ${id}`, id }, ...cells(...values)]
const income = {
	Header: { ReportName: 'ProfitAndLoss', ReportBasis: 'Accrual', Currency: 'USD' },
	Columns: {
		Column: [
			{ ColType: 'Account' },
			month('2027-01-01', '2027-01-31'),
			month('2027-02-01', '2027-02-28'),
			{ ColType: 'Money', MetaData: [{ Name: 'ColKey', Value: 'total' }] },
		],
	},
	Rows: {
		Row: [
			{
				Header: { ColData: cells('Income', '', '', '') },
				group: 'Income',
				Rows: {
					Row: [
						{
							Header: { ColData: account('45', '90071992547409.93', '', '90071992547409.93') },
							Rows: { Row: [{ ColData: account('46', '0.00', '-12.50', '-12.50') }] },
							Summary: { ColData: cells('Total 45', '90071992547409.93', '-12.50', '90071992547397.43') },
						},
					],
				},
				Summary: { ColData: cells('Total Income', '1', '1', '2') },
			},
			{ Summary: { ColData: cells('Gross Profit', '1', '1', '2') }, group: 'GrossProfit' },
		],
	},
}

test('accounts at any depth, a parent with its own amounts; totals and months without one are no lines', () => {
	expect(lines('ProfitAndLoss', income)).toEqual([
		{
			StartDate: '2027-01-01',
			EndDate: '2027-01-31',
			AccountId: '45',
			Account: 'Account 45',
			Section: 'Income',
			Amount: '90071992547409.93',
		},
		{
			StartDate: '2027-02-01',
			EndDate: '2027-02-28',
			AccountId: '46',
			Account: 'Account 46',
			Section: 'Income',
			Amount: '-12.50',
		},
	])
	expect(lines('ProfitAndLoss', { ...income, Rows: {} })).toEqual([])
})

test('another report, another basis or another year is not taken', () => {
	const said = (page: unknown) => () => lines('ProfitAndLoss', page)
	expect(said({ ...income, Header: { ...income.Header, ReportBasis: 'Cash' } })).toThrow('on the basis Cash')
	expect(said({ ...income, Header: { ReportName: 'BalanceSheet' } })).toThrow('the answer is BalanceSheet')
	const old = { Column: [{ ColType: 'Account' }, month('2026-01-01', '2026-01-31')] }
	expect(said({ ...income, Columns: old })).toThrow('a column is of 2026-01-01 to 2026-01-31, which was not asked for')
})

const ageing = (columns: string[], ...rows: string[][]) => ({
	Header: { ReportName: 'AgedReceivableDetail', Currency: 'USD' },
	Columns: { Column: columns.map((ColType) => ({ ColType })) },
	Rows: {
		Row: [
			{
				Header: { ColData: cells('1 - 30 days past due') },
				Rows: { Row: rows.map((row) => ({ ColData: cells('2026-10-01', ...row) })) },
			},
		],
	},
})

test('what is open is added up by kind, currency and due month; with several currencies in that of the document', () => {
	const many = ['tx_date', 'txn_type', 'due_date', 'currency', 'foreign_open_bal']
	expect(
		lines(
			'AgedReceivableDetail',
			ageing(
				many,
				['Invoice', '2026-10-05', 'EUR', '.10'],
				['Invoice', '2026-10-31', 'EUR', '90071992547409.93'],
				['Payment', '', 'USD', '-3.00'],
			),
		),
	).toEqual([
		{ TxnType: 'Invoice', Currency: 'EUR', DueMonth: '2026-10', OpenBalance: '90071992547410.0300' },
		{ TxnType: 'Payment', Currency: 'USD', DueMonth: 'none', OpenBalance: '-3.0000' },
	])
	const one = ['tx_date', 'txn_type', 'due_date', 'subt_open_bal']
	expect(lines('AgedReceivableDetail', ageing(one, ['Invoice', '2026-11-05', '7.00']))).toEqual([
		{ TxnType: 'Invoice', Currency: 'USD', DueMonth: '2026-11', OpenBalance: '7.0000' },
	])
	expect(() =>
		lines('AgedReceivableDetail', ageing(['tx_date', 'txn_type', 'due_date'], ['Invoice', '2026-11-05'])),
	).toThrow('lacks the kind, the due date or the open balance')
})

test('years are asked for from the next one back to the first without figures; what is open as of the end of next year', () => {
	const { first, next } = reading('ProfitAndLoss')
	const year = (of: number) => ({
		...first,
		query: { ...first.query, start_date: `${of}-01-01`, end_date: `${of}-12-31` },
	})
	const after = (rows: number, of: number) => next({ rows } as Page, year(of))?.query?.['start_date']
	expect(first.query).toMatchObject({ start_date: '2027-01-01', end_date: '2027-12-31', accounting_method: 'Accrual' })
	expect([after(0, 2027), after(0, 2026), after(5, 2025), after(0, 2024)]).toEqual([
		'2026-01-01',
		'2025-01-01',
		'2024-01-01',
		undefined,
	])
	expect(reading('AgedReceivableDetail').first.query).toMatchObject({ report_date: '2027-12-31' })
})
