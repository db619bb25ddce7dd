import type { Book } from './book.ts'
import type { Scenario } from './scenario.ts'

const ten = { quantity: 10, price: 100 }

function invoiced(book: Book, line: { quantity: number; price: number }): void {
	book.order('O1', { lines: [line], created: '2026-01-16 09:00:00' })
	book.invoice('I1', { lines: [line] })
}

/** A deal that was worth something else when its order was made. */
function history(book: Book, changes: readonly [at: string, amount: number][]): void {
	for (const [at, [changed, amount]] of changes.entries())
		book.add('canonical.stage_changes', {
			stage_change_id: book.crm(`H${at + 1}`),
			opportunity_id: book.crm('D1'),
			stage: 'Closed Won',
			is_won: true,
			amount,
			currency: 'USD',
			changed_at: changed,
		})
}

/** A deal that comes to 1,100 after its order of 1,000 and 100 of tax was made, and came to `before` until then. */
function raised(book: Book, before: number): void {
	history(book, [
		['2026-01-12 09:00:00', before],
		['2026-01-20 09:00:00', 1100],
	])
	book.order('O1', { date: '2026-01-16', created: '2026-01-16 09:00:00', tax: 100, lines: [ten] })
	book.invoice('I1', { lines: [ten] })
}

function listPrice(book: Book, product: string, price: number, isActive: boolean, list: string): void {
	book.add('canonical.price_list_entries', {
		price_list_entry_id: book.crm(`E${list}`),
		price_list: list,
		product_id: `salesforce:${product}`,
		unit_price: price,
		currency: 'USD',
		is_active: isActive,
	})
}

/** Why a difference came about, each cause with the fields that tell it. */
export const causes: Scenario[] = [
	{
		name: 'a custom price won on Monday, ordered on Wednesday at the standard price, invoiced on Friday',
		given: (book) => {
			book.deal('D1', { close: '2026-01-12', lines: [{ quantity: 10, price: 850, more: { list_price: 1000 } }] })
			book.order('O1', { date: '2026-01-14', created: '2026-01-14 15:00:00', lines: [{ quantity: 10, price: 1000 }] })
			book.invoice('I1', { date: '2026-01-16', lines: [{ quantity: 10, price: 1000 }] })
		},
		breaks: ['price 2026-01 -1500.00'],
		causes: {
			price: 'ordered at the list price: the deal agreed 850.0000 instead of the list price 1000.0000',
		},
	},
	{
		name: 'a deal that was raised by the rate of the tax after its order is a price: when it was ordered its prices had no tax in them',
		given: (book) => {
			book.deal('D1', { close: '2026-01-12', lines: [{ quantity: 10, price: 110 }] })
			raised(book, 1000)
		},
		breaks: ['price 2026-01 100.00'],
		causes: {
			price:
				'deal changed after its order: the order O1 of 2026-01-16 was made when the deal came to 1000.0000; since 2026-01-20 it comes to 1100.0000',
		},
	},
	{
		name: 'a deal without lines that was raised by the rate of the tax after its order is a price too',
		given: (book) => {
			book.deal('D1', { close: '2026-01-12', amount: 1100, lines: [] })
			raised(book, 1000)
		},
		breaks: ['price 2026-01 100.00'],
		causes: {
			price:
				'deal changed after its order: the order O1 of 2026-01-16 was made when the deal came to 1000.0000; since 2026-01-20 it comes to 1100.0000',
		},
	},
	{
		name: 'a deal that changed after its order by something else, and has the tax in its prices all the same, is tax',
		given: (book) => {
			book.deal('D1', { close: '2026-01-12', lines: [{ quantity: 10, price: 110 }] })
			raised(book, 1050)
		},
		breaks: ['tax_or_freight 2026-01 100.00'],
	},
	{
		name: 'a price that a list in force has is the list price',
		given: (book) => {
			listPrice(book, 'P', 117, true, 'Standard')
			book.deal('D1', { lines: [ten] })
			invoiced(book, { quantity: 10, price: 117 })
		},
		breaks: ['price 2026-01 -170.00'],
		causes: { price: 'ordered at the list price: the price list Standard has 117.0000; the deal agreed 100.0000' },
	},
	{
		name: 'a price that only an old list has is a superseded one',
		given: (book) => {
			listPrice(book, 'P', 91, false, '2025')
			book.deal('D1', { lines: [ten] })
			invoiced(book, { quantity: 10, price: 91 })
		},
		breaks: ['price 2026-01 90.00'],
		causes: {
			price:
				'price of a superseded list: the price list 2025 had 91.0000 and is no longer in force; the deal agreed 100.0000',
		},
	},
	{
		name: 'a deal that changed after its order is told with what it was and what it is',
		given: (book) => {
			book.deal('D1', { lines: [{ quantity: 10, price: 120 }] })
			history(book, [
				['2026-01-15 10:00:00', 1000],
				['2026-01-19 10:00:00', 1200],
			])
			invoiced(book, ten)
		},
		breaks: ['price 2026-01 200.00'],
		causes: {
			price:
				'deal changed after its order: the order O1 of 2026-01-16 was made when the deal came to 1000.0000; since 2026-01-19 it comes to 1200.0000',
		},
	},
	{
		name: 'a deal that changed before its order explains nothing',
		given: (book) => {
			book.deal('D1', { lines: [{ quantity: 10, price: 123 }] })
			history(book, [
				['2026-01-14 10:00:00', 1000],
				['2026-01-15 10:00:00', 1230],
			])
			invoiced(book, ten)
		},
		breaks: ['price 2026-01 230.00'],
		causes: {},
	},
	{
		name: 'a line that was added to the deal after its order',
		given: (book) => {
			book.deal('D1', { lines: [ten, { product: 'Q', price: 50, more: { created_at: '2026-01-21 08:00:00' } }] })
			invoiced(book, ten)
		},
		breaks: ['not_ordered 2026-01 50.00'],
		causes: {
			not_ordered: 'deal changed after its order: the line was added on 2026-01-21; the order O1 is of 2026-01-16',
		},
	},
	{
		name: 'a line that the order leaves out was accepted in part',
		given: (book) => {
			book.deal('D1', { lines: [ten, { product: 'Q', price: 50 }] })
			invoiced(book, ten)
		},
		breaks: ['not_ordered 2026-01 50.00'],
		causes: { not_ordered: 'order accepted in part: the order O1 of 2026-01-16 has no line for it' },
	},
	{
		name: 'a line whose product the ERP does not know',
		given: (book) => {
			book.deal('D1', { lines: [ten, { product: 'NEW', price: 50 }] })
			invoiced(book, ten)
		},
		breaks: ['not_ordered 2026-01 50.00'],
		causes: { not_ordered: 'product unknown: no ERP item has the code NEW' },
	},
	{
		name: 'a message that the integration gave up: the reason of the last one',
		given: (book) => {
			const event = (id: string, day: string, status: string, reason: string | null, attempts: number) =>
				book.add('canonical.sync_events', {
					sync_event_id: `bus:${book.own(id)}`,
					reference: book.own('D1'),
					status,
					reason,
					attempts,
					occurred_at: `2026-01-${day} 08:00:00`,
				})
			event('M1', '15', 'failed', 'timeout', 1)
			event('M2', '16', 'dead_letter', 'item P is inactive in the subsidiary', 5)
			book.deal('D1', { lines: [ten] })
		},
		breaks: ['not_ordered 2026-01 1000.00'],
		causes: { not_ordered: 'dead letter: item P is inactive in the subsidiary (2026-01-16, attempt 5)' },
	},
	{
		name: 'a message that arrived after all explains nothing',
		given: (book) => {
			for (const [at, status] of ['dead_letter', 'delivered'].entries())
				book.add('canonical.sync_events', {
					sync_event_id: `bus:${book.own(`M${at}`)}`,
					reference: book.own('D1'),
					status,
					occurred_at: `2026-01-1${at + 6} 08:00:00`,
				})
			book.deal('D1', { lines: [ten] })
		},
		breaks: ['not_ordered 2026-01 1000.00'],
		causes: { not_ordered: 'no trace at all' },
	},
	{
		name: 'an account without an ERP customer',
		given: (book) => {
			book.customer('B')
			book.deal('D1', { customer: 'B', lines: [ten] })
		},
		breaks: ['not_ordered 2026-01 1000.00 B'],
		causes: { not_ordered: 'customer missing: no ERP customer is linked to the account B' },
		exceptions: ['no_match B'],
	},
	{
		name: 'a deal whose legal entity nobody knows',
		given: (book) => {
			book.customer('B', 'CB', { legal_entity_reference: 'Mars' })
			book.deal('D1', { customer: 'B', entity: undefined, lines: [ten] })
		},
		breaks: ['not_ordered 2026-01 1000.00 (none) B'],
		causes: {
			not_ordered:
				'legal entity empty: neither the deal nor its account names a legal entity that the configuration knows',
		},
	},
	{
		name: 'a price that is a hundred times another',
		given: (book) => {
			book.deal('D1', { lines: [{ quantity: 10, price: 1.5 }] })
			invoiced(book, { quantity: 10, price: 150 })
		},
		breaks: ['price 2026-01 -1485.00'],
		causes: { price: 'factor of 100: the order has the larger price' },
	},
	{
		name: 'a quantity that is a thousandth of another',
		given: (book) => {
			book.deal('D1', { lines: [{ quantity: 5000, price: 2 }] })
			invoiced(book, { quantity: 5, price: 2 })
		},
		breaks: ['quantity 2026-01 9990.00'],
		causes: { quantity: 'factor of 1000: the deal has the larger quantity' },
	},
	{
		name: 'a price per case charged per piece is the factor of a unit',
		given: (book) => {
			book.deal('D1', { lines: [{ quantity: 10, price: 7 }] })
			invoiced(book, { quantity: 10, price: 84 })
		},
		breaks: ['price 2026-01 -770.00'],
		causes: { price: 'factor of a unit: one Case is 12.000000 of the base unit' },
	},
	{
		name: 'a discount of the deal that the order leaves out',
		given: (book) => {
			book.deal('D1', { lines: [{ quantity: 10, price: 100, discount: 10 }] })
			invoiced(book, ten)
		},
		breaks: ['discount 2026-01 -100.00'],
		causes: { discount: "the deal's discount was left out: the deal has 10.00 %, the order O1 none" },
	},
	{
		name: 'an invoice that was never posted',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			book.order('O1', { lines: [ten] })
			book.invoice('I1', { lines: [ten], isPosted: false })
		},
		breaks: ['not_invoiced 2026-01 1000.00'],
		causes: { not_invoiced: 'draft not posted: the invoice I1 of 2026-01-20 is a draft' },
	},
	{
		name: 'an invoice without an order that was never posted',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			book.invoice('I1', { order: null, deals: 'D1', lines: [ten], isPosted: false })
		},
		breaks: ['not_ordered 2026-01 1000.00'],
		causes: { not_ordered: 'draft not posted: the invoice I1 of 2026-01-20 is a draft' },
	},
	{
		name: 'an order that waits for approval',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			book.order('O1', { lines: [ten], more: { is_pending_approval: true } })
		},
		breaks: ['awaiting_approval 2026-01 1000.00'],
		causes: { awaiting_approval: 'approval pending: the order O1 of 2026-01-16 waits for approval' },
	},
	{
		name: 'an order that was cancelled',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			book.order('O1', { lines: [ten], more: { is_cancelled: true } })
		},
		breaks: ['cancelled_or_credited 2026-01 1000.00'],
		causes: { cancelled_or_credited: 'the order was cancelled: the order O1 of 2026-01-16 is cancelled' },
	},
	{
		name: 'a deal made twice by a double submission',
		given: (book) => {
			book.deal('D1', { lines: [ten], created: '2026-01-15 10:00:00' })
			book.deal('D2', { lines: [ten], created: '2026-01-15 10:03:10' })
			invoiced(book, ten)
		},
		breaks: ['duplicate 2026-01 1000.00'],
		causes: { duplicate: 'the deal was entered twice: 3 minutes after Deal D1' },
	},
	{
		name: 'an order made twice by a double submission',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			invoiced(book, ten)
			book.order('O2', { lines: [ten], created: '2026-01-16 13:30:00' })
			book.invoice('I2', { order: 'O2', lines: [ten] })
		},
		breaks: ['duplicate 2026-01 -1000.00'],
		causes: { duplicate: 'the order was entered twice: 4 hours after O1' },
	},
	{
		name: 'revenue of a deal that is still open',
		given: (book) => {
			book.deal('D1', { lines: [ten], more: { is_won: false, stage: 'Negotiation' } })
			invoiced(book, ten)
		},
		breaks: ['missing_in_crm 2026-01 -1000.00'],
		causes: { missing_in_crm: 'the deal is not won: the deal Deal D1 is at the stage Negotiation' },
	},
	{
		name: 'a won deal that nothing in the ERP knows',
		given: (book) => book.deal('D1', { lines: [ten] }),
		breaks: ['not_ordered 2026-01 1000.00'],
		causes: { not_ordered: 'no trace at all' },
	},
	{
		name: 'a price that is a thousandth of another',
		given: (book) => {
			book.deal('D1', { lines: [{ quantity: 10, price: 2000 }] })
			invoiced(book, { quantity: 10, price: 2 })
		},
		breaks: ['price 2026-01 19980.00'],
		causes: { price: 'factor of 1000: the deal has the larger price' },
	},
	{
		name: 'a quantity that is ten times another',
		given: (book) => {
			book.deal('D1', { lines: [{ quantity: 10, price: 100 }] })
			invoiced(book, { quantity: 100, price: 100 })
		},
		breaks: ['quantity 2026-01 -9000.00'],
		causes: { quantity: 'factor of 10: the order has the larger quantity' },
	},
	{
		name: 'a message that has not arrived yet',
		given: (book) => {
			book.add('canonical.sync_events', {
				sync_event_id: `bus:${book.own('M1')}`,
				reference: book.own('D1'),
				status: 'failed',
				attempts: 2,
				occurred_at: '2026-01-16 08:00:00',
			})
			book.deal('D1', { lines: [ten] })
		},
		breaks: ['not_ordered 2026-01 1000.00'],
		causes: { not_ordered: 'not delivered: no reason given (2026-01-16, attempt 2)' },
	},
	{
		name: 'a message that was given up, of which nothing else is known',
		given: (book) => {
			book.add('canonical.sync_events', {
				sync_event_id: `bus:${book.own('M1')}`,
				reference: book.own('D1'),
				status: 'dead_letter',
			})
			book.deal('D1', { lines: [ten] })
		},
		breaks: ['not_ordered 2026-01 1000.00'],
		causes: { not_ordered: 'dead letter: no reason given (no date)' },
	},
	{
		name: 'revenue of a deal that was deleted',
		given: (book) => {
			book.deal('D1', { lines: [ten], more: { is_deleted: true } })
			invoiced(book, ten)
		},
		breaks: ['missing_in_crm 2026-01 -1000.00'],
		causes: { missing_in_crm: 'the deal was deleted: it names D1, the deal Deal D1' },
		exceptions: ['deal_leads_nowhere O1 D1'],
	},
	{
		name: 'revenue of an order whose deal is not there',
		given: (book) => {
			book.order('O1', { deals: 'D9', lines: [ten] })
			book.invoice('I1', { lines: [ten] })
		},
		breaks: ['missing_in_crm 2026-01 -1000.00'],
		causes: { missing_in_crm: 'the deal that it names is not there: it names D9' },
		exceptions: ['deal_leads_nowhere O1 D9'],
	},
	{
		name: 'revenue of an order whose reference fits two deals, but for its case',
		given: (book) => {
			book.deal('Da', { lines: [ten] })
			book.deal('DA', { lines: [{ quantity: 1, price: 70 }] })
			book.order('O1', { deals: 'dA', lines: [ten] })
			book.invoice('I1', { lines: [ten] })
		},
		breaks: ['missing_in_crm 2026-01 -1000.00', 'not_ordered 2026-01 1000.00', 'not_ordered 2026-01 70.00'],
		causes: { missing_in_crm: 'it names several deals by one reference: it names dA, which fits DA, Da' },
		exceptions: ['ambiguous_reference O1 DA, Da'],
	},
	{
		name: 'a deal that got more of a product after its order',
		given: (book) => {
			history(book, [
				['2026-01-12 09:00:00', 1000],
				['2026-01-20 09:00:00', 1200],
			])
			book.deal('D1', { lines: [{ quantity: 12, price: 100 }] })
			invoiced(book, ten)
		},
		breaks: ['quantity 2026-01 200.00'],
		causes: {
			quantity:
				'deal changed after its order: the order O1 of 2026-01-16 was made when the deal came to 1000.0000; since 2026-01-20 it comes to 1200.0000',
		},
	},
	{
		name: 'an ERP customer that two accounts name, one that names two, and one that names another than names it',
		given: (book) => {
			book.customer('B', undefined, { other_reference: book.own('X') })
			book.customer('E', undefined, { other_reference: book.own('X') })
			book.add('canonical.customers', { customer_id: book.erp('X'), name: 'X' })
			book.add('canonical.customers', {
				customer_id: book.erp('Y'),
				name: 'Y',
				other_reference: `${book.own('B')} ${book.own('E')}`,
			})
			book.customer('F', undefined, { other_reference: book.own('Z') })
			book.add('canonical.customers', { customer_id: book.erp('Z'), name: 'Z', other_reference: book.own('A') })
		},
		breaks: [],
		exceptions: ['disagreement Z A, F', 'two_candidates X 2 accounts name it', 'two_candidates Y it names 2 accounts'],
	},
]
