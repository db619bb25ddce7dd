import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'

/** What a chart says without being seen: the finding in one sentence. The data stands in a table beside it. */
export type ChartWords = { label: string; className: string }

/** Parts that go before the marks, such as a pattern to fill with. They are our own markup. */
export type ChartDefinitions = string

/**
 * Draws with Observable Plot, without a browser, and gives the SVG as text. Colours come from classes in `style.css`, so both
 * themes and print have their own, and the page needs no inline style.
 */
export function drawChart(options: Plot.PlotOptions, words: ChartWords, definitions: ChartDefinitions = ''): string {
	const { document } = parseHTML('<!doctype html><html><body></body></html>')
	const svg = Plot.plot({ ...options, document } as unknown as Plot.PlotOptions) as unknown as SvgElement
	for (const style of svg.querySelectorAll('style')) style.remove()
	for (const element of [svg, ...svg.querySelectorAll('[style]')]) element.removeAttribute('style')
	// The table beside has the same links: inside an image they are for the mouse only.
	for (const link of svg.querySelectorAll('a')) link.setAttribute('tabindex', '-1')
	// Plot names its groups ("rule"): inside an image nobody hears it, and a group without a role may have no name.
	for (const group of svg.querySelectorAll('g[aria-label]')) group.removeAttribute('aria-label')
	svg.setAttribute('role', 'img')
	svg.setAttribute('aria-label', words.label)
	svg.setAttribute('class', `chart ${words.className}`)
	for (const name of ['fill', 'font-family', 'font-size', 'text-anchor']) svg.removeAttribute(name)
	return svg.outerHTML.replace(/(<svg[^>]*>)/, `$1${definitions}`)
}

/** The part of linkedom's element that is used here; the types of the DOM are a browser's. */
type SvgElement = {
	querySelectorAll(selector: string): SvgElement[]
	remove(): void
	setAttribute(name: string, value: string): void
	removeAttribute(name: string): void
	outerHTML: string
}
