import { changed } from './address.ts'
import type { KeptGeneration, PageContext } from './context.ts'
import { Moment, momentText } from './format.ts'
import { type Html, html, renderHtml } from './html.ts'
import { keepGeneration } from './kept-generation.ts'
import { TrustLine } from './trust-line.ts'

/** The six places of the navigation. */
export type Section = 'Month' | 'Breaks' | 'Customers' | 'Reports' | 'Health' | 'Data'

/** A whole page: its title, where it stands in the navigation, and its content. `section` is null for none. */
export type PageProperties = {
	title: string
	section: Section | null
	content: Html
	context: PageContext
	words?: string
}

/** The page as HTML text, with header, trust line, content and the footer that is printed. */
export function renderPage(properties: PageProperties): string {
	const markup = renderHtml(html`<${Head} ...${properties} /><${Body} ...${properties} />`)
	return `<!doctype html><html lang="en">${keepGeneration(markup, properties.context)}</html>`
}

function Head({ title, context }: PageProperties): Html {
	return html`<head>
		<meta charset="utf-8" /><meta name="viewport" content="width=device-width, initial-scale=1" />
		<meta name="color-scheme" content="light dark" />
		<title>${title} · tieout</title>
		<link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
		<link rel="stylesheet" href=${context.assets.style} />
		<link rel="stylesheet" media="print" href=${`/assets/footer.css?${new URLSearchParams({ text: footerText(title, context, printedHash) })}`} />
		<script src=${context.assets.script} defer></script>
	</head>`
}

function Body({ title, section, content, context, words }: PageProperties): Html {
	return html`<body class=${context.isPast ? 'past' : undefined}>
		<a class="skip" href="#content">Skip to content</a>
		<header>
			<a class="brand" href="/">tieout</a>
			<nav aria-label="Main">${places.map(
				({ name, path }) => html`<a href=${path} aria-current=${section === name ? 'page' : undefined}>${name}</a>`,
			)}</nav>
			<form class="search" role="search" action="/search"><label class="vh" for="search">Search</label>
				<input id="search" type="search" name="q" value=${words ?? ''} placeholder="Customer, record id, break…" aria-keyshortcuts="Control+K" />
			</form>
			${context.viewer && html`<a class="viewer" href="/account" title=${`${context.viewer.name}, ${context.viewer.role}`}>${context.viewer.name}</a>`}
		</header>
		<div class="trust" role="region" aria-label="Trust">
			<${TrustLine} trust=${context.trust} />
			<${AsOf} context=${context} />
		</div>
		<${PastBanner} context=${context} />
		<main id="content">${content}</main>
		<${Footer} title=${title} context=${context} />
	</body>`
}

const places: { name: Section; path: string }[] = [
	{ name: 'Month', path: '/' },
	{ name: 'Breaks', path: '/breaks' },
	{ name: 'Customers', path: '/customers' },
	{ name: 'Reports', path: '/reports' },
	{ name: 'Health', path: '/checks' },
	{ name: 'Data', path: '/models' },
]

/** Which generation, as of when; opened, it lists the generations that are kept. */
function AsOf({ context }: { context: PageContext }): Html {
	const { generation, kept, now, address } = context
	if (!generation) return html`<span class="as-of">nothing is published yet</span>`
	const to = ({ name, isInService }: KeptGeneration) => changed(address, { generation: isInService ? null : name })
	return html`<details class="as-of facet"><summary>as of <${Moment} at=${generation.loadedUntil} /> (<${Moment} at=${generation.loadedUntil} now=${now} />) · generation ${generation.generation}</summary>
		<ul aria-label="Generations">${kept.map(
			(
				one,
			) => html`<li><a data-now href=${to(one)} aria-current=${one.name === generation.generation ? 'true' : undefined}>generation ${one.name}${one.isInService && ', in service'}</a>
				<span>${one.publishedAt ? html`published <${Moment} at=${one.publishedAt} />` : 'moment not known'}</span></li>`,
		)}
		<li class="another">Another moment: <code>tieout build --as-of 2026-10-31T23:59Z</code> builds it in a file of its own.</li></ul></details>`
}

/** Another moment than now is never shown in silence. */
function PastBanner({ context: { isPast, generation, address, kept } }: { context: PageContext }): Html {
	if (!isPast || !generation) return null
	const newest = kept.find((one) => one.isInService)
	return html`<p class="past-banner" role="note">You are looking at generation ${generation.generation}, as of <${Moment} at=${generation.loadedUntil} />${newest && html`; generation ${newest.name} is in service`}.
		<a data-now href=${changed(address)}>Back to now</a></p>`
}

function Footer({ title, context }: { title: string; context: PageContext }): Html {
	return html`<footer>${footerText(title, context)}</footer>`
}

/** Digits of the hash on each printed page, beside the page's number; the last page has all of them. */
const printedHash = 16

/** What stands on each printed page: whose, which page, which verdict, as of when, from which generation. */
function footerText(title: string, { company, generation, trust }: PageContext, hashLength?: number): string {
	const published = generation
		? [
				`as of ${momentText(generation.loadedUntil)}`,
				`generation ${generation.generation}`,
				generation.contentHash.slice(0, hashLength),
			]
		: []
	return [company, title, trust.verdict, ...published].join(' · ')
}
