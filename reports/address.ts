/** Where a page is: its path, and what was asked for beside it. The whole view lives in it, so that a colleague sees the same. */
export type Address = { path: string; query: URLSearchParams }

/**
 * The address with some parts changed; null takes one away. Names are sorted and empty values left out, so that a view has one
 * address. Another filter or order starts at the first page again.
 */
export function changed({ path, query }: Address, changes: Record<string, string | null> = {}): string {
	const next = new URLSearchParams(query)
	if (!('page' in changes)) next.delete('page')
	for (const [name, value] of Object.entries(changes)) {
		if (value === null || value === '') next.delete(name)
		else next.set(name, value)
	}
	next.sort()
	const text = next.toString()
	return text ? `${path}?${text}` : path
}

/** An address from its parts: the segments are escaped, empty parameters left out. */
export function addressOf(segments: string[], parameters: Record<string, string | null | undefined> = {}): string {
	const path = `/${segments.map(encodeSegment).join('/')}`
	const set = Object.entries(parameters).filter((pair): pair is [string, string] => Boolean(pair[1]))
	return changed({ path, query: new URLSearchParams(set) })
}

/** Colons and commas may stand in a path as they are. */
function encodeSegment(segment: string): string {
	return encodeURIComponent(segment).replaceAll('%3A', ':').replaceAll('%2C', ',').replaceAll('%40', '@')
}
