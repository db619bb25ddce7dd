import { notThisReport } from '../../report-lines.ts'
import type { Query, Reading, SourceRequest } from '../../source.ts'
import { base, tenantHeader } from './requests.ts'
import type { XeroOptions } from './xero.ts'

/** Below `/api.xro/2.0`. */
export const profitAndLoss = 'Reports/ProfitAndLoss'

/** Xero's first year: no organisation has figures before it. */
const firstYear = 2006

/**
 * Xero's own profit and loss, by account and month, on the accrual basis: one request for each year, from the next one (invoices may be
 * dated ahead) back to the first without figures. December is the month that is asked for and the other eleven are what it is compared
 * with: of a shorter month Xero would cut the others at the same day.
 */
export function profitAndLossReading({ window, options }: Query<XeroOptions>): Reading {
	const thisYear = new Date(window.until).getUTCFullYear()
	const ofYear = (year: number): SourceRequest => ({
		method: 'GET',
		path: `${base}/${profitAndLoss}`,
		query: {
			fromDate: `${year}-12-01`,
			toDate: `${year}-12-31`,
			periods: '11',
			timeframe: 'MONTH',
			standardLayout: 'true',
			paymentsOnly: 'false',
		},
		headers: tenantHeader(options),
	})
	return {
		first: ofYear(thisYear + 1),
		records: '',
		mayBeEmpty: true,
		lines: (page, request) => lines(page, yearOf(request)),
		// So many lines are not so many requests.
		requests: () => 3,
		next: ({ rows }, request) => {
			const year = yearOf(request)
			return year <= firstYear || (rows === 0 && year < thisYear) ? null : ofYear(year - 1)
		},
	}
}

type Cell = { Value?: string; Attributes?: { Id?: string; Value?: string }[] }
type Row = { RowType?: string; Title?: string; Cells?: Cell[]; Rows?: Row[] }

/** One record for each account and month that has an amount. Totals have no account, and are none. */
function lines(page: unknown, year: number): Record<string, string>[] {
	const rows = (page as { Reports?: { Rows?: Row[] }[] } | null)?.Reports?.[0]?.Rows
	const header = rows?.find(({ RowType }) => RowType === 'Header')?.Cells
	if (!rows || !header) throw notThisReport(profitAndLoss, 'the answer holds no report with a header')
	const months = monthsOf(year)
	if (header.length !== months.length + 1)
		throw notThisReport(
			profitAndLoss,
			`the report has ${header.length - 1} columns of amounts, 12 months were asked for`,
		)
	for (const [at, { toDate }] of months.entries()) refuseOtherMonth(header[at + 1]?.Value, toDate)
	return rows.flatMap((section) => (section.Rows ?? []).flatMap((row) => amountsOf(row, months, section.Title ?? '')))
}

function amountsOf({ Cells: [name, ...amounts] = [] }: Row, months: Month[], section: string) {
	const account = name?.Attributes?.find(({ Id }) => Id === 'account')?.Value
	if (!account) return []
	return months.flatMap(({ fromDate, toDate }, at) => {
		const amount = amounts[at]?.Value ?? ''
		if (amount === '' || /^-?0(\.0*)?$/.test(amount)) return []
		return [
			{
				FromDate: fromDate,
				ToDate: toDate,
				AccountID: account,
				Account: name!.Value ?? '',
				Section: section,
				Amount: amount,
			},
		]
	})
}

type Month = { fromDate: string; toDate: string }

/** From December back to January. */
function monthsOf(year: number): Month[] {
	return Array.from({ length: 12 }, (_, back) => {
		const month = 12 - back
		const day = (date: number) => new Date(date).toISOString().slice(0, 10)
		return { fromDate: day(Date.UTC(year, month - 1, 1)), toDate: day(Date.UTC(year, month, 0)) }
	})
}

/** The header says when a column ends (`31 Dec 26`); where it is written so, it must be the month that is meant. */
function refuseOtherMonth(label: string | undefined, toDate: string): void {
	const match = /^(\d{1,2}) (\w{3}) (\d{2})$/.exec(label ?? '')
	const month = match ? shortMonths.indexOf(match[2]!) + 1 : 0
	if (!match || month === 0) return
	const said = `20${match[3]}-${String(month).padStart(2, '0')}-${match[1]!.padStart(2, '0')}`
	if (said !== toDate) throw notThisReport(profitAndLoss, `a column ends on ${said}, ${toDate} was asked for`)
}

const shortMonths = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

function yearOf({ query }: SourceRequest): number {
	return Number(query!['toDate']!.slice(0, 4))
}
