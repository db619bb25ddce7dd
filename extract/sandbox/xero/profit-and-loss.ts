import { randomUUID } from 'node:crypto'
import { inForce, tableName } from '../store.ts'
import type { SandboxParts } from '../system.ts'
import type { VendorAnswer, VendorRequest } from '../vendor-server.ts'
import { decimalText, divide, minorDigits, partsOf } from '../world/company/exact.ts'
import { isDigits, type Json } from '../world/records/xero/json.ts'
import { parseExactly } from './record-json.ts'
import { apiRefusal } from './refusal.ts'

/** Below `/api.xro/2.0/`. */
export const profitAndLossName = 'Reports/ProfitAndLoss'

type Line = { date: string; account: string; amount: bigint }
type Range = { from: string; to: string }

/**
 * `GET Reports/ProfitAndLoss` on the accrual basis: what the organisation's own documents and journals booked to income accounts, in its
 * currency, per account and column. `periods` columns before the asked one are as long as it is: they end on the same day of the month,
 * or on the month's last where it has no such day, so that of an asked November, October lacks its 31st.
 */
export function profitAndLossAnswer(parts: SandboxParts, tenant: string, request: VendorRequest): VendorAnswer {
	const columns = columnsOf(request.url.searchParams)
	const books = openBooks(parts, tenant)
	const lines = books.lines(columns.at(-1)!.from, columns[0]!.to)
	const sections = (['REVENUE', 'OTHERINCOME'] as const).flatMap((type) => {
		const accounts = books.accounts.filter((account) => account.type === type)
		const rows = accounts.flatMap((account) => {
			const sums = columns.map(({ from, to }) =>
				lines
					.filter((line) => line.account === account.id && line.date >= from && line.date <= to)
					.reduce((sum, { amount }) => sum + amount, 0n),
			)
			return sums.every((sum) => sum === 0n) ? [] : [{ account, sums }]
		})
		const title = type === 'REVENUE' ? 'Income' : 'Other Income'
		return rows.length === 0 ? [] : [section(title, rows, columns.length)]
	})
	const titles = ['Profit and Loss', books.name, `${words(columns[0]!.from)} to ${words(columns[0]!.to)}`]
	const report = {
		ReportID: 'ProfitAndLoss',
		ReportName: 'Profit and Loss',
		ReportType: 'ProfitAndLoss',
		ReportTitles: titles,
		ReportDate: words(new Date(parts.clock.now()).toISOString()),
		UpdatedDateUTC: `/Date(${parts.clock.now()})/`,
		Fields: [],
		Rows: [
			{ RowType: 'Header', Cells: [{ Value: '' }, ...columns.map(({ to }) => ({ Value: label(to) }))] },
			...sections,
		],
	}
	return {
		status: 200,
		body: JSON.stringify({ Id: randomUUID(), Status: 'OK', ProviderName: 'Sandbox', Reports: [report] }),
	}
}

function section(title: string, rows: { account: { id: string; name: string }; sums: bigint[] }[], width: number) {
	const totals = Array.from({ length: width }, (_, at) => rows.reduce((sum, { sums }) => sum + sums[at]!, 0n))
	return {
		RowType: 'Section',
		Title: title,
		Rows: [
			...rows.map(({ account, sums }) => {
				const Attributes = [{ Value: account.id, Id: 'account' }]
				const cells = sums.map((sum) => ({ Value: decimalText(sum, 2), Attributes }))
				return { RowType: 'Row', Cells: [{ Value: account.name, Attributes }, ...cells] }
			}),
			{
				RowType: 'SummaryRow',
				Cells: [{ Value: `Total ${title}` }, ...totals.map((total) => ({ Value: decimalText(total, 2) }))],
			},
		],
	}
}

/** The organisation's accounts, and what its documents booked to them. */
function openBooks({ store, clock }: SandboxParts, tenant: string) {
	const records = (object: string, where = '', ...values: string[]) =>
		store.database
			.prepare(
				`select status, body from ${tableName('xero', object)} as r where ${inForce('r')} and tenant = ? and kind is not 'ACCPAY' ${where}`,
			)
			.all({ now: clock.now() }, tenant, ...values)
			.map((row) => ({
				status: String(row['status']),
				record: parseExactly(String(row['body'])) as Record<string, Json>,
			}))
	const organisation = records('Organisation')[0]!.record
	const accounts = records('Accounts').map(({ record }) => ({
		id: String(record['AccountID']),
		code: String(record['Code']),
		name: String(record['Name']),
		type: String(record['Type']),
	}))
	const places = minorDigits[String(organisation['BaseCurrency'])]!
	const byCode = new Map(accounts.map(({ code, id }) => [code, id]))
	const linesOf = (record: Record<string, Json>, list: string, sign: bigint): Line[] => {
		const isInclusive = record['LineAmountTypes'] === 'Inclusive'
		const rate = record['CurrencyRate'] ? exact(record['CurrencyRate'], 6) : 1_000_000n
		return ((record[list] ?? []) as Record<string, Json>[]).map((line) => {
			const net = exact(line['LineAmount'], 4) - (isInclusive ? exact(line['TaxAmount'], 4) : 0n)
			// Units of the document's currency per 1 of the organisation's: divided, to its minor unit, and shown with two decimals.
			const minor = divide(net * 1_000_000n * 10n ** BigInt(places), rate * 10_000n)
			return {
				date: dateOf(record['Date']),
				account: String(line['AccountID'] ?? byCode.get(String(line['AccountCode']))),
				amount: sign * divide(minor * 100n, 10n ** BigInt(places)),
			}
		})
	}
	return {
		name: String(organisation['Name']),
		accounts,
		lines(from: string, to: string): Line[] {
			const posted = ({ status }: { status: string }) => ['AUTHORISED', 'PAID', 'POSTED'].includes(status)
			const documents = [
				{ object: 'Invoices', list: 'LineItems', sign: 1n },
				{ object: 'CreditNotes', list: 'LineItems', sign: -1n },
				{ object: 'BankTransactions', list: 'LineItems', sign: 1n },
				// A journal's credits are negative.
				{ object: 'ManualJournals', list: 'JournalLines', sign: -1n },
			]
			return documents
				.flatMap(({ object, list, sign }) =>
					records(
						object,
						`and cast(substr(body, instr(body, '"Date":"/Date(') + 14, 13) as integer) between ? and ?`,
						...between(from, to),
					)
						.filter(posted)
						.flatMap(({ record }) => linesOf(record, list, record['Type'] === 'SPEND' ? -sign : sign)),
				)
				.filter(({ date }) => date >= from && date <= to)
		},
	}
}

/** Milliseconds of both days; SQLite compares them with what it casts. */
function between(from: string, to: string): [string, string] {
	return [String(Date.parse(from)), String(Date.parse(to) + 86_399_999)]
}

function columnsOf(given: URLSearchParams): Range[] {
	const [from, to] = [given.get('fromDate') ?? '', given.get('toDate') ?? '']
	if (![from, to].every((date) => /^\d{4}-\d\d-\d\d$/.test(date) && !Number.isNaN(Date.parse(date))) || from > to)
		throw apiRefusal(400, 10, 'ValidationException', 'Invalid date format or date range')
	if (Date.parse(to) - Date.parse(from) > 365 * 86_400_000)
		throw apiRefusal(400, 10, 'ValidationException', 'The fromDate and toDate must be within 365 days of each other')
	const periods = Number(given.get('periods') ?? 0)
	if (!Number.isInteger(periods) || periods < 0 || periods > 11)
		throw apiRefusal(400, 10, 'ValidationException', 'Periods must be an integer between 1 and 11')
	if (given.get('paymentsOnly') === 'true')
		throw apiRefusal(400, 10, 'ValidationException', 'sandbox: accrual basis only')
	const months = given.get('timeframe') === 'QUARTER' ? 3 : given.get('timeframe') === 'YEAR' ? 12 : 1
	return Array.from({ length: periods + 1 }, (_, back) => ({
		from: monthsBefore(from, back * months),
		to: monthsBefore(to, back * months),
	}))
}

function monthsBefore(date: string, months: number): string {
	const [year, month, day] = date.split('-').map(Number) as [number, number, number]
	const last = new Date(Date.UTC(year, month - months, 0)).getUTCDate()
	return new Date(Date.UTC(year, month - 1 - months, Math.min(day, last))).toISOString().slice(0, 10)
}

/** Exact, in parts of 10^-places. */
function exact(value: Json | undefined, places: number): bigint {
	if (value === null || typeof value !== 'object' || Array.isArray(value) || !isDigits(value)) return 0n
	return partsOf(value.digits, places)
}

function dateOf(value: Json | undefined): string {
	return new Date(Number(/\d+/.exec(String(value))![0])).toISOString().slice(0, 10)
}

const months = 'January February March April May June July August September October November December'.split(' ')

/** `24 April 2019`. */
function words(date: string): string {
	return `${Number(date.slice(8, 10))} ${months[Number(date.slice(5, 7)) - 1]} ${date.slice(0, 4)}`
}

/** `30 Apr 19`. */
function label(date: string): string {
	return `${date.slice(8, 10)} ${months[Number(date.slice(5, 7)) - 1]!.slice(0, 3)} ${date.slice(2, 4)}`
}
