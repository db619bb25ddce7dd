import { inForce, tableName } from '../store.ts'
import type { SandboxParts } from '../system.ts'
import type { VendorAnswer } from '../vendor-server.ts'
import { decimalText, divide, minorDigits, partsOf } from '../world/company/exact.ts'
import { isDigits, type Json } from '../world/records/quickbooks/json.ts'
import { companyStamp } from './record-json.ts'
import { faultRefusal } from './refusal.ts'

type Body = { [member: string]: Json | undefined }
type Posting = { date: string; account: string; amount: bigint }

/** `GET …/reports/<name>`: what the company's own forms and journals add up to. Parameters that it doesn't know are passed over. */
export function reportAnswer(parts: SandboxParts, realm: string, name: string, given: URLSearchParams): VendorAnswer {
	if (!parts.visibility.seesObject('quickbooks', name))
		throw faultRefusal(
			403,
			'ValidationFault',
			'5020',
			'Permission Denied Error',
			'You do not have permission to access this feature',
		)
	const books = openBooks(parts, realm)
	const report =
		name === 'ProfitAndLoss'
			? profitAndLoss(books, given)
			: name === 'AgedReceivableDetail'
				? ageing(books, given)
				: null
	if (!report) throw faultRefusal(400, 'ValidationFault', '2020', 'Required param missing', `Report ${name} not found`)
	const { header, columns, rows } = report
	const body = {
		Header: {
			Time: companyStamp(parts.clock.now(), realm),
			ReportName: name,
			...header,
			Currency: books.home,
			Option: [{ Name: 'NoReportData', Value: String(rows.length === 0) }],
		},
		Columns: { Column: columns },
		Rows: rows.length === 0 ? {} : { Row: rows },
	}
	return { status: 200, body: JSON.stringify(body) }
}

/** Accounts by group and then by detail type, those of a group under the heading of its first, which has amounts of its own. */
function profitAndLoss(books: Books, given: URLSearchParams) {
	const [from, to] = datesOf(given)
	if ((given.get('summarize_column_by') ?? 'Total') !== 'Month')
		throw faultRefusal(400, 'ValidationFault', '2010', 'Invalid parameter', 'sandbox: summarize_column_by=Month alone')
	if (given.get('accounting_method') === 'Cash')
		throw faultRefusal(400, 'ValidationFault', '2010', 'Invalid parameter', 'sandbox: accrual basis only')
	const months = monthsBetween(from, to)
	const postings = books.postings(from, to)
	const groups = [
		{ group: 'Income', type: 'Income' },
		{ group: 'OtherIncome', type: 'Other Income' },
	]
	const rows = groups.flatMap(({ group, type }) => {
		const lines = books.accounts
			.filter((account) => account.type === type)
			.map((account) => ({
				account,
				sums: sumsOf(
					postings.filter((one) => one.account === account.id),
					months,
				),
			}))
			.filter(({ sums }) => sums.some((sum) => sum !== 0n))
		if (lines.length === 0) return []
		const cells = ({ account, sums }: (typeof lines)[number]) => [
			{ value: account.name, id: account.id },
			...[...sums, sums.reduce((all, sum) => all + sum, 0n)].map((sum) => ({
				value: sum === 0n ? '' : decimalText(sum, 2),
			})),
		]
		const [first, ...others] = lines
		const nested = others.map((line) => ({ ColData: cells(line), type: 'Data' }))
		const inner =
			nested.length === 0
				? { ColData: cells(first!), type: 'Data' }
				: {
						Header: { ColData: cells(first!) },
						Rows: { Row: nested },
						Summary: { ColData: [{ value: 'Total' }] },
						type: 'Section',
					}
		const heading = { ColData: [{ value: type }, ...months.map(() => ({ value: '' })), { value: '' }] }
		return [
			{
				Header: heading,
				Rows: { Row: [inner] },
				Summary: { ColData: [{ value: `Total ${type}` }] },
				type: 'Section',
				group,
			},
		]
	})
	const columns = [
		{ ColTitle: '', ColType: 'Account', MetaData: [{ Name: 'ColKey', Value: 'account' }] },
		...months.map(({ from: start, to: end }) => ({
			ColTitle: start.slice(0, 7),
			ColType: 'Money',
			MetaData: [
				{ Name: 'StartDate', Value: start },
				{ Name: 'EndDate', Value: end },
				{ Name: 'ColKey', Value: start.slice(0, 7) },
			],
		})),
		{ ColTitle: 'Total', ColType: 'Money', MetaData: [{ Name: 'ColKey', Value: 'total' }] },
	]
	return {
		header: { ReportBasis: 'Accrual', StartPeriod: from, EndPeriod: to, SummarizeColumnsBy: 'Month' },
		columns,
		rows,
	}
}

/** Open documents up to the report's date. A company with several currencies has the foreign balance, and not the other one. */
function ageing(books: Books, given: URLSearchParams) {
	const on = given.get('report_date') ?? ''
	const known = books.isMulticurrency
		? ['txn_type', 'doc_num', 'due_date', 'currency', 'foreign_open_bal']
		: ['txn_type', 'doc_num', 'due_date', 'subt_open_bal']
	const asked = (given.get('columns') ?? known.join()).split(',').filter((name) => known.includes(name))
	const open = books
		.documents('Invoice', '0000', on)
		.map((body) => ({ body, balance: exact(body['Balance'], 2) }))
		.filter(({ balance }) => balance !== 0n)
	const cell = ({ body, balance }: (typeof open)[number], name: string) =>
		({
			txn_type: { value: 'Invoice', id: String(body['Id']) },
			doc_num: { value: String(body['DocNumber'] ?? '') },
			due_date: { value: String(body['DueDate'] ?? '') },
			currency: { value: currencyOf(body, books.home) },
			foreign_open_bal: { value: decimalText(balance, 2) },
			subt_open_bal: { value: decimalText(balance, 2) },
		})[name]!
	const heading = { ColData: [{ value: 'Open' }, ...asked.slice(1).map(() => ({ value: '' }))] }
	const total = { ColData: [{ value: 'Total' }, ...asked.slice(1).map(() => ({ value: '' }))] }
	const data = open.map((one) => ({ ColData: asked.map((name) => cell(one, name)), type: 'Data' }))
	return {
		header: { EndPeriod: on },
		columns: asked.map((name) => ({ ColTitle: name, ColType: name })),
		rows:
			open.length === 0
				? []
				: [{ Header: withoutKind(heading, asked), Rows: { Row: data }, Summary: total, type: 'Section' }],
	}
}

/** A heading's text stands in the first column, which is the date's: it is in no column that says of which kind a document is. */
function withoutKind<Heading extends { ColData: { value: string }[] }>(heading: Heading, asked: string[]): Heading {
	return asked[0] === 'txn_type' ? { ...heading, ColData: heading.ColData.map(() => ({ value: '' })) } : heading
}

type Books = ReturnType<typeof openBooks>

function openBooks({ store, clock }: SandboxParts, realm: string) {
	const rows = (entity: string, more = '', ...values: string[]): Body[] =>
		store.database
			.prepare(`select body from ${tableName('quickbooks', entity)} as r where ${inForce('r')} and realm = ? ${more}`)
			.all({ now: clock.now() }, realm, ...values)
			.map(({ body }) => parseExactly(String(body)))
	const preferences = (rows('Preferences')[0]?.['CurrencyPrefs'] ?? {}) as Body
	const home = referenceOf(preferences['HomeCurrency'])!
	const incomeOf = new Map(rows('Item').map((item) => [String(item['Id']), referenceOf(item['IncomeAccountRef'])]))
	const documents = (entity: string, from: string, to: string) =>
		rows(entity, `and json_extract(body, '$.TxnDate') between ? and ?`, from, to)
	/** To the home currency's minor unit, shown with two decimals. */
	const translated = (amount: bigint, body: Body): bigint => {
		const places = BigInt(minorDigits[home]!)
		const rate = currencyOf(body, home) === home ? 10n ** 10n : exact(body['ExchangeRate'], 10)
		return divide(amount * rate * 10n ** places, 10n ** 14n) * 10n ** (2n - places)
	}
	const lineOf = (line: Body, body: Body, sign: bigint): Posting[] => {
		const kind = String(line['DetailType'])
		const detail = (line[kind] ?? {}) as Body
		if (kind === 'GroupLineDetail')
			return ((detail['Line'] ?? []) as Body[]).flatMap((inner) => lineOf(inner, body, sign))
		if (kind !== 'SalesItemLineDetail' && kind !== 'DiscountLineDetail') return []
		const account =
			referenceOf(detail['DiscountAccountRef']) ??
			referenceOf(detail['ItemAccountRef']) ??
			incomeOf.get(referenceOf(detail['ItemRef']) ?? '')
		const amount = exact(line['Amount'], 4) * sign * (kind === 'DiscountLineDetail' ? -1n : 1n)
		return [{ date: String(body['TxnDate']), account: account ?? '', amount: translated(amount, body) }]
	}
	const journalLine = (line: Body, body: Body): Posting[] => {
		const detail = line['JournalEntryLineDetail'] as Body | undefined
		if (!detail) return []
		const amount = exact(line['Amount'], 4) * (detail['PostingType'] === 'Credit' ? 1n : -1n)
		return [
			{ date: String(body['TxnDate']), account: referenceOf(detail['AccountRef'])!, amount: translated(amount, body) },
		]
	}
	const codedLine = (line: Body, body: Body, sign: bigint): Posting[] => {
		const detail = line[String(line['DetailType'])] as Body | undefined
		const account = referenceOf(detail?.['AccountRef'])
		if (!account) return []
		return [{ date: String(body['TxnDate']), account, amount: translated(exact(line['Amount'], 4) * sign, body) }]
	}
	const linesIn = (body: Body) => (body['Line'] ?? []) as Body[]
	return {
		home,
		isMulticurrency: preferences['MultiCurrencyEnabled'] === true,
		documents,
		accounts: rows('Account').map((account) => ({
			id: String(account['Id']),
			name: String(account['Name']),
			type: String(account['AccountType']),
		})),
		postings: (from: string, to: string): Posting[] => [
			...['Invoice', 'SalesReceipt'].flatMap((entity) =>
				documents(entity, from, to).flatMap((body) => linesIn(body).flatMap((line) => lineOf(line, body, 1n))),
			),
			...['CreditMemo', 'RefundReceipt'].flatMap((entity) =>
				documents(entity, from, to).flatMap((body) => linesIn(body).flatMap((line) => lineOf(line, body, -1n))),
			),
			...documents('JournalEntry', from, to).flatMap((body) =>
				linesIn(body).flatMap((line) => journalLine(line, body)),
			),
			...documents('Deposit', from, to).flatMap((body) => linesIn(body).flatMap((line) => codedLine(line, body, 1n))),
			...documents('Purchase', from, to).flatMap((body) =>
				linesIn(body).flatMap((line) => codedLine(line, body, body['Credit'] === true ? 1n : -1n)),
			),
		],
	}
}

function sumsOf(postings: Posting[], months: { from: string; to: string }[]): bigint[] {
	return months.map(({ from, to }) =>
		postings.filter(({ date }) => date >= from && date <= to).reduce((sum, { amount }) => sum + amount, 0n),
	)
}

function datesOf(given: URLSearchParams): [string, string] {
	const [from, to] = [given.get('start_date') ?? '', given.get('end_date') ?? '']
	if (![from, to].every((date) => /^\d{4}-\d\d-\d\d$/.test(date)) || from > to)
		throw faultRefusal(400, 'ValidationFault', '2020', 'Invalid parameter', `start_date ${from}, end_date ${to}`)
	return [from, to]
}

/** Calendar months; the first and the last as far as they were asked for. */
function monthsBetween(from: string, to: string): { from: string; to: string }[] {
	const months: { from: string; to: string }[] = []
	for (let start = from; start <= to; ) {
		const [year, month] = start.split('-').map(Number) as [number, number]
		const last = new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10)
		months.push({ from: start, to: last < to ? last : to })
		start = new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10)
	}
	return months
}

function currencyOf(body: Body, home: string): string {
	return referenceOf(body['CurrencyRef']) ?? home
}

function referenceOf(value: Json | undefined): string | undefined {
	const found = (value as { value?: Json } | undefined)?.value
	return typeof found === 'string' ? found : undefined
}

function exact(value: Json | undefined, places: number): bigint {
	if (value === null || typeof value !== 'object' || Array.isArray(value) || !isDigits(value)) return 0n
	return partsOf(value.digits, places)
}

/** JSON with every number as its digits. */
function parseExactly(text: string): Body {
	return JSON.parse(text, ((_: string, value: unknown, context: { source?: string }) =>
		typeof value === 'number' ? { digits: context.source! } : value) as never) as Body
}
