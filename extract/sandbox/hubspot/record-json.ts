import { type HubspotObject, id, type Property } from './objects.ts'

/**
 * The SQL that writes a version `t` as the JSON of a record with the properties asked for: those that the object doesn't have are left
 * out in silence, and some come always. Every value is a text or null.
 */
export function recordSql(object: HubspotObject, asked: string[]): string {
	const names = new Set([...object.always, ...asked])
	const properties = object.properties
		.filter(({ name }) => names.has(name))
		.sort((left, right) => (left.name < right.name ? -1 : 1))
	const members = properties.map(
		(property, at) => `${literal(`${at > 0 ? ',' : ''}${JSON.stringify(property.name)}:`)}, ${valueSql(property)}`,
	)
	return `concat('{"id":"', t."${id}", '","properties":{', ${members.join(', ')}, '},"createdAt":', ${moment('t."createdate"')},
		',"updatedAt":', ${moment(`t."${object.stamp}"`)}, ',"archived":', t."archived",
		case when t."archivedAt" is null then '' else concat(',"archivedAt":', ${moment('t."archivedAt"')}) end, '}')`
}

/** A stored moment as HubSpot writes it: without a fraction where there is none. */
export function wireMoment(stored: string): string {
	return stored.replace('.000Z', 'Z')
}

function valueSql({ name, type }: Property): string {
	const column = `t."${name}"`
	if (name === id) return `json_quote(cast(${column} as text))`
	return type === 'datetime' ? moment(column) : `json_quote(${column})`
}

function moment(x: string): string {
	return `json_quote(replace(${x}, '.000Z', 'Z'))`
}

function literal(text: string): string {
	return `'${text.replaceAll("'", "''")}'`
}
