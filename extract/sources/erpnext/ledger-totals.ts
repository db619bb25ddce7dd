import type { Query, Reading, SourceRequest } from '../../source.ts'
import type { ErpnextOptions } from './erpnext.ts'
import { askedFields, type FieldAsked, listRequest, refuseWithheld } from './request.ts'

/** The stream that lets ERPNext add up its general ledger (docs/tie-out.md). */
export const ledgerTotals = 'ledger_totals'

/** No site's books begin earlier: the product is younger. */
const firstYear = 2005

/**
 * What ERPNext's database adds up of the general ledger: credits and debits by company, account and day, without cancelled
 * entries and those that close a year. One
 * request for each year, from the next one (entries may be dated ahead) back to the first without any.
 */
export function ledgerTotalsReading({ stream, fields, window, options }: Query<ErpnextOptions>): Reading {
	const thisYear = new Date(window.until).getUTCFullYear()
	return {
		first: ofYear(thisYear + 1, options),
		records: 'data',
		mayBeEmpty: true,
		requests: () => 3,
		refuse: (page) => refuseWithheld(stream.object, askedFields(fields), page),
		next: ({ rows }, request) => {
			const year = yearOf(request)
			return year <= firstYear || (rows === 0 && year < thisYear) ? null : ofYear(year - 1, options)
		},
	}
}

/** Functions as the version takes them: a text up to 15, an object from 16 on. */
export function functionOf(
	name: 'count' | 'sum',
	field: string,
	alias: string,
	{ functions }: Pick<ErpnextOptions, 'functions'>,
): FieldAsked {
	return functions === 'object' ? { [name.toUpperCase()]: field, as: alias } : `${name}(${field}) as ${alias}`
}

function ofYear(year: number, options: ErpnextOptions): SourceRequest {
	return listRequest('GL Entry', {
		fields: [
			'company',
			'account',
			'posting_date',
			functionOf('sum', 'credit', 'credits', options),
			functionOf('sum', 'debit', 'debits', options),
		],
		filters: [
			['is_cancelled', '=', 0],
			// It moves the year's result to equity, and ERPNext's own profit and loss leaves it out.
			['voucher_type', '!=', 'Period Closing Voucher'],
			['posting_date', '>=', `${year}-01-01`],
			['posting_date', '<=', `${year}-12-31`],
		],
		groupBy: 'company, account, posting_date',
		orderBy: 'posting_date asc',
		size: 0,
	}).request
}

function yearOf({ query }: SourceRequest): number {
	return Number(/"posting_date",">=","(\d{4})/.exec(query!['filters']!)![1])
}
