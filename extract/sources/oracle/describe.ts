import type { Ask, Description, Stream } from '../../source.ts'
import { vendorCause } from '../../vendor-error.ts'
import { type OracleQuery, resourceRequest } from './request.ts'
import { expansions, oracleStreams } from './streams.ts'

type Described = {
	attributes?: { name: string; type?: string; title?: string }[]
	children?: Record<string, Described>
}

/** A resource's attributes with their types; of a list inside it, those of the child. Null where this user may not see them. */
export async function describeResource({ stream, options }: OracleQuery, ask: Ask): Promise<Description | null> {
	const request = resourceRequest(stream, options, {}, '/describe')
	const answer = await ask(request).catch((error) => {
		const action = vendorCause(error)?.action
		if (action === 'denied' || action === 'data') return null
		throw error
	})
	const resources = (answer?.json as { Resources?: Record<string, Described> } | undefined)?.Resources
	const described = resources?.[stream.object]
	if (!described?.attributes) return null
	const lists = expandedLists(stream).filter((name) => described.children?.[name])
	return {
		fields: {
			...Object.fromEntries(described.attributes.map(({ name, type }) => [name, type ?? 'string'])),
			...Object.fromEntries(lists.map((name) => [name, 'array'])),
		},
		labels: Object.fromEntries(described.attributes.map(({ name, title }) => [name, title ?? ''])),
	}
}

/** The lists that come with a record, on the first level: they count as its fields. */
function expandedLists({ object }: Stream): string[] {
	return [...new Set((expansions[object] ?? '').split(',').map((path) => path.split('.')[0]!))].filter(Boolean)
}

/** Every resource that a stream is read from. */
export function oracleResources(): string[] {
	return [...new Set(oracleStreams.filter(({ within }) => !within).map(({ object }) => object))]
}
