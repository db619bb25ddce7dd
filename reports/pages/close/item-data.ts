/** How far people are with an item. `accepted`: it stays as it is, and somebody says why. */
export const itemStatuses = ['open', 'in_progress', 'waiting', 'cleared', 'accepted'] as const
export type ItemStatus = (typeof itemStatuses)[number]

/** A reconciling item of a paper in one cell, with what people said of it. Amounts as text; `reporting_amount` null: no rate. */
export type Item = {
	/** What the journal calls it. */
	item: string
	item_id: string
	code: string
	customer_id: string
	customer_name: string
	legal_entity: string
	currency: string
	is_carried: boolean
	amount: string
	reporting_amount: string | null
	opened_date: string | null
	age_days: string | null
	explanation: string | null
	crm_value: string | null
	erp_value: string | null
	deal_name: string | null
	document_number: string | null
	owner: string
	/** The rule that gave it its owner; null when a person did, or none fitted. */
	ownerRule: number | null
	status: ItemStatus
	reason: string | null
	/** The rule of close.certify that certified its cell with the last preparation, in an open paper would; null: none, or it was carried in. */
	certifiedBy: string | null
	/** `YYYY-MM-DD` */
	dueDate: string | null
	comments: number
	attachments: number
}
