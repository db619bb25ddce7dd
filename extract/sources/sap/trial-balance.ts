import { notThisReport } from '../../report-lines.ts'
import type { AllowRule, Query, Reading, SourceRequest } from '../../source.ts'
import { ranges, systemQuery } from './requests.ts'
import type { SapOptions } from './sap.ts'

/** The stream of SAP's own trial balance (docs/tie-out.md), and the query behind it. */
export const trialBalance = 'trial_balance'
export const trialBalanceQuery = 'C_TRIALBALANCE'

const root = '/sap/opu/odata/sap/C_TRIALBALANCE_CDS'

/** S/4HANA keeps no ledger of the time before it. */
const firstYear = 2000

const span =
	/^\/C_TRIALBALANCE\(P_FromPostingDate=datetime'(\d{4}-\d\d-\d\d)T00:00:00',P_ToPostingDate=datetime'(\d{4}-\d\d-\d\d)T00:00:00'\)\/Results$/

/** The one address: the query with its two dates. */
export const trialBalanceRule: AllowRule = {
	method: 'GET',
	path: `${root}/*/Results`,
	refuse: ({ path, query = {} }) => {
		if (!span.test(path.slice(root.length))) return 'it is not the trial balance between two dates'
		const stranger = Object.keys(query).find((name) => !/^(\$select|\$filter|\$format|sap-\w+)$/.test(name))
		return stranger === undefined ? null : `the parameter ${stranger} is none of the trial balance's`
	},
}

/**
 * The balances of the income accounts before and after each calendar month, by company code. First a whole year: one without any account
 * ends the search, from next year (postings may be dated ahead) backwards; else its twelve months. The query adds up what is selected,
 * so that a line is a company code and an account.
 */
export function trialBalanceReading({ window, options }: Query<SapOptions>): Reading {
	const thisYear = new Date(window.until).getUTCFullYear()
	const request = (from: Date, to: Date): SourceRequest => ({
		method: 'GET',
		path: `${root}/C_TRIALBALANCE(P_FromPostingDate=${literal(from)},P_ToPostingDate=${literal(to)})/Results`,
		query: {
			$filter: `Ledger eq '${options.ledger}' and CompanyCode ge '0000' and (${ranges(options.income_accounts)})`,
			$select: 'CompanyCode,GLAccount,CompanyCodeCurrency,StartingBalanceAmtInCoCodeCrcy,EndingBalanceAmtInCoCodeCrcy',
			$format: 'json',
			...systemQuery(options),
		},
	})
	const ofYear = (year: number) => request(day(year, 1, 1), day(year, 12, 31))
	const ofMonth = (year: number, month: number) => request(day(year, month, 1), day(year, month + 1, 0))
	return {
		first: ofYear(thisYear + 1),
		records: '',
		mayBeEmpty: true,
		lines: linesOf,
		requests: () => 3 + 12,
		next: ({ rows }, asked) => {
			const { from, to } = spanOf(asked)
			const [year, month] = from.split('-').map(Number) as [number, number]
			const isMonth = from.slice(0, 7) === to.slice(0, 7)
			if (isMonth && month > 1) return ofMonth(year, month - 1)
			if (!isMonth && rows > 0) return ofMonth(year, 12)
			return year <= firstYear || (!isMonth && year < thisYear) ? null : ofYear(year - 1)
		},
	}
}

type Answer = { d?: { results?: Record<string, unknown>[]; __next?: string } } | null

function linesOf(page: unknown, request: SourceRequest): Record<string, string>[] {
	const answer = (page as Answer)?.d
	if (!Array.isArray(answer?.results)) throw notThisReport(trialBalanceQuery, 'the answer holds no results')
	// One line for each company code and account: more than a page of them no company has.
	if (answer.__next) throw notThisReport(trialBalanceQuery, 'the answer is cut off')
	const { from, to } = spanOf(request)
	return answer.results.map((line) => ({
		FromDate: from,
		ToDate: to,
		CompanyCode: text(line, 'CompanyCode'),
		GLAccount: text(line, 'GLAccount'),
		CompanyCodeCurrency: text(line, 'CompanyCodeCurrency'),
		StartingBalance: text(line, 'StartingBalanceAmtInCoCodeCrcy').trim(),
		EndingBalance: text(line, 'EndingBalanceAmtInCoCodeCrcy').trim(),
	}))
}

function text(line: Record<string, unknown>, name: string): string {
	const value = line[name]
	if (typeof value === 'string') return value
	throw notThisReport(trialBalanceQuery, `a line has no ${name}`)
}

function spanOf({ path }: SourceRequest): { from: string; to: string } {
	const [, from, to] = span.exec(path.slice(root.length))!
	return { from: from!, to: to! }
}

function literal(date: Date): string {
	return `datetime'${date.toISOString().slice(0, 10)}T00:00:00'`
}

function day(year: number, month: number, date: number): Date {
	return new Date(Date.UTC(year, month - 1, date))
}
