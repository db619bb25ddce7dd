import { columns } from '../../columns.ts'
import type { Stream } from '../../source.ts'
import { type Edition, ownSubsidiary } from './edition.ts'

/**
 * A statement that lets NetSuite add up: by column of the stream what is selected, and what it is grouped by, in the order of the key.
 * `same`: columns whose value is the same in every group.
 */
export type Totals = { select: Record<string, string>; same?: Record<string, string>; from: string; where: string }

/** Read with the documents, as often as they are, so that both are of one moment. */
const freshness = { warn: 60, error: 240 }

/** What NetSuite itself adds up, to be compared with what was read line by line (docs/tie-out.md). */
export const totalsStreams: Stream[] = [
	total(
		'revenue_totals',
		'transactionaccountingline',
		['subsidiary', 'postingperiod', 'account'],
		'subsidiary:integer postingperiod:integer account:integer credits:amount debits:amount linecount:integer',
	),
	{
		...total(
			'receivable_totals',
			'transaction',
			['subsidiary', 'currency', 'duemonth'],
			'subsidiary:integer currency:integer duemonth unpaid:amount documentcount:integer',
		),
		mayBeEmpty: true,
	},
]

/** How a stream's sums are asked for in an account of an edition; undefined for a stream that is none of sums. */
export function totalsOf(stream: string, edition: Edition): Totals | undefined {
	return totals[stream]?.(edition)
}

const totals: Record<string, (edition: Edition) => Totals> = {
	revenue_totals: revenueTotals,
	receivable_totals: receivableTotals,
}

/** The trial balance of the income accounts: what was posted in the primary book, in the subsidiary's currency, whatever the document. */
function revenueTotals({ isOneWorld }: Edition): Totals {
	const subsidiaryOf =
		'INNER JOIN transactionline tl ON tal.transaction = tl.transaction AND tal.transactionline = tl.id'
	return {
		select: {
			...(isOneWorld && { subsidiary: 'tl.subsidiary' }),
			postingperiod: 't.postingperiod',
			account: 'tal.account',
			credits: 'SUM(tal.credit)',
			debits: 'SUM(tal.debit)',
			linecount: 'COUNT(*)',
		},
		...(!isOneWorld && { same: { subsidiary: ownSubsidiary } }),
		from: [
			'transactionaccountingline tal',
			'INNER JOIN transaction t ON tal.transaction = t.id',
			...(isOneWorld ? [subsidiaryOf] : []),
			'INNER JOIN account a ON tal.account = a.id',
		].join(' '),
		where:
			"a.accttype IN ('Income', 'OthIncome') AND tal.posting = 'T' AND tal.accountingbook = 1 AND t.type <> 'PEJrnl'",
	}
}

/** What is open of posted invoices, by the month in which it is due. Without Multiple Currencies the ledger says it; no currency has id 0. */
function receivableTotals({ isOneWorld, currency }: Edition): Totals {
	const isOfLedger = currency !== undefined
	const ledger =
		'INNER JOIN transactionaccountingline tal ON tal.transaction = tl.transaction AND tal.transactionline = tl.id AND tal.accountingbook = 1'
	return {
		select: {
			...(isOneWorld && { subsidiary: 'tl.subsidiary' }),
			...(!isOfLedger && { currency: 't.currency' }),
			duemonth: "NVL(TO_CHAR(t.duedate, 'YYYY-MM'), 'none')",
			unpaid: isOfLedger ? 'SUM(tal.amountunpaid)' : 'SUM(t.foreignamountunpaid)',
			documentcount: 'COUNT(*)',
		},
		same: { ...(!isOneWorld && { subsidiary: ownSubsidiary }), ...(isOfLedger && { currency: '0' }) },
		from: [
			'transaction t',
			"INNER JOIN transactionline tl ON tl.transaction = t.id AND tl.mainline = 'T'",
			...(isOfLedger ? [ledger] : []),
		].join(' '),
		where: "t.type IN ('CustInvc', 'CustChrg', 'FinChrg') AND t.posting = 'T' AND t.voided = 'F'",
	}
}

function total(name: string, object: string, key: string[], list: string): Stream {
	return { name, object, key, columns: columns(list, (field) => field), cursor: null, freshness, priority: 1 }
}
