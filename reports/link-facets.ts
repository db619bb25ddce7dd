import { type Address, changed } from './address.ts'
import { countText } from './format.ts'
import { type Html, html } from './html.ts'

/** A filter of a list that isn't a report's: its name in the address, its title, its values with their counts, and a value's words. */
export type LinkFacet = {
	name: string
	title: string
	values: { value: string; count: number }[]
	text?: (value: string) => string
}

/** Filters as menus of plain links, and the ones that are set as chips that take them away. */
export function LinkFacets({ facets, address }: { facets: readonly LinkFacet[]; address: Address }): Html {
	const useful = facets.filter(({ name, values }) => values.length > 1 || address.query.get(name))
	if (useful.length === 0) return null
	const set = useful.filter(({ name }) => address.query.get(name))
	return html`<div class="filters">${useful.map((facet) => html`<${FacetLinks} facet=${facet} address=${address} />`)}</div>
		${
			set.length > 0 &&
			html`<p class="chips">${set.map(({ name, title, text: words = String }) => {
				const text = `${title}: ${words(address.query.get(name)!)}`
				return html`<a class="chip neutral" href=${changed(address, { [name]: null })} aria-label=${`Remove the filter ${text}`}>${text} <span aria-hidden="true">✕</span></a>`
			})}${set.length > 1 && html` <a href=${address.path}>Remove all</a>`}</p>`
		}`
}

function FacetLinks({
	facet: { name, title, values, text = String },
	address,
}: {
	facet: LinkFacet
	address: Address
}): Html {
	const chosen = address.query.get(name)
	return html`<details class="facet" name="facet"><summary>${title}${chosen && ' ✓'}</summary><ul>${values.map(
		({ value, count }) =>
			html`<li><a href=${changed(address, { [name]: value === chosen ? null : value })} aria-current=${value === chosen ? 'true' : undefined}>${text(value)}</a> <span>${countText(count)}</span></li>`,
	)}</ul></details>`
}

/** The values of some rows with their counts, most first. */
export function facetValues(values: readonly (string | null)[]): LinkFacet['values'] {
	const counts = Map.groupBy(
		values.filter((value) => value !== null),
		(value) => value,
	)
	return [...counts]
		.map(([value, of]) => ({ value, count: of.length }))
		.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
}
