/** A value of a column; null and undefined are empty. */
export type Value = string | number | boolean | null | undefined
export type Row = Record<string, Value>

/** A line of a deal or document. `amount` is quantity times price less the discount, if it is not given. */
export type Line = {
	product?: string
	kind?: 'item' | 'freight' | 'tax' | 'discount'
	quantity?: number | null
	price?: number | null
	unit?: string | null
	/** Percent. */
	discount?: number
	amount?: number
	/** Order line: the deal line it names. Invoice line: its order line. Credit note line: its invoice line. */
	of?: string | null
	/** Discount line: the line that it reduces. */
	reduces?: string
	more?: Row
}

type Place = { customer?: string; entity?: 'US' | 'DE'; currency?: string; more?: Row }
export type DealGiven = Place & { close?: string; created?: string; amount?: number; lines?: Line[] }
export type OrderGiven = Place & { deals?: string; date?: string; created?: string; tax?: number; lines: Line[] }
export type InvoiceGiven = Place & {
	order?: string | null
	deals?: string
	date?: string
	created?: string
	lines: Line[]
	isPosted?: boolean
	/** Revenue by posting period, of the first line, where it is not recognised with the invoice. */
	recognised?: [period: string, amount: number][]
}
export type CreditGiven = Place & { invoice?: string | null; date?: string; lines: Line[] }

/**
 * Rows of one story in the canonical layer, with ids of its own: an account with its ERP customer, deals, orders, invoices and credit
 * notes, in USD at the legal entity US in January 2026 unless said otherwise. Short ids (`D1`) get the story's mark.
 */
export class Book {
	readonly rows = new Map<string, Row[]>()
	readonly mark: string

	constructor(mark: string) {
		this.mark = mark
		this.customer('A', 'C')
	}

	/** The id as it stands in the source. */
	own(id: string): string {
		return `${this.mark}${id}`
	}

	crm(id: string): string {
		return `salesforce:${this.own(id)}`
	}

	erp(id: string): string {
		return `netsuite:${this.own(id)}`
	}

	add(table: string, row: Row): void {
		if (!this.rows.has(table)) this.rows.set(table, [])
		this.rows.get(table)!.push(row)
	}

	/** An account and the ERP customer that names it; without the second, an account alone. */
	customer(account: string, customer?: string, more: Row = {}): void {
		this.add('canonical.customers', {
			customer_id: this.crm(account),
			name: `Customer ${this.own(account)}`,
			legal_entity_reference: 'US',
			...more,
		})
		if (customer)
			this.add('canonical.customers', {
				customer_id: this.erp(customer),
				name: `Customer ${this.own(account)}`,
				other_reference: this.own(account),
			})
	}

	deal(id: string, given: DealGiven = {}): void {
		const lines = (given.lines ?? []).map((line) => ({ ...line, amount: amountOf(line) }))
		const currency = given.currency ?? 'USD'
		this.add('canonical.opportunities', {
			opportunity_id: this.crm(id),
			customer_id: this.crm(given.customer ?? 'A'),
			name: `Deal ${id}`,
			stage: 'Closed Won',
			is_won: true,
			is_closed: true,
			amount: given.amount ?? sum(lines),
			currency,
			close_date: given.close ?? '2026-01-15',
			created_at: given.created,
			legal_entity_reference: given.entity,
			...given.more,
		})
		for (const [at, line] of lines.entries())
			this.add('canonical.opportunity_lines', {
				opportunity_line_id: this.crm(`${id}.${at + 1}`),
				opportunity_id: this.crm(id),
				line_number: at + 1,
				kind: line.kind ?? 'item',
				product_id: `salesforce:${line.product ?? 'P'}`,
				product_code: line.product ?? 'P',
				quantity: line.quantity === undefined ? 1 : line.quantity,
				unit: line.unit === undefined ? 'Each' : line.unit,
				unit_price: line.price,
				discount_percent: line.discount,
				amount: line.amount,
				currency,
				...line.more,
			})
	}

	/** `deals`: what the order names, ids apart by a space; default `D1`. */
	order(id: string, given: OrderGiven): void {
		const currency = given.currency ?? 'USD'
		const tax = given.tax ?? 0
		this.add('canonical.orders', {
			order_id: this.erp(id),
			number: this.own(id),
			crm_reference: this.#names(given.deals ?? 'D1'),
			customer_id: this.erp(given.customer ?? 'C'),
			legal_entity_id: entityIds[given.entity ?? 'US'],
			currency,
			order_date: given.date ?? '2026-01-16',
			created_at: given.created,
			is_pending_approval: false,
			is_cancelled: false,
			is_closed: false,
			total_amount: sum(given.lines) + tax,
			tax_amount: tax,
			...given.more,
		})
		for (const [at, line] of given.lines.entries())
			this.add('canonical.order_lines', {
				order_line_id: this.erp(`${id}.${at + 1}`),
				order_id: this.erp(id),
				line_number: at + 1,
				crm_reference: line.of ? this.own(line.of) : null,
				applies_to_line_id: line.reduces && this.erp(line.reduces),
				is_closed: false,
				...lineRow(line, currency),
			})
	}

	/** Posts its revenue with the invoice, line by line, unless `recognised` says when. */
	invoice(id: string, given: InvoiceGiven): void {
		const place = this.#place(given)
		const date = given.date ?? '2026-01-20'
		const isPosted = given.isPosted ?? true
		const order = given.order === undefined ? 'O1' : given.order
		this.add('canonical.invoices', {
			invoice_id: this.erp(id),
			number: this.own(id),
			order_id: order && this.erp(order),
			crm_reference: given.deals && this.#names(given.deals),
			...place,
			invoice_date: date,
			created_at: given.created,
			period_id: date.slice(0, 7),
			is_posted: isPosted,
			is_voided: false,
			total_amount: sum(given.lines),
			tax_amount: 0,
			open_amount: 0,
			...given.more,
		})
		for (const [at, line] of given.lines.entries()) {
			this.add('canonical.invoice_lines', {
				invoice_line_id: this.erp(`${id}.${at + 1}`),
				invoice_id: this.erp(id),
				order_line_id: line.of ? this.erp(line.of) : line.of === null || !order ? null : this.erp(`${order}.${at + 1}`),
				applies_to_line_id: line.reduces && this.erp(line.reduces),
				...lineRow(line, place.currency),
			})
			if (isPosted && !(given.recognised && at === 0))
				this.revenue(`${id}.${at + 1}`, 'invoice', date.slice(0, 7), amountOf(line), place, {
					invoice_line_id: this.erp(`${id}.${at + 1}`),
					document_id: this.erp(id),
				})
		}
		for (const [period, amount] of given.recognised ?? [])
			this.revenue(`${id}.1.${period}`, 'recognition', period, amount, place, {
				invoice_line_id: this.erp(`${id}.1`),
				document_id: this.erp(id),
			})
	}

	/** Amounts are what the customer gets back, positive. */
	credit(id: string, given: CreditGiven): void {
		const place = this.#place(given)
		const date = given.date ?? '2026-01-25'
		const invoice = given.invoice === undefined ? 'I1' : given.invoice
		this.add('canonical.credit_notes', {
			credit_note_id: this.erp(id),
			number: this.own(id),
			invoice_id: invoice && this.erp(invoice),
			...place,
			credit_date: date,
			period_id: date.slice(0, 7),
			is_posted: true,
			is_voided: false,
			total_amount: sum(given.lines),
			tax_amount: 0,
			...given.more,
		})
		for (const [at, line] of given.lines.entries()) {
			this.add('canonical.credit_note_lines', {
				credit_note_line_id: this.erp(`${id}.${at + 1}`),
				credit_note_id: this.erp(id),
				invoice_line_id: line.of
					? this.erp(line.of)
					: line.of === null || !invoice
						? null
						: this.erp(`${invoice}.${at + 1}`),
				...lineRow(line, place.currency),
			})
			this.revenue(`${id}.${at + 1}`, 'credit_note', date.slice(0, 7), -amountOf(line), place, {
				credit_note_line_id: this.erp(`${id}.${at + 1}`),
				document_id: this.erp(id),
			})
		}
	}

	/** A posting to an income account; its base currency is the entity's. */
	revenue(id: string, kind: string, period: string, amount: number, place: Row, of: Row): void {
		this.add('canonical.revenue_entries', {
			revenue_entry_id: this.erp(`R${id}`),
			kind,
			...place,
			posting_date: `${period}-28`,
			period_id: period,
			amount,
			base_amount: amount,
			base_currency: place['legal_entity_id'] === entityIds.DE ? 'EUR' : 'USD',
			...of,
		})
	}

	#place({ customer, entity, currency }: Place) {
		return {
			customer_id: this.erp(customer ?? 'C'),
			legal_entity_id: entityIds[entity ?? 'US'],
			currency: currency ?? 'USD',
		}
	}

	#names(ids: string): string {
		return ids
			.split(' ')
			.filter(Boolean)
			.map((id) => this.own(id))
			.join(' ')
	}
}

const entityIds = { US: 'netsuite:1', DE: 'netsuite:2' } as const

function lineRow(line: Line, currency: string): Row {
	const kind = line.kind ?? 'item'
	const isItem = kind === 'item'
	return {
		kind,
		product_id: isItem ? `netsuite:${line.product ?? 'P'}` : null,
		quantity: line.quantity === undefined ? (isItem ? 1 : null) : line.quantity,
		unit: isItem ? (line.unit === undefined ? 'Each' : line.unit) : null,
		unit_price: line.price,
		amount: amountOf(line),
		currency,
		...line.more,
	}
}

/** To the cent. */
export function amountOf({ amount, quantity = 1, price, discount = 0 }: Line): number {
	return amount ?? Math.round((quantity ?? 1) * (price ?? 0) * (100 - discount)) / 100
}

function sum(lines: readonly Line[]): number {
	return Math.round(lines.reduce((total, line) => total + amountOf(line), 0) * 10_000) / 10_000
}
