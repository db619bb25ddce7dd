import type { Book, Row } from '../model-cases/book.ts'
import type { Contract } from './contracts.ts'

/** One way in which a field goes wrong: the new value from the record and its story. */
export type Mutation = {
	table: string
	column: string
	kind: 'amount' | 'quantity' | 'date' | 'id' | 'currency' | 'status' | 'link'
	value: (row: Row, book: Book) => Row[string]
	/** Which records; default: all. */
	where?: (row: Row, book: Book) => boolean
}

const more = (column: string) => (row: Row) => Number(row[column] ?? 0) + 1000
const otherCurrency = (row: Row) => (row['currency'] === 'USD' ? 'EUR' : 'USD')
const otherEntity = (row: Row) => (row['legal_entity_id'] === 'netsuite:1' ? 'netsuite:2' : 'netsuite:1')
const not = (column: string) => (row: Row) => !row[column]
const otherPeriod = (row: Row) => (row['period_id'] === '2026-03' ? '2026-02' : '2026-03')
const otherProduct = (row: Row) => (row['product_id'] === 'netsuite:P' ? 'netsuite:Q' : 'netsuite:P')
const otherCustomer = (row: Row, book: Book) => book.erp(row['customer_id'] === book.erp('C') ? 'CB' : 'C')
const nowhere = () => 'nowhere'
const none = () => null
const yes = () => true

function later(column: string) {
	return (row: Row) => {
		const date = new Date(`${row[column]}T00:00:00Z`)
		date.setUTCDate(date.getUTCDate() - 35)
		return date.toISOString().slice(0, 10)
	}
}

function of(table: string, columns: Record<string, [Mutation['kind'], Mutation['value']]>): Mutation[] {
	return Object.entries(columns).map(([column, [kind, value]]) => ({
		table: `canonical.${table}`,
		column,
		kind,
		value,
	}))
}

const place = {
	legal_entity_id: ['link', otherEntity],
	customer_id: ['link', otherCustomer],
} satisfies Record<string, [Mutation['kind'], Mutation['value']]>

/** Changes that people and integrations make by mistake, in both systems. */
export const mutations: Mutation[] = [
	...of('opportunities', {
		amount: ['amount', more('amount')],
		currency: ['currency', otherCurrency],
		close_date: ['date', later('close_date')],
		is_won: ['status', not('is_won')],
		is_deleted: ['status', yes],
		customer_id: ['link', (_, book) => book.crm('B')],
		legal_entity_reference: ['link', () => 'DE'],
	}),
	{
		table: 'canonical.customers',
		column: 'legal_entity_reference',
		kind: 'link',
		value: () => 'DE',
		where: (row, book) => row['customer_id'] === book.crm('A'),
	},
	...of('opportunity_lines', {
		amount: ['amount', more('amount')],
		unit_price: ['amount', (row) => Number(row['unit_price']) + 7],
		quantity: ['quantity', (row) => Number(row['quantity']) * 3],
		discount_percent: ['amount', () => 50],
		product_code: ['link', () => 'X'],
		unit: ['quantity', () => 'Case'],
		is_deleted: ['status', yes],
	}),
	...of('orders', {
		...place,
		crm_reference: ['link', nowhere],
		order_date: ['date', later('order_date')],
		is_cancelled: ['status', not('is_cancelled')],
		is_pending_approval: ['status', not('is_pending_approval')],
		is_closed: ['status', not('is_closed')],
		is_deleted: ['status', yes],
	}),
	...of('order_lines', {
		currency: ['currency', otherCurrency],
		amount: ['amount', more('amount')],
		unit_price: ['amount', (row) => Number(row['unit_price']) + 7],
		quantity: ['quantity', (row) => Number(row['quantity']) * 3],
		product_id: ['link', otherProduct],
		unit: ['quantity', () => 'Case'],
		crm_reference: ['link', nowhere],
		is_deleted: ['status', yes],
	}),
	...of('invoices', {
		...place,
		order_id: ['link', none],
		invoice_date: ['date', later('invoice_date')],
		period_id: ['date', otherPeriod],
		is_posted: ['status', not('is_posted')],
		is_voided: ['status', not('is_voided')],
	}),
	...of('invoice_lines', {
		currency: ['currency', otherCurrency],
		amount: ['amount', more('amount')],
		unit_price: ['amount', (row) => Number(row['unit_price']) + 7],
		quantity: ['quantity', (row) => Number(row['quantity']) * 3],
		product_id: ['link', otherProduct],
		order_line_id: ['link', none],
		is_deleted: ['status', yes],
	}),
	...of('credit_notes', {
		...place,
		invoice_id: ['link', none],
		credit_date: ['date', later('credit_date')],
		period_id: ['date', otherPeriod],
		is_voided: ['status', not('is_voided')],
	}),
	...of('credit_note_lines', {
		currency: ['currency', otherCurrency],
		amount: ['amount', more('amount')],
		quantity: ['quantity', (row) => Number(row['quantity']) * 3],
		invoice_line_id: ['link', none],
		is_deleted: ['status', yes],
	}),
	...of('revenue_entries', {
		currency: ['currency', otherCurrency],
		...place,
		amount: ['amount', more('amount')],
		base_amount: ['amount', more('base_amount')],
		period_id: ['date', otherPeriod],
		invoice_line_id: ['link', none],
		is_deleted: ['status', yes],
	}),
	...of('customers', {
		other_reference: ['id', nowhere],
		is_deleted: ['status', yes],
	}),
]

/** A change that was tried, on one record of a story. */
export type Trial = { book: Book; story: Contract; mutation: Mutation; row: Row }

const counts = ({ story, row }: Trial) =>
	typeof story.order === 'object' && !String(row['order_id'] ?? '').endsWith('O2')
const is = (trial: Trial, ...names: string[]) =>
	names.some((name) => {
		const [table, column] = name.split('.')
		return trial.mutation.table === `canonical.${table}` && (!column || trial.mutation.column === column)
	})

/** Why a change may show as no break, exception, difference or move, by what the record is; the first that fits counts. */
export const reasons: [reason: string, fits: (trial: Trial) => boolean][] = [
	[
		'a line of a deal without an order that counts is compared with nothing',
		(trial) => is(trial, 'opportunity_lines') && !counts(trial),
	],
	[
		'an order that does not count is compared with nothing',
		(trial) => is(trial, 'orders', 'order_lines') && !counts(trial),
	],
	[
		'what is billed on an order that does not count goes by its postings',
		(trial) =>
			is(trial, 'invoices', 'invoice_lines', 'credit_notes', 'credit_note_lines') &&
			typeof trial.story.order === 'string',
	],
	[
		'what is billed on a second order made twice goes by its postings',
		({ story, row }) =>
			typeof story.order === 'object' && story.order.twice && String(row['invoice_id']).endsWith('I3'),
	],
	[
		'the price of a deal line values a difference of quantity or unit, and there is none',
		(trial) =>
			is(trial, 'opportunity_lines.unit_price', 'opportunity_lines.list_price') &&
			typeof trial.story.order === 'object' &&
			trial.story.order.pieces === 0,
	],
	[
		'the amount of a line counts; its price tells price from discount where amounts differ',
		(trial) => is(trial, 'invoice_lines.unit_price'),
	],
	[
		'a line that names its order line goes where that goes',
		(trial) => is(trial, 'invoice_lines.product_id', 'invoice_lines.unit'),
	],
	[
		'it is the only line of the document for the product',
		(trial) => is(trial, 'invoice_lines.order_line_id', 'credit_note_lines.invoice_line_id'),
	],
	['the lines of an invoice name the lines of its order', (trial) => is(trial, 'invoices.order_id')],
	['the lines of a credit note name the lines of its invoice', (trial) => is(trial, 'credit_notes.invoice_id')],
	['of a credit the amount counts', (trial) => is(trial, 'credit_note_lines.quantity')],
	['nothing of the order is left to be invoiced', (trial) => is(trial, 'orders.is_closed', 'order_lines.is_closed')],
	[
		'the posting period counts, not the date of the document',
		(trial) => is(trial, 'invoices.invoice_date', 'credit_notes.credit_date'),
	],
	['nothing was sold to this customer, or billed at it', (trial) => is(trial, 'customers') && !isUsed(trial)],
]

/** Whether a deal or document of the story is of the customer. */
function isUsed({ book, row }: Trial): boolean {
	const tables = ['opportunities', 'orders', 'invoices', 'credit_notes', 'revenue_entries']
	return tables.some((table) =>
		(book.rows.get(`canonical.${table}`) ?? []).some((record) => record['customer_id'] === row['customer_id']),
	)
}
