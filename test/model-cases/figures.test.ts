import { beforeAll, expect, test } from 'vitest'
import { Book, type Row } from './book.ts'
import { buildWorld, worldOf } from './scenario.ts'

/** Figures around the breaks, in January 2026 as of the 28th: stories of one company, each in a currency or with customers of its own. */
const tables = [
	'marts.billings_roll_forward',
	'marts.computed_revenue',
	'marts.carried_items',
	'marts.ageing',
	'marts.customer_360',
	'marts.cells',
	'marts.chain',
	'checks.billings_roll_forward_proves_itself',
	'checks.open_breaks_are_within_their_limit',
	'checks.amounts_have_a_rate',
]

let found: Map<string, Row[]>

beforeAll(async () => {
	const books = Object.entries(stories).map(([mark, given]) => {
		const book = new Book(mark)
		given(book)
		return book
	})
	const world = worldOf(books)
	world.set('raw.as_of', [{ loaded_until: '2026-01-28 12:00:00', extracted_until: '2026-01-28 12:00:00' }])
	world.set('staging.stg_tieout__settings', [
		{ name: 'reporting_currency', value: 'USD' },
		{ name: 'rate_policy', value: 'closing' },
		{ name: 'break_limit_days:timing', value: '10' },
	])
	found = await buildWorld(world, tables, async (session) => {
		const rows = new Map<string, Row[]>()
		for (const table of tables) rows.set(table, await session.all<Row>(`select * from ${table}`))
		return rows
	})
})

const stories: Record<string, (book: Book) => void> = {
	// A note of what was still deferred, which only its line ties to the invoice.
	NOTE: (book) => {
		const place = { entity: 'DE', currency: 'EUR' } as const
		book.deal('D1', { ...place, lines: [{ price: 1200 }] })
		book.order('O1', { ...place, lines: [{ price: 1200 }] })
		book.invoice('I1', { ...place, date: '2026-01-05', lines: [{ price: 1200 }], recognised: [['2026-01', 100]] })
		credited(book, 600, { legal_entity_id: 'netsuite:2', currency: 'EUR' })
	},
	// Billed in November for six months; the calendar begins in January.
	OLD: (book) => {
		const place = { entity: 'DE', currency: 'GBP' } as const
		book.invoice('I1', {
			...{ ...place, order: null, date: '2025-11-05', more: { period_id: null }, lines: [{ price: 600 }] },
			recognised: [['2026-01', 100]],
		})
		const of = { customer_id: book.erp('C'), legal_entity_id: 'netsuite:2', currency: 'GBP', period_id: null }
		for (const month of ['2025-11', '2025-12'])
			book.revenue(`I1.1.${month}`, 'recognition', month, 100, of, {
				...{ period_id: null, invoice_line_id: book.erp('I1.1'), document_id: book.erp('I1') },
			})
		book.add('canonical.recognition_terms', {
			...{ recognition_term_id: book.erp('T1'), invoice_line_id: book.erp('I1.1'), currency: 'GBP' },
			...{ method: 'by_month', start_date: '2025-11-01', end_date: '2026-04-30' },
		})
	},
	// Booked in January, and posted already in February, which has not begun.
	AHEAD: (book) => {
		book.deal('D1', { close: '2026-01-15', lines: [{ price: 100 }] })
		book.order('O1', { lines: [{ price: 100 }] })
		book.invoice('I1', { date: '2026-02-01', lines: [{ price: 100 }] })
	},
	// An ERP customer that is gone, and still owes; its account lives, and names it.
	GONE: (book) => {
		book.rows.clear()
		book.customer('A', undefined, { other_reference: book.own('C') })
		book.add('canonical.customers', { customer_id: book.erp('C'), name: 'Gone', is_deleted: true })
		book.invoice('I1', { order: null, lines: [{ price: 500 }], more: { open_amount: 500, due_date: '2026-01-10' } })
	},
	// Both are gone, and nothing ties them.
	BOTH: (book) => {
		book.rows.clear()
		book.customer('A', undefined, { is_deleted: true })
		book.add('canonical.customers', { customer_id: book.erp('C'), name: 'Gone', is_deleted: true })
		book.deal('D1', { lines: [{ price: 70 }] })
		book.invoice('I1', { order: null, lines: [{ price: 40 }], more: { open_amount: 40, due_date: '2026-02-10' } })
		book.customer('B', undefined, { is_deleted: true })
	},
	// Ten at 90, which cost 60 each, and four of them given back.
	BACK: (book) => {
		const line = { quantity: 10, price: 90, product: 'K' }
		book.add('canonical.products', { product_id: 'netsuite:K', code: 'K', unit_cost: 60, currency: 'USD' })
		book.invoice('I1', { order: null, lines: [line] })
		book.credit('N1', { lines: [{ ...line, quantity: 4 }] })
	},
	// Won before the calendar begins.
	PAST: (book) => book.deal('D1', { close: '2024-05-01', lines: [{ price: 10 }] }),
	// Paid in dollars, in euros at the debtors' account, and by a cheque that bounced.
	PAID: (book) => {
		const of = { entity: 'DE', currency: 'USD' } as const
		book.deal('D1', { ...of, lines: [{ price: 1000 }] })
		book.order('O1', { ...of, lines: [{ price: 1000 }] })
		book.invoice('I1', { ...of, lines: [{ price: 1000 }], more: { exchange_rate: 0.9 } })
		const pay = (id: string, amount: number, currency: string, isVoided = false) => {
			book.add('canonical.payments', { payment_id: book.erp(id), amount, currency, is_voided: isVoided })
			book.add('canonical.payment_applications', {
				...{ payment_application_id: book.erp(`${id}.1`), payment_id: book.erp(id), invoice_id: book.erp('I1') },
				...{ amount, currency },
			})
		}
		pay('P1', 300, 'USD')
		pay('P2', 450, 'EUR')
		pay('P3', 200, 'USD', true)
		pay('P4', 77, 'GBP')
	},
}

function credited(book: Book, amount: number, place: Row): void {
	const of = { customer_id: book.erp('C'), ...place }
	book.add('canonical.credit_notes', {
		...{ credit_note_id: book.erp('N1'), number: book.own('N1'), ...of, credit_date: '2026-01-20' },
		...{ period_id: '2026-01', is_posted: true, is_voided: false, total_amount: amount, tax_amount: 0 },
	})
	book.add('canonical.credit_note_lines', {
		...{ credit_note_line_id: book.erp('N1.1'), credit_note_id: book.erp('N1'), invoice_line_id: book.erp('I1.1') },
		...{ kind: 'item', product_id: 'netsuite:P', quantity: 1, amount, currency: place['currency'] },
	})
}

function deferred(currency: string): Row {
	return found
		.get('marts.billings_roll_forward')!
		.find((row) => row['step'] === 'deferred_revenue' && row['currency'] === currency)!
}

function customer(id: string): Row | undefined {
	return found.get('marts.customer_360')!.find((row) => row['customer_id'] === id)
}

test('every step of the roll-forward adds up', () => {
	expect(found.get('checks.billings_roll_forward_proves_itself')).toEqual([])
})

test('a credit note whose line names the invoice takes from what that one defers, and is no revenue before its invoice', () => {
	expect(deferred('EUR')).toMatchObject({
		...{ opening_amount: '0.0000', addition_amount: '600.0000', reduction_amount: '100.0000' },
		...{ closing_amount: '500.0000', unbilled_amount: '0.0000', item_count: '1' },
	})
})

test('what was billed before the calendar is deferred when it begins, and not revenue before its invoice', () => {
	expect(deferred('GBP')).toMatchObject({
		...{ opening_amount: '400.0000', addition_amount: '0.0000', reduction_amount: '100.0000' },
		...{ closing_amount: '300.0000', unbilled_amount: '0.0000', item_count: '1' },
	})
})

test('what a term earned before the calendar is in no month of it', () => {
	expect(found.get('marts.computed_revenue')).toMatchObject([
		{
			...{ period_id: '2026-01', computed_amount: '100.0000', recognised_amount: '100.0000' },
			...{ computed_to_date_amount: '300.0000', recognised_to_date_amount: '300.0000', state: 'agrees' },
		},
	])
})

test('an item is open until the period that clears it has begun, and old enough to be told', () => {
	const timing = { item_id: 'salesforce:AHEADD1.1', code: 'timing' }
	const [item] = found.get('marts.carried_items')!.filter((row) => row['code'] === 'timing')
	expect(item).toMatchObject({
		...{ ...timing, open_amount: '100.0000', is_open: true, age_days: '13' },
		...{ opened_period_id: '2026-01', cleared_period_id: null },
	})
	const limited = found.get('checks.open_breaks_are_within_their_limit')
	expect(limited).toMatchObject([{ ...timing, balance_amount: '100.0000', age_days: '13' }])
})

test('open items of each code and entity come to what its ageing has', () => {
	const sums = (table: string, amount: string) => {
		const added = new Map<string, number>()
		for (const row of found.get(table)!) {
			const key = `${row['code']} ${row['currency']} ${row['legal_entity']}`
			added.set(key, (added.get(key) ?? 0) + Number(row[amount]))
		}
		return new Map([...added].filter(([, sum]) => sum !== 0).sort())
	}
	const open = sums('marts.carried_items', 'open_amount')
	expect(open.size).toBeGreaterThan(1)
	expect(open).toEqual(sums('marts.ageing', 'amount'))
})

test('what a deleted customer of the ERP owes stands at its account', () => {
	expect(customer('salesforce:GONEA')).toMatchObject({
		...{ billings_amount: '500.0000', open_amount: '500.0000', overdue_amount: '500.0000' },
		erp_customer_ids: null,
	})
})

test('a deleted customer is listed as long as it has figures', () => {
	expect(customer('netsuite:BOTHC')).toMatchObject({ erp_customer_ids: 'netsuite:BOTHC', open_amount: '40.0000' })
	expect(customer('salesforce:BOTHA')).toMatchObject({ bookings_amount: '70.0000' })
	expect(customer('salesforce:BOTHB')).toBeUndefined()
})

test('bookings, billings and revenue of all customers come to those of all cells', () => {
	for (const name of ['bookings', 'billings', 'revenue']) {
		const sum = (table: string, column: string) =>
			found.get(table)!.reduce((total, row) => total + Number(row[column] ?? 0), 0)
		expect(sum('marts.customer_360', `${name}_amount`), name).toBe(sum('marts.cells', `${name}_reporting_amount`))
	}
})

test('what is credited takes its margin back', () => {
	expect(customer('netsuite:BACKC') ?? customer('salesforce:BACKA')).toMatchObject({
		...{ billings_amount: '540.0000', margin_amount: '180.0000' },
	})
})

test('cash of a chain is in its order’s currency, and without payments that were voided', () => {
	const [chain] = found.get('marts.chain')!.filter((row) => row['chain_id'] === 'salesforce:PAIDD1.1')
	expect(chain).toMatchObject({ order_currency: 'USD', invoiced_amount: '1000.0000', paid_amount: '800.0000' })
})

test('what lies in no period has no rate for another reason than a missing one', () => {
	expect(customer('salesforce:PASTA')).toMatchObject({ bookings_amount: '0.0000', cells_without_rate: '0' })
	const named = found.get('checks.amounts_have_a_rate')!.map((row) => `${row['period_id']} ${row['currency']}`)
	expect(named).toEqual(['2026-01 GBP'])
})
