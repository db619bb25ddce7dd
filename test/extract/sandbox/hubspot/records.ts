import { hubspotObjects } from '../../../../extract/sandbox/hubspot/objects.ts'
import type { RecordVersion } from '../../../../extract/sandbox/world/world.ts'

type Values = NonNullable<RecordVersion['values']>

/** One version of a HubSpot record, in force from `at` and stamped then, unless `values` say otherwise; null: gone without a trace. */
export function version(object: string, id: string, at: string, values: Values | null = {}): RecordVersion {
	const own = { hs_object_id: id, createdate: '2026-10-01T08:00:00.000Z', archived: false }
	const { stamp } = hubspotObjects.find((one) => one.name === object)!
	const stamped = { ...own, [stamp]: new Date(at).toISOString(), ...values }
	return { system: 'hubspot', object, id, from: Date.parse(at), values: values && stamped }
}

/** A version of a deal; what isn't given has a plain value. */
export function deal(id: string, at: string, values: Values | null = {}): RecordVersion {
	const plain = { dealstage: 'closedwon', pipeline: 'default', amount: '100.00', deal_currency_code: 'EUR' }
	return version('deals', id, at, values && { ...plain, ...values })
}

/** A link from a deal to a company, or from a line item to its deal. */
export function link(
	kind: 'deal_company' | 'line_item_deal',
	fromId: string,
	toId: string,
	at: string,
	isPrimary = true,
): RecordVersion {
	const values = { kind, fromId, toId, isPrimary }
	return { system: 'hubspot', object: 'links', id: `${kind}:${fromId}:${toId}`, from: Date.parse(at), values }
}

/** One version of what is no object: an owner, a stage, an exchange rate. */
export function setting(object: 'owners' | 'stages' | 'exchange_rates', id: string, values: Values): RecordVersion {
	const made = '2026-10-01T08:00:00.000Z'
	const from = Date.parse(made)
	return { system: 'hubspot', object, id, from, values: { id, createdAt: made, updatedAt: made, ...values } }
}
