/** Rows by table, values as text; null is null. */
export type World = Map<string, Record<string, string | null>[]>

type Chance = ReturnType<typeof newChance>

/** A small seeded generator (mulberry32): the same seed makes the same world. */
function newChance(seed: number) {
	let state = seed >>> 0
	const next = () => {
		state = (state + 0x6d2b79f5) >>> 0
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
	}
	return {
		is: (share: number) => next() < share,
		from: <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!,
		between: (low: number, high: number) => low + Math.floor(next() * (high - low + 1)),
	}
}

const currencies = { USD: 2, EUR: 2, JPY: 0, KWD: 3 } as const
type Currency = keyof typeof currencies
const months = ['2026-01', '2026-02', '2026-03'] as const

/** Minor units to text: 12345 in USD is "123.45". */
function money(minor: number, currency: Currency): string {
	const digits = currencies[currency]
	const text = String(Math.abs(minor)).padStart(digits + 1, '0')
	const whole = digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`
	return minor < 0 ? `-${whole}` : whole
}

/**
 * A world without sense: deals, orders, invoices, credits and postings linked, priced and placed at random, right and wrong. What must
 * hold in it is only that everything adds up.
 */
export function randomWorld(seed: number, dealCount: number): World {
	const chance = newChance(seed)
	const world: World = new Map()
	const add = (table: string, row: Record<string, string | number | boolean | null>) => {
		const rows = world.get(table) ?? []
		world.set(table, rows)
		rows.push(
			Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value === null ? null : String(value)])),
		)
	}
	addParties(chance, add)
	const dealIds: string[] = []
	for (let index = 1; index <= dealCount; index += 1) {
		const id = `D${index}`
		dealIds.push(id)
		addDeal(chance, add, id)
		if (chance.is(0.85)) addOrders(chance, add, id, dealIds)
	}
	for (let index = 1; index <= dealCount / 10; index += 1) addLooseJournal(chance, add, index)
	return world
}

type Add = (table: string, row: Record<string, string | number | boolean | null>) => void

const customerCount = 12

function addParties(chance: Chance, add: Add): void {
	for (let index = 1; index <= customerCount; index += 1) {
		add('canonical.customers', {
			customer_id: `salesforce:A${index}`,
			name: `Account ${index}`,
			other_reference: chance.is(0.2) ? `C${chance.between(1, customerCount)}` : null,
			legal_entity_reference: chance.from(['US', 'DE', null, 'nowhere']),
		})
		add('canonical.customers', {
			customer_id: `netsuite:C${index}`,
			name: `Customer ${index}`,
			number: `C${index}`,
			other_reference: chance.is(0.8) ? `A${chance.is(0.9) ? index : chance.between(1, customerCount)}` : null,
		})
	}
}

function addDeal(chance: Chance, add: Add, id: string): void {
	const currency = chance.from(['USD', 'USD', 'EUR', 'JPY', 'KWD'] as const)
	const lineCount = chance.from([0, 1, 1, 2, 3])
	let sum = 0
	for (let line = 1; line <= lineCount; line += 1) {
		const quantity = chance.between(1, 24)
		const price = chance.between(1, 99_999)
		const discount = chance.from([0, 0, 5, 12.5])
		const amount = Math.round(quantity * price * (1 - discount / 100))
		sum += amount
		add('canonical.opportunity_lines', {
			opportunity_line_id: `salesforce:${id}.${line}`,
			opportunity_id: `salesforce:${id}`,
			kind: chance.from(['item', 'item', 'item', 'tax', 'freight']),
			product_code: chance.from(['P', 'Q']),
			quantity,
			unit: chance.from(['Each', 'Case', 'Barrel', null]),
			unit_price: money(price, currency),
			discount_percent: discount,
			amount: money(amount, currency),
			currency,
		})
	}
	const amount = lineCount === 0 || chance.is(0.1) ? chance.between(0, 9_999_999) : sum
	add('canonical.opportunities', {
		opportunity_id: `salesforce:${id}`,
		customer_id: `salesforce:A${chance.between(1, customerCount)}`,
		is_won: chance.is(0.9),
		is_deleted: chance.is(0.03),
		amount: money(amount, currency),
		currency,
		close_date: `${chance.from(months)}-${chance.between(10, 28)}`,
		legal_entity_reference: chance.from(['US', 'DE', null]),
		channel: chance.from(['direct', 'web', null]),
		erp_reference: chance.is(0.2) ? `O${id}a` : null,
		created_at: `2026-01-0${chance.between(1, 9)} 10:00:00`,
	})
}

function addOrders(chance: Chance, add: Add, deal: string, deals: readonly string[]): void {
	for (const suffix of chance.from([['a'], ['a'], ['a', 'b']])) {
		const id = `O${deal}${suffix}`
		const named = chance.from([deal, deal, deal, `${deal};${chance.from(deals)}`, null, 'nowhere'])
		const currency = chance.from(['USD', 'USD', 'EUR', 'JPY', 'KWD'] as const)
		add('canonical.orders', {
			order_id: `netsuite:${id}`,
			number: id,
			crm_reference: named,
			customer_id: `netsuite:C${chance.between(1, customerCount)}`,
			legal_entity_id: chance.from(['netsuite:1', 'netsuite:2', 'netsuite:9']),
			currency,
			order_date: `${chance.from(months)}-15`,
			is_pending_approval: chance.is(0.1),
			is_cancelled: chance.is(0.1),
			is_closed: chance.is(0.1),
			channel: chance.from(['direct', 'web']),
			total_amount: chance.from(['1000', '2000']),
			tax_amount: chance.from(['0', '19']),
			created_at: `2026-01-0${chance.between(1, 9)} 11:00:00`,
		})
		addOrderLines(chance, add, id, deal, currency)
	}
}

function addOrderLines(chance: Chance, add: Add, order: string, deal: string, currency: Currency): void {
	for (let line = 1; line <= chance.between(1, 3); line += 1) {
		const id = `${order}.${line}`
		const quantity = chance.between(1, 24)
		const price = chance.between(1, 99_999)
		const kind = chance.from(['item', 'item', 'item', 'freight'])
		add('canonical.order_lines', {
			order_line_id: `netsuite:${id}`,
			order_id: `netsuite:${order}`,
			kind,
			crm_reference: chance.is(0.4) ? `${deal}.${chance.between(1, 3)}` : null,
			product_id: chance.from(['netsuite:P', 'netsuite:Q', 'netsuite:X']),
			quantity: chance.is(0.95) ? quantity : null,
			unit: chance.from(['Each', 'Case', null]),
			unit_price: money(price, currency),
			amount: money(quantity * price + chance.from([0, 0, 0, 1, -700]), currency),
			currency,
			is_closed: chance.is(0.1),
		})
		if (chance.is(0.15))
			add('canonical.order_lines', {
				order_line_id: `netsuite:${id}d`,
				order_id: `netsuite:${order}`,
				kind: 'discount',
				applies_to_line_id: chance.is(0.5) ? `netsuite:${id}` : null,
				amount: money(-chance.between(1, 999), currency),
				currency,
			})
		for (let invoice = 1; invoice <= chance.between(0, 3); invoice += 1)
			addInvoice(chance, add, `I${id}.${invoice}`, order, id, quantity, price, chance.is(0.95) ? currency : 'EUR')
	}
}

function addInvoice(
	chance: Chance,
	add: Add,
	id: string,
	order: string,
	orderLine: string,
	ordered: number,
	price: number,
	currency: Currency,
): void {
	const period = chance.from(months)
	const customer = `netsuite:C${chance.between(1, customerCount)}`
	const entity = chance.from(['netsuite:1', 'netsuite:2'])
	const quantity = chance.between(1, ordered)
	const amount = quantity * price + chance.from([0, 0, 0, 1, 500])
	const isPosted = chance.is(0.95)
	const place = { customer_id: customer, legal_entity_id: entity, currency }
	add('canonical.invoices', {
		...place,
		invoice_id: `netsuite:${id}`,
		number: id,
		order_id: chance.is(0.9) ? `netsuite:${order}` : null,
		crm_reference: chance.is(0.5) ? order.slice(1, -1) : null,
		invoice_date: `${period}-${chance.between(10, 28)}`,
		period_id: period,
		is_posted: isPosted,
		is_voided: false,
		total_amount: money(amount, currency),
		tax_amount: '0',
		open_amount: '0',
	})
	add('canonical.invoice_lines', {
		invoice_line_id: `netsuite:${id}.1`,
		invoice_id: `netsuite:${id}`,
		order_line_id: chance.is(0.8) ? `netsuite:${orderLine}` : null,
		kind: 'item',
		product_id: chance.from(['netsuite:P', 'netsuite:Q']),
		quantity: chance.is(0.95) ? quantity : null,
		unit: 'Each',
		unit_price: money(price, currency),
		amount: money(amount, currency),
		currency,
	})
	if (!isPosted) return
	addPostings(chance, add, id, period, place, amount)
	if (chance.is(0.2)) addCredit(chance, add, id, place, chance.between(1, amount))
}

type Place = { customer_id: string; legal_entity_id: string; currency: Currency }

function addPostings(chance: Chance, add: Add, invoice: string, period: string, place: Place, amount: number): void {
	const parts = chance.from([1, 1, 3])
	for (let part = 1; part <= parts; part += 1) {
		const posted = part === parts ? amount - Math.floor(amount / parts) * (parts - 1) : Math.floor(amount / parts)
		if (parts > 1 && chance.is(0.3)) continue
		add('canonical.revenue_entries', {
			...place,
			revenue_entry_id: `netsuite:R${invoice}.${part}`,
			kind: parts > 1 ? 'recognition' : 'invoice',
			document_id: `netsuite:${invoice}`,
			invoice_line_id: `netsuite:${invoice}.1`,
			customer_id: chance.is(0.95) ? place.customer_id : `netsuite:C${chance.between(1, customerCount)}`,
			posting_date: `${period}-28`,
			period_id: parts > 1 ? months[(part - 1) % 3]! : period,
			amount: money(posted, place.currency),
			base_amount: money(posted, place.currency),
			base_currency: place.legal_entity_id === 'netsuite:1' ? 'USD' : 'EUR',
		})
	}
}

function addCredit(chance: Chance, add: Add, invoice: string, place: Place, amount: number): void {
	const id = `K${invoice}`
	const period = chance.from(months)
	add('canonical.credit_notes', {
		...place,
		credit_note_id: `netsuite:${id}`,
		invoice_id: chance.is(0.9) ? `netsuite:${invoice}` : null,
		credit_date: `${period}-${chance.between(10, 28)}`,
		period_id: period,
		is_posted: true,
		is_voided: false,
	})
	add('canonical.credit_note_lines', {
		credit_note_line_id: `netsuite:${id}.1`,
		credit_note_id: `netsuite:${id}`,
		invoice_line_id: chance.is(0.5) ? `netsuite:${invoice}.1` : null,
		kind: 'item',
		product_id: chance.from(['netsuite:P', 'netsuite:Q']),
		quantity: 1,
		unit_price: money(amount, place.currency),
		amount: money(amount, place.currency),
		currency: place.currency,
	})
	add('canonical.revenue_entries', {
		...place,
		revenue_entry_id: `netsuite:R${id}`,
		kind: 'credit_note',
		document_id: `netsuite:${id}`,
		credit_note_line_id: `netsuite:${id}.1`,
		posting_date: `${period}-28`,
		period_id: period,
		amount: money(-amount, place.currency),
		base_amount: money(-amount, place.currency),
		base_currency: 'USD',
	})
}

function addLooseJournal(chance: Chance, add: Add, index: number): void {
	const currency = chance.from(['USD', 'EUR'] as const)
	const amount = money(chance.between(-9_999, 9_999), currency)
	add('canonical.revenue_entries', {
		revenue_entry_id: `netsuite:J${index}`,
		kind: 'journal',
		document_id: `netsuite:J${index}`,
		customer_id: chance.is(0.5) ? `netsuite:C${chance.between(1, customerCount)}` : null,
		legal_entity_id: chance.from(['netsuite:1', 'netsuite:2', null]),
		currency,
		posting_date: '2026-02-28',
		period_id: chance.from([...months, null]),
		amount,
		base_amount: amount,
		base_currency: currency,
	})
}
