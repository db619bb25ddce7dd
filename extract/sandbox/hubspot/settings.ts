import { inForce, type Store, tableName } from '../store.ts'
import { accountZone } from '../world/records/hubspot/stamps.ts'
import { portalId } from './credentials.ts'
import type { Limits } from './limits.ts'
import { wholeNumber } from './list.ts'
import { type HubspotObject, hubspotObjects, type PropertyType } from './objects.ts'
import { wireMoment } from './record-json.ts'
import { invalid } from './refusal.ts'

type Row = Record<string, string>

/** `GET owners`: those who left only where they are asked for. */
export function ownersPage(store: Store, now: number, query: URLSearchParams): unknown {
	const isArchived = query.get('archived') === 'true'
	const rows = rowsOf(store, now, 'owners').filter(({ archived }) => archived === String(isArchived))
	return page(rows, query, 500, (row) => ({
		id: row['id'],
		email: row['email'],
		type: 'PERSON',
		firstName: row['firstName'],
		lastName: row['lastName'],
		// Who left is no user any more.
		userId: isArchived ? null : Number(row['userId']),
		userIdIncludingInactive: Number(row['userId']),
		createdAt: wireMoment(row['createdAt']!),
		updatedAt: wireMoment(row['updatedAt']!),
		archived: isArchived,
	}))
}

/** `GET pipelines/deals`: one pipeline with its stages; what they say of themselves is text. */
export function pipelines(store: Store, now: number): unknown {
	const stages = rowsOf(store, now, 'stages').sort(
		(left, right) => Number(left['displayOrder']) - Number(right['displayOrder']),
	)
	const [first] = stages
	const common = (row: Row) => ({
		createdAt: wireMoment(row['createdAt']!),
		updatedAt: wireMoment(row['updatedAt']!),
		archived: false,
	})
	const list = stages.map((row) => ({
		label: row['label'],
		displayOrder: Number(row['displayOrder']),
		metadata: { isClosed: row['isClosed'], probability: row['probability'] },
		id: row['id'],
		...common(row),
	}))
	return {
		results: first ? [{ label: 'Sales Pipeline', displayOrder: 0, id: 'default', stages: list, ...common(first) }] : [],
	}
}

/** `GET currencies/exchange-rates`: all there ever were. The rate is a number, with the digits that were entered. */
export function exchangeRates(store: Store, now: number, query: URLSearchParams): string {
	const { results, paging } = page(rowsOf(store, now, 'exchange_rates'), query, 100, (row) => row)
	const records = results.map((row) => {
		const { conversionRate, visibleInUI, ...texts } = row
		const wire = Object.entries(texts).map(([name, value]) => [name, /At$/.test(name) ? wireMoment(value) : value])
		return `{"conversionRate":${conversionRate},"visibleInUI":${visibleInUI},${JSON.stringify(Object.fromEntries(wire)).slice(1)}`
	})
	return `{"results":[${records.join(',')}]${paging ? `,"paging":${JSON.stringify(paging)}` : ''}}`
}

const fieldTypes: Record<PropertyType, string> = {
	string: 'text',
	number: 'number',
	bool: 'booleancheckbox',
	enumeration: 'select',
	date: 'date',
	datetime: 'date',
}

/** What the sample company made itself. */
const ownProperties = new Set(
	`currency account_number erp_id tax_number customer_segment legal_entity payment_terms erp_order_number sales_channel
	service_end_date unit_of_measure product_family`.split(/\s+/),
)

/** All others but those that an administrator makes later. */
const standardProperties = new Set(
	hubspotObjects
		.flatMap(({ properties }) => properties.map(({ name }) => name))
		.filter((name) => !ownProperties.has(name)),
)

/** `GET properties/{object}`: what records of it may have. */
export function propertiesOf({ properties, name }: HubspotObject): unknown {
	const described = properties.map((property) => ({
		name: property.name,
		label: property.label,
		type: property.type,
		fieldType: fieldTypes[property.type],
		description: '',
		groupName: `${name}information`,
		options: [],
		displayOrder: -1,
		calculated: property.name.startsWith('hs_is_'),
		externalOptions: property.name === 'hubspot_owner_id',
		hasUniqueValue: false,
		hidden: false,
		hubspotDefined: standardProperties.has(property.name),
		archived: false,
		formField: false,
	}))
	return { results: described }
}

/** `GET account-info/…/details`, which every app may ask. `currencies`: the company's first. */
export function accountDetails([companyCurrency, ...additionalCurrencies]: readonly string[]): unknown {
	return {
		portalId,
		accountType: 'STANDARD',
		timeZone: accountZone,
		companyCurrency,
		additionalCurrencies,
		utcOffset: '+01:00',
		utcOffsetMilliseconds: 3_600_000,
		uiDomain: 'app-eu1.hubspot.com',
		dataHostingLocation: 'eu1',
	}
}

/** `GET account-info/…/api-usage/daily/private-apps`. */
export function dailyUsage(limits: Limits, now: number): unknown {
	const { used, limit } = limits.used()
	const collectedAt = wireMoment(new Date(now).toISOString())
	return {
		results: [
			{
				name: 'private-apps-api-calls-daily',
				usageLimit: limit,
				currentUsage: used,
				collectedAt,
				fetchStatus: 'CACHED',
				resetsAt: collectedAt,
			},
		],
	}
}

function rowsOf(store: Store, now: number, name: string): Row[] {
	const rows = store.database
		.prepare(`select * from ${tableName('hubspot', name)} t where ${inForce('t')}`)
		.all({ now })
	return rows
		.map((row) => Object.fromEntries(Object.entries(row).filter(([column]) => !column.startsWith('_'))) as Row)
		.sort((left, right) => Number(left['id']) - Number(right['id']))
}

function page<T>(rows: Row[], query: URLSearchParams, most: number, shown: (row: Row) => T) {
	const limit = wholeNumber(query.get('limit') ?? '100', 'limit')
	if (limit < 1 || limit > most) throw invalid(`Invalid value for limit: must be between 1 and ${most}.`)
	const start = query.has('after') ? rows.findIndex(({ id }) => id === query.get('after')) : 0
	if (start < 0) throw invalid(`Invalid paging cursor: ${query.get('after')}`)
	const next = rows[start + limit]
	return {
		results: rows.slice(start, start + limit).map(shown),
		...(next && { paging: { next: { after: next['id'] } } }),
	}
}
