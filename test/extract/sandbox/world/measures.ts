import type { RecordVersion } from '../../../../extract/sandbox/world/world.ts'

/** The two measures and who is whom, read from the records as a stranger would: no scenario, no truth. */
export type Row = Record<string, string | boolean | null>
export type State = Map<string, Map<string, Row>>

const digits: Record<string, number> = { USD: 2, EUR: 2, GBP: 2, JPY: 0, KWD: 3 }
const entities: Record<string, string> = { '1': 'US', '2': 'DE', '3': 'UK', '4': 'JP' }

/** Every object's records as they stand at a moment, by key. */
export function stateOf(versions: RecordVersion[], moment: number): State {
	const state: State = new Map()
	for (const { object, id, from, values } of versions) {
		if (from > moment) continue
		let records = state.get(object)
		if (!records) {
			records = new Map()
			state.set(object, records)
		}
		if (values) records.set(id, values)
		else records.delete(id)
	}
	return state
}

/** Cell (period, customer, legal entity, currency joined with '|') to bookings and revenue in minor units. */
export function measuresOf(state: State): Map<string, { bookings: bigint; revenue: bigint }> {
	const cells = new Map<string, { bookings: bigint; revenue: bigint }>()
	const cell = (key: string) => {
		if (!cells.has(key)) cells.set(key, { bookings: 0n, revenue: 0n })
		return cells.get(key)!
	}
	for (const [key, amount] of bookings(state)) cell(key).bookings += amount
	for (const [key, amount] of revenue(state)) cell(key).revenue += amount
	for (const [key, { bookings: booked, revenue: earned }] of cells)
		if (booked === 0n && earned === 0n) cells.delete(key)
	return cells
}

/** ERP customer id to the global id of the cell's customer. */
export function identify(state: State): Map<string, string> {
	const accounts = all(state, 'Account')
	const byFull = new Map(accounts.map((account) => [text(account.Id).toLowerCase(), account]))
	const byFifteen = new Map(accounts.map((account) => [text(account.Id).slice(0, 15), account]))
	const alive = accounts.filter((account) => !account.IsDeleted)
	const naming = group(alive, (account) => tokens(account.ERP_Id__c))
	const byTax = group(alive, (account) => (account.Tax_Number__c ? [text(account.Tax_Number__c)] : []))
	const erpByTax = group(all(state, 'customer'), (customer) =>
		customer.vatregnumber ? [text(customer.vatregnumber)] : [],
	)
	const result = new Map<string, string>()
	for (const customer of all(state, 'customer')) {
		const own = tokens(customer.custentity_crm_id).map((token) =>
			token.length === 15 ? byFifteen.get(token) : byFull.get(token.toLowerCase()),
		)
		const named = [
			...new Set([...(naming.get(text(customer.id)) ?? []), ...(naming.get(text(customer.entityid)) ?? [])]),
		]
		const tax = text(customer.vatregnumber)
		const isTaxed = erpByTax.get(tax)?.length === 1 && byTax.get(tax)?.length === 1
		const byOthers = named.length > 0 ? named : isTaxed ? byTax.get(tax)! : []
		const found = own.find((account) => account !== undefined) ?? (byOthers.length === 1 ? byOthers[0] : undefined)
		result.set(
			text(customer.id),
			found ? `salesforce:${text(found.MasterRecordId) || text(found.Id)}` : `netsuite:${text(customer.id)}`,
		)
	}
	return result
}

function* bookings(state: State): Iterable<[string, bigint]> {
	const accounts = state.get('Account')!
	for (const deal of all(state, 'Opportunity')) {
		if (!deal.IsWon || deal.IsDeleted) continue
		let account = accounts.get(text(deal.AccountId))!
		if (account.MasterRecordId) account = accounts.get(text(account.MasterRecordId))!
		const entity = text(deal.Legal_Entity__c ?? account.Legal_Entity__c).replace('Halvorsen ', '')
		const currency = text(deal.CurrencyIsoCode)
		yield [
			`${text(deal.CloseDate).slice(0, 7)}|salesforce:${text(account.Id)}|${entity}|${currency}`,
			minor(deal.Amount, currency),
		]
	}
}

function* revenue(state: State): Iterable<[string, bigint]> {
	const customers = identify(state)
	const income = new Set(
		all(state, 'account')
			.filter(({ accttype }) => accttype === 'Income' || accttype === 'OthIncome')
			.map(({ id }) => text(id)),
	)
	const lines = state.get('transactionline')!
	const currencies = new Map(all(state, 'currency').map(({ id, symbol }) => [text(id), text(symbol)]))
	const recognised = recognitions(state, currencies)
	for (const posting of all(state, 'transactionaccountingline')) {
		if (!posting.posting || !income.has(text(posting.account))) continue
		const transaction = state.get('transaction')!.get(text(posting.transaction))!
		if (transaction.voided || !transaction.posting) continue
		const line = lines.get(`${text(posting.transaction)}:${text(posting.transactionline)}`)!
		const period = text(state.get('accountingperiod')!.get(text(transaction.postingperiod))!.startdate).slice(0, 7)
		const customer = line.entity ? customers.get(text(line.entity))! : '(none)'
		const plain = currencies.get(text(transaction.currency))!
		const own: [string, bigint] = [plain, -minor(line.foreignamount, plain)]
		const [currency, amount] =
			(transaction.type === 'Journal' && recognised.get(`${text(line.transaction)}:${text(line.id)}`)) || own
		yield [`${period}|${customer}|${entities[text(line.subsidiary)]}|${currency}`, amount]
	}
}

/** Journal line key to currency and amount of the invoice: shares of the invoice line along the plan. */
function recognitions(state: State, currencies: Map<string, string>): Map<string, [string, bigint]> {
	const result = new Map<string, [string, bigint]>()
	const lines = all(state, 'transactionline').filter((line) => line.revenueelement)
	const isJournal = (line: Row) => state.get('transaction')!.get(text(line.transaction))!.type === 'Journal'
	const invoiceLines = new Map(
		lines.filter((line) => !isJournal(line)).map((line) => [text(line.revenueelement), line]),
	)
	const journalLines = group(lines.filter(isJournal), (line) => [
		`${text(line.transaction)}:${text(line.revenueelement)}`,
	])
	const rows = group(all(state, 'revenueplanplannedrevenue'), (row) => [text(row.revenueplan)])
	for (const plan of all(state, 'revenueplan')) {
		if (plan.revenueplantype !== 'ACTUAL') continue
		const line = invoiceLines.get(text(plan.createdfrom))!
		const currency = currencies.get(text(plan.parentlinecurrency))!
		const base = currencies.get(text(plan.revenueplancurrency))!
		const [whole, total] = [-minor(line.foreignamount, currency), minor(plan.amount, base)]
		let upTo = 0n
		let before = 0n
		const inOrder = (rows.get(text(plan.id)) ?? []).sort(
			(one, other) => Number(one.plannedperiod) - Number(other.plannedperiod),
		)
		for (const row of inOrder) {
			upTo += minor(row.amount, base)
			const share = base === currency ? upTo : divide(whole * upTo, total)
			const part = share - before
			before = share
			if (!row.journal) continue
			const posted = journalLines.get(`${text(row.journal)}:${text(plan.createdfrom)}`)!.shift()!
			if (-minor(posted.foreignamount, base) !== minor(row.amount, base))
				throw new Error(`journal ${text(row.journal)} differs from its planned row`)
			result.set(`${text(posted.transaction)}:${text(posted.id)}`, [currency, part])
		}
	}
	return result
}

export function minor(value: string | boolean | null | undefined, currency: string): bigint {
	const [whole, part = ''] = text(value).split('.')
	if (part.length > digits[currency]!) throw new Error(`${text(value)} has too many digits for ${currency}`)
	return BigInt(whole + part.padEnd(digits[currency]!, '0'))
}

export function all(state: State, object: string): Row[] {
	return [...(state.get(object)?.values() ?? [])]
}

function divide(numerator: bigint, denominator: bigint): bigint {
	const sign = numerator < 0n === denominator < 0n ? 1n : -1n
	const [top, bottom] = [numerator < 0n ? -numerator : numerator, denominator < 0n ? -denominator : denominator]
	return sign * ((2n * top + bottom) / (2n * bottom))
}

function tokens(value: string | boolean | null | undefined): string[] {
	return text(value)
		.split(/[,; ]+/)
		.filter(Boolean)
}

function group(rows: Row[], keys: (row: Row) => string[]): Map<string, Row[]> {
	const groups = new Map<string, Row[]>()
	for (const row of rows) for (const key of keys(row)) groups.set(key, [...(groups.get(key) ?? []), row])
	return groups
}

export function text(value: string | boolean | null | undefined): string {
	return typeof value === 'string' ? value : ''
}
