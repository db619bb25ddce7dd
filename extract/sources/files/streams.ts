import { type ColumnType as CanonicalType, canonical, type Entity } from '../../../models/canonical.ts'
import type { ColumnType } from '../../column-type.ts'
import type { Stream } from '../../source.ts'
import { mappedColumns } from './options.ts'

/** What each canonical type is to the load. Text is any text: currencies are checked where the column is one. */
const loadTypes: Record<CanonicalType, ColumnType> = {
	text: 'text',
	boolean: 'boolean',
	integer: 'integer',
	date: 'date',
	timestamp: 'datetime',
	amount: 'amount',
	price: 'price',
	quantity: 'quantity',
	rate: 'rate',
}

/** The amount and the currency that a certificate proves. */
const money: Partial<Record<Entity, string>> = {
	opportunities: 'amount',
	opportunity_lines: 'amount',
	orders: 'total_amount',
	order_lines: 'amount',
	invoices: 'total_amount',
	invoice_lines: 'amount',
	credit_notes: 'total_amount',
	credit_note_lines: 'amount',
	payments: 'amount',
	payment_applications: 'amount',
	revenue_entries: 'amount',
}

/** One stream per canonical entity. A file is read whole each time: what is missing in a newer one was deleted. */
export const fileStreams: Stream[] = (Object.keys(canonical) as Entity[]).map(streamOf)

/** The stream of an entity. `_refused` is empty in every record that is loaded: whatever stands in it is a reason not to. */
export function streamOf(entity: Entity): Stream {
	const types = canonical[entity] as Record<string, CanonicalType>
	const columns = mappedColumns(entity).map(
		(name) => [name, { field: name, type: loadType(name, types[name]!) }] as const,
	)
	return {
		name: entity,
		object: entity,
		key: [mappedColumns(entity)[0]!],
		columns: { ...Object.fromEntries(columns), _refused: { field: '_refused', type: 'boolean' } },
		cursor: null,
		...(money[entity] && { money: { amount: money[entity], currency: 'currency' } }),
		freshness: { warn: 36 * 60, error: 8 * 24 * 60 },
	}
}

function loadType(name: string, type: CanonicalType): ColumnType {
	return /(^|_)currency$/.test(name) ? 'currency' : loadTypes[type]
}
