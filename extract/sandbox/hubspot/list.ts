import { inForce, type Store, tableName } from '../store.ts'
import { type HubspotObject, id } from './objects.ts'
import { recordSql } from './record-json.ts'
import { invalid } from './refusal.ts'

/** `GET objects/{object}`: a page by id. `after` is the id with which it begins. Parameters that it doesn't know are passed over. */
export function listPage(object: HubspotObject, store: Store, now: number, query: URLSearchParams): string {
	const limit = wholeNumber(query.get('limit') ?? '10', 'limit')
	const most = query.has('propertiesWithHistory') ? 50 : 100
	if (limit < 1 || limit > most) throw invalid(`Invalid value for limit: must be between 1 and ${most}.`)
	const after = wholeNumber(query.get('after') ?? '0', 'after')
	const isArchived = query.get('archived') === 'true'
	const asked = query.getAll('properties').flatMap((list) => list.split(','))
	const rows = store.database
		.prepare(
			`select t."${id}" as id, ${recordSql(object, asked)} as record from ${tableName('hubspot', object.name)} t
			where t."${id}" >= :after and ${inForce('t')} and t."archived" = :archived order by t."${id}" limit :limit`,
		)
		.all({ now, after, archived: String(isArchived), limit: limit + 1 }) as { id: number; record: string }[]
	const next = rows[limit]?.id
	const paging = next === undefined ? '' : `,"paging":{"next":{"after":"${next}","link":"?after=${next}"}}`
	const records = rows.slice(0, limit).map(({ record }) => record)
	return `{"results":[${records.join(',')}]${paging}}`
}

export function wholeNumber(text: string, name: string): number {
	if (!/^\d{1,15}$/.test(text)) throw invalid(`Invalid value for ${name}: '${text}' is not a number.`)
	return Number(text)
}
