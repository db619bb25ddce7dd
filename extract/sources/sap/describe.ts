import type { Ask, Description, Query } from '../../source.ts'
import { systemQuery } from './requests.ts'
import type { SapOptions } from './sap.ts'
import { entityOf } from './sets.ts'

/** The properties of a set with their types and labels, custom fields too, from the service's `$metadata`. */
export async function describeSet(query: Query<SapOptions>, ask: Ask): Promise<Description | null> {
	const entity = entityOf(query.stream)
	const { json } = await ask({
		method: 'GET',
		path: `${entity.root}/$metadata`,
		query: systemQuery(query.options),
		headers: { accept: 'application/xml' },
	})
	return typeof json === 'string' ? descriptionOf(json, entity.set) : null
}

/** What an EDMX text says of the set's type; null where it names no such set. Exported for tests. */
export function descriptionOf(edmx: string, set: string): Description | null {
	const container = [...edmx.matchAll(/<EntitySet\b[^>]*>/g)]
		.map(([tag]) => tag)
		.find((tag) => attribute(tag, 'Name') === set)
	const type = container && attribute(container, 'EntityType')?.split('.').at(-1)
	const start = type ? edmx.search(new RegExp(`<EntityType\\b[^>]*\\bName="${type}"`)) : -1
	if (start < 0) return null
	const body = edmx.slice(start, edmx.indexOf('</EntityType>', start))
	const properties = [...body.matchAll(/<(?:Navigation)?Property\b[^>]*>/g)].map(([tag]) => tag)
	const named = properties.map((tag) => ({ tag, name: attribute(tag, 'Name') ?? '' })).filter(({ name }) => name !== '')
	return {
		fields: Object.fromEntries(named.map(({ tag, name }) => [name, attribute(tag, 'Type') ?? 'navigation'])),
		labels: Object.fromEntries(named.map(({ tag, name }) => [name, attribute(tag, 'sap:label') ?? ''])),
	}
}

function attribute(tag: string, name: string): string | undefined {
	return new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]
}
