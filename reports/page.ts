import type { PageContext } from './context.ts'
import { Moment, momentText } from './format.ts'
import { type Html, html, renderHtml } from './html.ts'
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
	return `<!doctype html><html lang="en">${renderHtml(html`<${Head} ...${properties} /><${Body} ...${properties} />`)}</html>`
}

function Head({ title, context }: PageProperties): Html {
	return html`<head>
		<meta charset="utf-8" /><meta name="viewport" content="width=device-width, initial-scale=1" />
		<meta name="color-scheme" content="light dark" />
		<title>${title} · tieout</title>
		<link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
		<link rel="stylesheet" href=${context.assets.style} />
		<link rel="stylesheet" media="print" href=${`/assets/footer.css?${new URLSearchParams({ text: footerText(title, context) })}`} />
		<script src=${context.assets.script} defer></script>
	</head>`
}

function Body({ title, section, content, context, words }: PageProperties): Html {
	return html`<body>
		<a class="skip" href="#content">Skip to content</a>
		<header>
			<a class="brand" href="/">tieout</a>
			<nav aria-label="Main">${places.map(
				({ name, path }) => html`<a href=${path} aria-current=${section === name ? 'page' : undefined}>${name}</a>`,
			)}</nav>
			<form class="search" role="search" action="/search"><label class="vh" for="search">Search</label>
				<input id="search" type="search" name="q" value=${words ?? ''} placeholder="Customer, record id, break…" aria-keyshortcuts="Control+K" />
			</form>
		</header>
		<div class="trust" role="region" aria-label="Trust">
			<${TrustLine} trust=${context.trust} />
			<${AsOf} context=${context} />
		</div>
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

function AsOf({ context: { generation, now } }: { context: PageContext }): Html {
	if (!generation) return html`<span class="as-of">nothing is published yet</span>`
	return html`<span class="as-of">as of <${Moment} at=${generation.loadedUntil} /> (<${Moment} at=${generation.loadedUntil} now=${now} />) · generation ${generation.generation}</span>`
}

function Footer({ title, context }: { title: string; context: PageContext }): Html {
	return html`<footer>${footerText(title, context)}</footer>`
}

/** What stands on each printed page: whose, which page, which verdict, as of when, from which generation. */
function footerText(title: string, { company, generation, trust }: PageContext): string {
	const published = generation
		? [`as of ${momentText(generation.loadedUntil)}`, `generation ${generation.generation}`, generation.contentHash]
		: []
	return [company, title, trust.verdict, ...published].join(' · ')
}
