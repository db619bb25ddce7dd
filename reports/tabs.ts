import { type Html, html } from './html.ts'

/** Links to the pages that belong together, or to the parts of one. `current`: the name of the one that is shown. */
export function Tabs({ label, current, tabs }: { label: string; current: string; tabs: [string, string][] }): Html {
	return html`<nav class="tabs" aria-label=${label}>${tabs.map(
		([name, path]) => html`<a href=${path} aria-current=${name === current ? 'page' : undefined}>${name}</a>`,
	)}</nav>`
}
