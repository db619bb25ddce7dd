/**
 * The canonical layer's contract: which entities there are and which columns each has, whatever the source.
 * `build` unions every `staging.stg_<source>__<entity>` of the sources in use into `canonical.<entity>` by these lists,
 * and the `files` source lands its columns by them. A staging model has exactly these columns, in this order.
 *
 * Ids are global text, `<connection>:<the vendor's id>`, so that one column joins; `source` is the connection's name and
 * `source_id` the vendor's id. A reference to a record of the same source is a global id (`customer_id`); a reference to the other
 * system is the text that stands there (`crm_reference`, `erp_reference`), resolved in `models/intermediate/`.
 */

/** The kinds of column, each with one SQL type on every engine (`docs/definitions.md`, "Numbers"). */
export const columnTypes = {
	text: 'varchar',
	boolean: 'boolean',
	integer: 'bigint',
	date: 'date',
	timestamp: 'timestamp',
	/** An amount in `currency`, at most 4 minor digits. */
	amount: 'decimal(38, 4)',
	/** A price per unit. */
	price: 'decimal(38, 8)',
	quantity: 'decimal(18, 6)',
	/** Units of the second currency per 1 of the first; also percentages, as their number (12.5 = 12.5 %). */
	rate: 'decimal(18, 10)',
} as const

export type ColumnType = keyof typeof columnTypes
export type Entity = keyof typeof canonical

const record = { source: 'text', source_id: 'text' } as const
const life = { created_at: 'timestamp', modified_at: 'timestamp', is_deleted: 'boolean' } as const

/** Entity name to its columns in order. Timestamps are UTC. Amounts of sales documents are positive when they charge the customer. */
export const canonical = {
	customers: {
		customer_id: 'text',
		...record,
		/** What this record says the other system calls it. */
		other_reference: 'text',
		/** The number people know it by (account number, entity id). */
		number: 'text',
		name: 'text',
		/** crm: prospect, customer, partner, ...; erp: lead, prospect, customer. Lower case. */
		kind: 'text',
		/** sold_to, bill_to, ship_to, parent; null: sold_to. */
		role: 'text',
		legal_entity_reference: 'text',
		currency: 'text',
		tax_number: 'text',
		email: 'text',
		website: 'text',
		phone: 'text',
		street: 'text',
		city: 'text',
		state: 'text',
		postal_code: 'text',
		/** ISO 3166 alpha-2. */
		country: 'text',
		parent_id: 'text',
		owner_id: 'text',
		segment: 'text',
		payment_terms: 'text',
		credit_limit_amount: 'amount',
		merged_into_id: 'text',
		is_active: 'boolean',
		last_activity_date: 'date',
		...life,
	},
	/** The places an ERP customer has: one row per customer and legal entity. */
	customer_legal_entities: {
		customer_legal_entity_id: 'text',
		...record,
		customer_id: 'text',
		legal_entity_id: 'text',
		is_primary: 'boolean',
		is_deleted: 'boolean',
	},
	contacts: {
		contact_id: 'text',
		...record,
		customer_id: 'text',
		name: 'text',
		email: 'text',
		title: 'text',
		...life,
	},
	opportunities: {
		opportunity_id: 'text',
		...record,
		/** The ERP order number or id that the deal names. */
		erp_reference: 'text',
		customer_id: 'text',
		name: 'text',
		stage: 'text',
		is_closed: 'boolean',
		is_won: 'boolean',
		/** The deal's own amount, in `currency`. */
		amount: 'amount',
		currency: 'text',
		close_date: 'date',
		kind: 'text',
		/** direct, web, partner, ...; lower case. */
		channel: 'text',
		probability_percent: 'rate',
		legal_entity_reference: 'text',
		owner_id: 'text',
		/** The deal into which this one was merged: what names this one means that one. */
		merged_into_id: 'text',
		...life,
	},
	opportunity_lines: {
		opportunity_line_id: 'text',
		...record,
		opportunity_id: 'text',
		line_number: 'integer',
		/** item, tax, freight. */
		kind: 'text',
		product_id: 'text',
		product_code: 'text',
		description: 'text',
		quantity: 'quantity',
		unit: 'text',
		/** Per `unit`, before the line's discount. */
		unit_price: 'price',
		list_price: 'price',
		discount_percent: 'rate',
		/** After discount. */
		amount: 'amount',
		currency: 'text',
		service_start_date: 'date',
		service_end_date: 'date',
		...life,
	},
	stage_changes: {
		stage_change_id: 'text',
		...record,
		opportunity_id: 'text',
		stage: 'text',
		is_won: 'boolean',
		amount: 'amount',
		currency: 'text',
		close_date: 'date',
		changed_at: 'timestamp',
		changed_by_id: 'text',
	},
	products: {
		product_id: 'text',
		...record,
		code: 'text',
		name: 'text',
		family: 'text',
		/** item, tax, freight, discount. */
		kind: 'text',
		unit: 'text',
		/** Names the table of `units` its documents' units are read in. */
		unit_group: 'text',
		unit_cost: 'price',
		currency: 'text',
		is_active: 'boolean',
		...life,
	},
	/** One row per unit of a unit group: how many base units one of it is. */
	units: {
		unit_id: 'text',
		...record,
		unit_group: 'text',
		unit: 'text',
		base_quantity: 'quantity',
	},
	price_list_entries: {
		price_list_entry_id: 'text',
		...record,
		price_list: 'text',
		product_id: 'text',
		unit_price: 'price',
		currency: 'text',
		is_active: 'boolean',
		...life,
	},
	orders: {
		order_id: 'text',
		...record,
		number: 'text',
		/** The CRM deal that the order names. */
		crm_reference: 'text',
		customer_id: 'text',
		bill_to_id: 'text',
		legal_entity_id: 'text',
		currency: 'text',
		/** Units of the legal entity's currency per 1 of `currency`. */
		exchange_rate: 'rate',
		order_date: 'date',
		/** Lower case, the vendor's word. */
		status: 'text',
		is_pending_approval: 'boolean',
		is_cancelled: 'boolean',
		/** Closed short: what is not invoiced yet never will be. */
		is_closed: 'boolean',
		channel: 'text',
		/** With tax. */
		total_amount: 'amount',
		tax_amount: 'amount',
		approved_at: 'timestamp',
		...life,
	},
	order_lines: {
		order_line_id: 'text',
		...record,
		order_id: 'text',
		line_number: 'integer',
		/** The CRM deal line that the order line names. */
		crm_reference: 'text',
		/** item, freight, discount; tax is on the header. */
		kind: 'text',
		/** A discount line: the line it reduces; null: the whole order. */
		applies_to_line_id: 'text',
		product_id: 'text',
		quantity: 'quantity',
		unit: 'text',
		/** Per `unit`, on the footing of the deal's `unit_price`: before the discount that either side shows apart. */
		unit_price: 'price',
		/** Percent off `unit_price` on this very line; discount lines stand beside. */
		discount_percent: 'rate',
		/** Net of tax. A discount line's is negative. */
		amount: 'amount',
		currency: 'text',
		is_closed: 'boolean',
		is_deleted: 'boolean',
	},
	invoices: {
		invoice_id: 'text',
		...record,
		number: 'text',
		/** The order that it bills. Of several it names none: its lines name theirs. */
		order_id: 'text',
		/** The CRM deal that the invoice names itself (a chain without an order step, or an invoice without an order). */
		crm_reference: 'text',
		customer_id: 'text',
		legal_entity_id: 'text',
		currency: 'text',
		exchange_rate: 'rate',
		invoice_date: 'date',
		due_date: 'date',
		/** Of the company calendar. */
		period_id: 'text',
		status: 'text',
		channel: 'text',
		is_posted: 'boolean',
		is_voided: 'boolean',
		/** With tax. */
		total_amount: 'amount',
		tax_amount: 'amount',
		/** Still owed, in `currency`. */
		open_amount: 'amount',
		...life,
	},
	invoice_lines: {
		invoice_line_id: 'text',
		...record,
		invoice_id: 'text',
		line_number: 'integer',
		order_line_id: 'text',
		crm_reference: 'text',
		kind: 'text',
		applies_to_line_id: 'text',
		product_id: 'text',
		quantity: 'quantity',
		unit: 'text',
		unit_price: 'price',
		discount_percent: 'rate',
		amount: 'amount',
		currency: 'text',
		is_deleted: 'boolean',
	},
	credit_notes: {
		credit_note_id: 'text',
		...record,
		number: 'text',
		/** The invoice it was made from. */
		invoice_id: 'text',
		customer_id: 'text',
		legal_entity_id: 'text',
		currency: 'text',
		exchange_rate: 'rate',
		credit_date: 'date',
		period_id: 'text',
		status: 'text',
		is_posted: 'boolean',
		is_voided: 'boolean',
		/** Positive: what the customer gets back, with tax. */
		total_amount: 'amount',
		tax_amount: 'amount',
		open_amount: 'amount',
		...life,
	},
	credit_note_lines: {
		credit_note_line_id: 'text',
		...record,
		credit_note_id: 'text',
		line_number: 'integer',
		invoice_line_id: 'text',
		kind: 'text',
		applies_to_line_id: 'text',
		product_id: 'text',
		quantity: 'quantity',
		unit: 'text',
		unit_price: 'price',
		/** Positive, net of tax. */
		amount: 'amount',
		currency: 'text',
		is_deleted: 'boolean',
	},
	payments: {
		payment_id: 'text',
		...record,
		number: 'text',
		customer_id: 'text',
		legal_entity_id: 'text',
		currency: 'text',
		payment_date: 'date',
		period_id: 'text',
		amount: 'amount',
		unapplied_amount: 'amount',
		is_voided: 'boolean',
		...life,
	},
	payment_applications: {
		payment_application_id: 'text',
		...record,
		payment_id: 'text',
		/** A credit note that settles an invoice instead of cash. */
		credit_note_id: 'text',
		invoice_id: 'text',
		applied_date: 'date',
		amount: 'amount',
		currency: 'text',
		is_deleted: 'boolean',
	},
	/** What was posted to income accounts, line by line: credits to the account are positive. */
	revenue_entries: {
		revenue_entry_id: 'text',
		...record,
		/** invoice, credit_note, recognition, journal. */
		kind: 'text',
		document_id: 'text',
		document_number: 'text',
		/** The invoice line it recognises; null: of no invoice. */
		invoice_line_id: 'text',
		credit_note_line_id: 'text',
		customer_id: 'text',
		legal_entity_id: 'text',
		account: 'text',
		posting_date: 'date',
		period_id: 'text',
		/** In the transaction's currency. */
		amount: 'amount',
		currency: 'text',
		/** In the legal entity's own currency, as the ERP posted it. */
		base_amount: 'amount',
		base_currency: 'text',
		memo: 'text',
		created_at: 'timestamp',
		is_deleted: 'boolean',
	},
	/** Where a deal, an order or an invoice says that it is delivered and taxed, in systems that say so. */
	document_terms: {
		document_term_id: 'text',
		...record,
		/** opportunity, order, invoice. */
		object: 'text',
		/** The global id of the deal, order or invoice. */
		record_id: 'text',
		/** Postal code and ISO 3166 alpha-2 country, as `10115, DE`. */
		ship_to: 'text',
		/** The system's own word for it (tax category, jurisdiction). */
		tax_area: 'text',
		is_deleted: 'boolean',
	},
	/**
	 * The rule by which an invoice line's revenue is recognised, where the ERP keeps one: over a term, or part by part as milestones are
	 * met. A line without one is recognised at a point in time, with its invoice.
	 */
	recognition_terms: {
		recognition_term_id: 'text',
		...record,
		invoice_line_id: 'text',
		/** by_month (equal parts), by_day, milestone (all of it on `end_date`); null: the source doesn't tell which of the first two. */
		method: 'text',
		start_date: 'date',
		/** The last day. */
		end_date: 'date',
		/** The part of the line, in its currency; null: the whole line. */
		amount: 'amount',
		currency: 'text',
		is_deleted: 'boolean',
	},
	/** What an integration between the systems says of a message: the last one about a record counts. */
	sync_events: {
		sync_event_id: 'text',
		...record,
		/** The record's id in the system that it comes from, as the integration names it. */
		reference: 'text',
		/** delivered, failed, dead_letter; lower case. */
		status: 'text',
		/** Why it was not delivered, in the integration's words. */
		reason: 'text',
		attempts: 'integer',
		occurred_at: 'timestamp',
		is_deleted: 'boolean',
	},
	exchange_rates: {
		exchange_rate_id: 'text',
		...record,
		/** crm: the CRM's dated rate; erp: the ERP's daily rate into a legal entity's currency; erp_inverse: the same the other way round; closing, average: consolidation, per period. */
		kind: 'text',
		from_currency: 'text',
		to_currency: 'text',
		/** Valid from this date, until the next row of the same kind and pair. */
		start_date: 'date',
		period_id: 'text',
		/** Units of `to_currency` per 1 of `from_currency`. */
		rate: 'rate',
		is_deleted: 'boolean',
	},
	legal_entities: {
		legal_entity_id: 'text',
		...record,
		name: 'text',
		currency: 'text',
		country: 'text',
		parent_id: 'text',
		is_elimination: 'boolean',
		is_active: 'boolean',
	},
	/** What a system's own report adds up, or a file says that it does: compared with what was read record by record. */
	reported_totals: {
		reported_total_id: 'text',
		...record,
		/** revenue (posted to income accounts, in the legal entity's currency), receivables (open invoices), bookings (won deals). */
		measure: 'text',
		/** The ERP's legal entity; in a file the company's code. Null: of all. */
		legal_entity_id: 'text',
		/** The account's number; null: of all income accounts. */
		account: 'text',
		/** Of the company calendar; null: as of now (receivables). */
		period_id: 'text',
		/** Receivables: the month in which the invoices are due, 2026-10; null: all. */
		due_month: 'text',
		/** Bookings: the currency of the deals that were added up, where it is not `currency`. */
		of_currency: 'text',
		amount: 'amount',
		currency: 'text',
		/** Revenue: the system tells documents' amounts, and our records translate line by line, so that each may be half a minor unit off. */
		is_translated_here: 'boolean',
		/** Revenue: the system posts to its ledger after the documents, so that a period that has not ended may lack what is here already. */
		is_posted_later: 'boolean',
		record_count: 'integer',
		reported_at: 'timestamp',
		is_deleted: 'boolean',
	},
	users: {
		user_id: 'text',
		...record,
		name: 'text',
		email: 'text',
		is_active: 'boolean',
	},
} as const satisfies Record<string, Record<string, ColumnType>>
