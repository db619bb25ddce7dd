/** A field of a record, then and now. `difference`: of numbers, now less then. */
export type FieldChange = { field: string; from: string | null; to: string | null; difference?: string }

/** A record that counts in the figures, then or now, and is not what it was. `hash` names exactly this difference. */
export type RecordChange = {
	/** `came`: it counts and did not; `left`: it did and does not; `changed`. */
	kind: 'changed' | 'came' | 'left'
	object: string
	record_id: string
	/** The deal or document that it belongs to. */
	document_id: string
	document_number: string | null
	source: string
	source_id: string
	/** Where it counted then, else where it counts now. */
	period_id: string
	legal_entity: string
	customer_id: string
	currency: string | null
	/** What it counts for now, less what it counted for then; null without an amount. */
	amount_difference: string | null
	fields: FieldChange[]
	/** When the source says that it changed, UTC; null where it doesn't say: a deletion mostly has no stamp. */
	changed_at: string | null
	/** Who changed it in the source: a name, else an id; null where the source doesn't say. */
	changed_by: string | null
	hash: string
}

/**
 * One measure of a cell, then and now. `is_reporting`: in the reporting currency. Of `rate` the two are no amounts, and of
 * `reporting_currency` currencies: it stands in place of all measures in that currency.
 */
export type CellFigure = {
	measure: string
	is_reporting: boolean
	from: string | null
	to: string | null
	difference: string | null
}

/** A cell of the signed period whose bookings, billings, revenue or rate are not what they were. */
export type CellChange = {
	customer_id: string
	customer_name: string
	currency: string
	legal_entity: string
	reporting_currency: string
	figures: CellFigure[]
	hash: string
}

/** Whether a figure is an amount: bookings, billings or revenue. */
export function isAmount({ measure }: CellFigure): boolean {
	return measure !== 'rate' && measure !== 'reporting_currency'
}

/** An item that was open at the period's end when it was signed, and that records of later dates have closed since, wholly or in part. */
export type ClearedItem = {
	item_id: string
	customer_id: string
	legal_entity: string
	currency: string
	/** What was still open when it was signed, by all that was known then; what is open now. */
	open_then: string
	open_now: string
	isWhole: boolean
	/** The last later document that moved it; null where the data doesn't name one. */
	document_id: string | null
	document_number: string | null
	/** The period of that document. */
	period_id: string | null
}

/** What an acceptance of changes says of itself. */
export type AcceptedBy = { seq: number; at: string; name: string; reason: string }

/** A change with whether somebody accepted exactly it since the signature. */
export type Accepted<T> = T & { acceptedBy: AcceptedBy | null }
