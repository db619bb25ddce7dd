import { notThisReport } from '../../report-lines.ts'
import type { Query, Reading, SourceRequest } from '../../source.ts'
import type { QuickbooksOptions } from './quickbooks.ts'
import { companyRequest } from './statement.ts'

/** QuickBooks' own reports that are read, by the stream's object. */
export const reports = ['ProfitAndLoss', 'AgedReceivableDetail'] as const

/** The resource of a report below the company. */
export function reportResource(name: string): string {
	return `reports/${name}`
}

/** QuickBooks Online began then: no company has figures before. */
const firstYear = 2000

/** Is a stream of this object a report? */
export function isReport(object: string): boolean {
	return (reports as readonly string[]).includes(object)
}

/** The lines of a report: {@link profitAndLossReading} and {@link receivablesReading}. */
export function reportReading(query: Query<QuickbooksOptions>): Reading {
	return query.stream.object === 'ProfitAndLoss' ? profitAndLossReading(query) : receivablesReading(query)
}

/**
 * The profit and loss by account and month, on the accrual basis: one request for each year, from the next one (documents may be dated
 * ahead) back to the first without figures.
 */
function profitAndLossReading({ window, options }: Query<QuickbooksOptions>): Reading {
	const thisYear = new Date(window.until).getUTCFullYear()
	const ofYear = (year: number) =>
		companyRequest(options, reportResource('ProfitAndLoss'), {
			start_date: `${year}-01-01`,
			end_date: `${year}-12-31`,
			summarize_column_by: 'Month',
			accounting_method: 'Accrual',
		})
	return {
		first: ofYear(thisYear + 1),
		records: '',
		mayBeEmpty: true,
		lines: (page, request) => profitAndLossLines(page as Report, request),
		requests: () => 3,
		next: ({ rows }, request) => {
			const year = Number(request.query!['start_date']!.slice(0, 4))
			return year <= firstYear || (rows === 0 && year < thisYear) ? null : ofYear(year - 1)
		},
	}
}

/**
 * What is open, document by document, in its own currency, added up by kind of document and the month in which it is due. As of the end of
 * next year, so that what is dated ahead is in it.
 */
function receivablesReading({ window, options }: Query<QuickbooksOptions>): Reading {
	return {
		first: companyRequest(options, reportResource('AgedReceivableDetail'), {
			report_date: `${new Date(window.until).getUTCFullYear() + 1}-12-31`,
			aging_method: 'Report_Date',
			columns: 'txn_type,due_date,subt_open_bal,currency,foreign_open_bal',
		}),
		records: '',
		mayBeEmpty: true,
		lines: (page) => receivableLines(page as Report),
		requests: () => 1,
		next: () => null,
	}
}

type Cell = { value?: string; id?: string }
type Row = {
	group?: string
	Header?: { ColData?: Cell[] }
	ColData?: Cell[]
	Rows?: { Row?: Row[] }
}
type Column = { ColType?: string; MetaData?: { Name?: string; Value?: string }[] }
type Report = { Header?: Record<string, string>; Columns?: { Column?: Column[] }; Rows?: { Row?: Row[] } } | null

function profitAndLossLines(page: Report, { query }: SourceRequest): Record<string, string>[] {
	const columns = columnsOf(page, 'ProfitAndLoss').map((column) => ({
		StartDate: metaOf(column, 'StartDate'),
		EndDate: metaOf(column, 'EndDate'),
	}))
	refuseOtherBasis(page)
	return rowsOf(page).flatMap(({ cells, group }) => {
		const account = cells[0]?.id
		if (!account) return []
		return columns.flatMap(({ StartDate, EndDate }, at) => {
			const amount = cells[at]?.value ?? ''
			// The last column is the total, and has no dates.
			if (!StartDate || !EndDate || isNothing(amount)) return []
			if (StartDate < query!['start_date']! || EndDate > query!['end_date']!)
				throw notThisReport('ProfitAndLoss', `a column is of ${StartDate} to ${EndDate}, which was not asked for`)
			return [
				{ StartDate, EndDate, AccountId: account, Account: cells[0]!.value ?? '', Section: group, Amount: amount },
			]
		})
	})
}

function receivableLines(page: Report): Record<string, string>[] {
	const columns = columnsOf(page, 'AgedReceivableDetail')
	const place = (name: string) => columns.findIndex((one) => one.ColType === name || metaOf(one, 'ColKey') === name)
	const [type, due, currency, foreign, open] = [
		'txn_type',
		'due_date',
		'currency',
		'foreign_open_bal',
		'subt_open_bal',
	].map(place)
	const amountAt = foreign! >= 0 ? foreign! : open!
	const rows = rowsOf(page)
	if (rows.length > 0 && (type! < 0 || due! < 0 || amountAt < 0))
		throw notThisReport('AgedReceivableDetail', 'the report lacks the kind, the due date or the open balance')
	const sums = new Map<string, bigint>()
	for (const { cells } of rows) {
		// Headings and totals are no documents.
		if (!cells[type!]?.value) continue
		const month = cells[due!]?.value?.slice(0, 7) || 'none'
		const key = JSON.stringify([
			cells[type!]!.value,
			cells[currency!]?.value || page?.Header?.['Currency'] || '',
			month,
		])
		sums.set(key, (sums.get(key) ?? 0n) + parts(cells[amountAt]?.value ?? ''))
	}
	return [...sums].map(([key, sum]) => {
		const [TxnType, Currency, DueMonth] = JSON.parse(key) as [string, string, string]
		return { TxnType, Currency, DueMonth, OpenBalance: partsText(sum) }
	})
}

function columnsOf(page: Report, name: string): Column[] {
	const columns = page?.Columns?.Column
	if (!columns || page.Header?.['ReportName'] !== name)
		throw notThisReport(name, `the answer is ${page?.Header?.['ReportName'] ?? 'no report'}, ${name} was asked for`)
	return columns
}

function refuseOtherBasis(page: Report) {
	const basis = page?.Header?.['ReportBasis']
	if (basis !== undefined && basis !== 'Accrual')
		throw notThisReport('ProfitAndLoss', `the report is on the basis ${basis}, Accrual was asked for`)
}

/** Rows with amounts, at whatever depth: of a parent account its own amounts stand in its heading. `group`: the outermost one's. */
function rowsOf(page: Report): { cells: Cell[]; group: string }[] {
	const walk = (rows: Row[], outer: string): { cells: Cell[]; group: string }[] =>
		rows.flatMap((row) => {
			const group = outer || row.group || ''
			const own = row.ColData ?? row.Header?.ColData
			return [...(own ? [{ cells: own, group }] : []), ...walk(row.Rows?.Row ?? [], group)]
		})
	return walk(page?.Rows?.Row ?? [], '')
}

function metaOf({ MetaData = [] }: Column, name: string): string | undefined {
	return MetaData.find(({ Name }) => Name === name)?.Value
}

function isNothing(amount: string): boolean {
	return amount === '' || /^-?0?(\.0*)?$/.test(amount)
}

/** Ten-thousandths, exact. */
function parts(amount: string): bigint {
	if (isNothing(amount)) return 0n
	const match = /^(-?)(\d*)(?:\.(\d{1,4})0*)?$/.exec(amount)
	if (!match) throw notThisReport('AgedReceivableDetail', `an open balance is "${amount}", which is no amount`)
	const value = BigInt(`${match[2] || '0'}${(match[3] ?? '').padEnd(4, '0')}`)
	return match[1] ? -value : value
}

function partsText(value: bigint): string {
	const digits = String(value < 0n ? -value : value).padStart(5, '0')
	return `${value < 0n ? '-' : ''}${digits.slice(0, -4)}.${digits.slice(-4)}`
}
