import { expect, test } from 'vitest'
import { netsuiteDeletes } from '../../../extract/sources/netsuite/deletes.ts'
import { netsuite } from '../../../extract/sources/netsuite/netsuite.ts'
import { countStatement, pageStatement } from '../../../extract/sources/netsuite/suiteql.ts'
import { netsuiteVerdict, unknownIdentifier } from '../../../extract/sources/netsuite/verdict.ts'

const zone = 'America/Los_Angeles'

function query(name: string, since: string | null) {
	const stream = netsuite.streams.find((candidate) => candidate.name === name)!
	const fields = Object.fromEntries(Object.entries(stream.columns).map(([column, { field }]) => [column, field]))
	const window = {
		since: since === null ? null : Date.parse(since),
		until: Date.parse('2026-11-04T09:00:00.500Z'),
		signature: '',
	}
	return { stream, fields, window, zone }
}

test('a page asks for everything behind the last key, in the order of the key, with dates in a fixed form', () => {
	const links = query('transaction_line_links', '2026-11-03T08:00:00Z')
	const after = { previousdoc: '7', previousline: '1', nextdoc: '9', nextline: '2', linktype: "Ord'Bill" }
	expect(pageStatement({ ...links, after })).toBe(
		"SELECT previousdoc, previousline, previoustype, nextdoc, nextline, nexttype, linktype, foreignamount, TO_CHAR(lastmodifieddate, 'YYYY-MM-DD HH24:MI:SS') AS lastmodifieddate" +
			" FROM nexttransactionlinelink WHERE lastmodifieddate >= TO_DATE('2026-11-03 00:00:00', 'YYYY-MM-DD HH24:MI:SS') AND lastmodifieddate < TO_DATE('2026-11-04 01:00:01', 'YYYY-MM-DD HH24:MI:SS')" +
			" AND (previousdoc > 7 OR (previousdoc = 7 AND (previousline > 1 OR (previousline = 1 AND (nextdoc > 9 OR (nextdoc = 9 AND (nextline > 2 OR (nextline = 2 AND linktype > 'Ord''Bill'))))))))" +
			' ORDER BY previousdoc ASC, previousline ASC, nextdoc ASC, nextline ASC, linktype ASC',
	)
})

test('system notes are asked for by the transactions that changed, always with the type of record, and without those of a creation', () => {
	const notes = query('system_notes', null)
	expect(pageStatement({ ...notes, keys: ['7', '9'], after: { id: '41' } })).toBe(
		"SELECT id, recordid, field, type, oldvalue, newvalue, TO_CHAR(date, 'YYYY-MM-DD HH24:MI:SS') AS date, name, context" +
			' FROM systemnote WHERE recordtypeid = -30 AND type NOT IN (1, 2) AND recordid IN (7, 9) AND id > 41 ORDER BY id ASC',
	)
})

test('a page longer than asked for, or a row of before the bounds or of no moment, is refused', () => {
	const asked = query('transactions', '2026-11-03T08:00:00Z')
	const reading = netsuite.read({ ...asked, options: { time_zone: zone }, pageSize: 2 })
	const page = (rows: number, lastmodifieddate: string | null) => ({
		...{ rows, envelope: {}, headers: {}, lastRecord: null },
		last: { lastmodifieddate },
	})
	const refused = (rows: number, at: string | null) => () => reading.refuse!(page(rows, at))
	expect(refused(3, '2026-11-03 00:00:00')).toThrow(/3 rows came where 2 were asked for/)
	expect(refused(2, '2026-11-02 23:59:59')).toThrow(/2026-11-02 23:59:59 came where 2026-11-03 00:00:00 and later/)
	expect(refused(2, null)).toThrow(/no moment/)
	expect(refused(2, '2026-11-03 00:00:00')).not.toThrow()
})

test('of more rows than a query tells, what is left behind a later page is no total', () => {
	const reading = netsuite.read({ ...query('transaction_lines', null), options: { time_zone: zone } })
	const told = (totalResults: string, request = reading.first) => reading.total!({ totalResults }, request)
	const last = { transaction: '52000', id: '3' }
	const later = reading.next(
		{ rows: 1000, envelope: { hasMore: true }, headers: {}, lastRecord: null, last },
		reading.first,
	)!
	expect([told('99999'), told('100000'), told('99837', later)]).toEqual([99_999, null, null])
})

test('the count asks for rows and money per currency within the same bounds', () => {
	expect(countStatement(query('transactions', null))).toBe(
		"SELECT currency AS currency, COUNT(*) AS rows_counted, SUM(foreigntotal) AS total FROM transaction WHERE type not in ('Estimate', 'Opprtnty', 'PurchOrd', 'PurchReq', 'PurchCon', 'BlankOrd', 'Rfq', 'VendRfq', 'VendAuth', 'TrnfrOrd', 'WorkOrd', 'ItemShip', 'ItemRcpt', 'InvTrnfr', 'InvCount', 'InvWksht', 'BinTrnfr', 'BinWksht', 'VPrep', 'RevArrng', 'PEJrnl') AND lastmodifieddate < TO_DATE('2026-11-04 01:00:01', 'YYYY-MM-DD HH24:MI:SS') GROUP BY currency",
	)
})

test('without fields of a feature the count proves what is there, in the one currency that there is', () => {
	const transactions = query('transactions', null)
	const until = "lastmodifieddate < TO_DATE('2026-11-04 01:00:01', 'YYYY-MM-DD HH24:MI:SS')"
	const from = `FROM transaction WHERE type not in ('Estimate', 'Opprtnty', 'PurchOrd', 'PurchReq', 'PurchCon', 'BlankOrd', 'Rfq', 'VendRfq', 'VendAuth', 'TrnfrOrd', 'WorkOrd', 'ItemShip', 'ItemRcpt', 'InvTrnfr', 'InvCount', 'InvWksht', 'BinTrnfr', 'BinWksht', 'VPrep', 'RevArrng', 'PEJrnl') AND ${until}`
	const fields = { ...transactions.fields, currency: null }
	expect(countStatement({ ...transactions, fields })).toBe(
		`SELECT COUNT(*) AS rows_counted, SUM(foreigntotal) AS total ${from}`,
	)
	expect(countStatement({ ...transactions, fields: { ...fields, foreigntotal: null } })).toBe(
		`SELECT COUNT(*) AS rows_counted ${from}`,
	)
	expect(countStatement(query('transaction_accounting_lines', null))).toBe(
		`SELECT COUNT(*) AS rows_counted, SUM(credit) AS total FROM transactionaccountingline WHERE ${until}`,
	)
})

test('sums are asked for by what an account has: without subsidiaries and currencies there is one of each', () => {
	const edition = { isOneWorld: false, currency: 'USD' }
	expect(
		pageStatement({
			...query('revenue_totals', null),
			edition,
			after: { subsidiary: '1', postingperiod: '7', account: '9' },
		}),
	).toBe(
		'SELECT t.postingperiod AS postingperiod, tal.account AS account, SUM(tal.credit) AS credits, SUM(tal.debit) AS debits, COUNT(*) AS linecount, 1 AS subsidiary' +
			' FROM transactionaccountingline tal INNER JOIN transaction t ON tal.transaction = t.id INNER JOIN account a ON tal.account = a.id' +
			" WHERE a.accttype IN ('Income', 'OthIncome') AND tal.posting = 'T' AND tal.accountingbook = 1 AND t.type <> 'PEJrnl'" +
			' AND (t.postingperiod > 7 OR (t.postingperiod = 7 AND tal.account > 9))' +
			' GROUP BY t.postingperiod, tal.account ORDER BY t.postingperiod ASC, tal.account ASC',
	)
	const months = pageStatement({ ...query('receivable_totals', null), edition })
	expect(months).toContain('SUM(tal.amountunpaid) AS unpaid')
	expect(months).toContain('1 AS subsidiary, 0 AS currency')
	expect(months).not.toMatch(/foreign|tl\.subsidiary|t\.currency/)
	expect(pageStatement(query('receivable_totals', null))).toContain(
		"GROUP BY tl.subsidiary, t.currency, NVL(TO_CHAR(t.duedate, 'YYYY-MM'), 'none') ORDER BY tl.subsidiary ASC, t.currency ASC",
	)
})

test('what an account has not is not read', () => {
	const read = (given: Record<string, unknown>) => netsuite.inUse!({ one_world: true, ...given })
	const all = netsuite.streams.map(({ name }) => name)
	const without = (...names: string[]) => all.filter((name) => !names.includes(name))
	expect(read({})).toEqual(without('open_amounts'))
	expect(read({ one_world: false })).toEqual(
		without('subsidiaries', 'customer_subsidiaries', 'consolidated_exchange_rates', 'open_amounts'),
	)
	expect(read({ currency: 'USD' })).toEqual(without('currencies', 'currency_rates', 'consolidated_exchange_rates'))
})

test('deletions are read in the account’s zone and compared in UTC, on both sides of daylight saving', () => {
	const { stream } = query('transactions', null)
	const listing = netsuiteDeletes(stream, Date.parse('2026-11-03T20:00:00Z'), zone)!
	expect(listing.read({ recordid: '5', deleteddate: '2026-11-03 16:30:00' })).toEqual({
		key: '5',
		at: '2026-11-04 00:30:00',
	})
	expect(listing.read({ recordid: '5', deleteddate: '2026-10-30 16:30:00' })).toEqual({
		key: '5',
		at: '2026-10-30 23:30:00',
	})
	expect(JSON.stringify(listing.first.body)).toContain("deleteddate >= TO_DATE('2026-11-03 00:00:00'")
})

const details = (code: string, detail: string) =>
	JSON.stringify({ 'o:errorDetails': [{ detail, 'o:errorCode': code }] })

test.each([
	[429, details('CONCURRENCY_LIMIT_EXCEEDED', 'x'), 'retry'],
	[400, details('SSS_REQUEST_LIMIT_EXCEEDED', 'x'), 'retry'],
	[401, details('INVALID_LOGIN', 'x'), 'auth'],
	[403, details('INSUFFICIENT_PERMISSION', 'x'), 'denied'],
	[400, details('INVALID_PARAMETER', "Search error occurred: Unknown identifier 'custbody_x'."), 'drift'],
	[400, details('INVALID_PARAMETER', 'x'), 'drift'],
	[400, details('NONEXISTENT_FIELD', 'x'), 'drift'],
	[400, details('USER_ERROR', "Field 'x' for record 'y' was not found."), 'drift'],
	[400, details('USER_ERROR', 'x'), 'data'],
	[404, details('NONEXISTENT_ID', 'x'), 'data'],
	[400, details('INVALID_LOGIN', 'x'), 'auth'],
	[403, '', 'denied'],
	[408, '', 'retry'],
	[429, '', 'retry'],
	[500, details('UNEXPECTED_ERROR', 'x'), 'retry'],
	[504, '<html>', 'retry'],
	[503, '<html>', 'retry'],
	[200, '', 'ok'],
])('%i %s means %s', (status, text, action) => {
	expect(netsuiteVerdict({ status, headers: {}, text }).action).toBe(action)
})

test('the field that a refusal names is found in its text', () => {
	expect(
		unknownIdentifier("Unknown identifier 'custbody_x'. Available identifiers are: {transaction=transaction}."),
	).toBe('custbody_x')
	expect(unknownIdentifier('something else')).toBeNull()
})
