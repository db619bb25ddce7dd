import { changed } from './address.ts'
import { breakCodeWords } from './break-codes.ts'
import { numericKinds } from './cell.ts'
import type { PageContext } from './context.ts'
import { addDecimals } from './decimal.ts'
import { FileLinks } from './file-links.ts'
import { Amount, countOf, countText, periodText } from './format.ts'
import { type Html, html } from './html.ts'
import { type Facet, type List, pageSize } from './list.ts'
import type { ListRequest } from './list-request.ts'
import { type Column, type Report, type Row, reportPath } from './report.ts'
import { Paging, Table } from './table.ts'

/** What a list's page is made of. `isPart`: the page has a title of its own, and the list is a section of it. */
export type ListProperties = {
	report: Report
	request: ListRequest
	list: List
	context: PageContext
	isPart?: boolean
	/** Under the title, above the filters. */
	before?: Html
	/** One more column, after the one named `after`: of the page only, no part of the report's rows. */
	more?: { after: string; column: Column; value: (row: Row) => unknown }
}

/** A report as a page: question, filters with counts, chips to drop them, the table with its totals, and where its files are. */
export function ListView(properties: ListProperties): Html {
	const { report, list, context } = properties
	return html`${properties.isPart ? html`<h2>${report.title}</h2>` : html`<div class="heading"><h1>${report.title}</h1><p class="question">${report.question}</p></div>`}
		<${Absences} sentences=${report.absences} />
		${properties.before}
		<${Filters} ...${properties} />
		<${Chips} ...${properties} />
		<${ReportingTotal} ...${properties} />
		${report.chart && list.rows.length > 0 && report.chart(list.rows)}
		<${ListTable} ...${properties} />
		<section class="about" aria-label="About this report">
			<p>${report.shows}</p><p>${report.leavesOut && html`<span class="muted">Not here: ${report.leavesOut}</span>`}</p>
			<p class="muted">Totals are of all ${countOf(list.rowCount, 'row')} of the filter${context.generation ? `, generation ${context.generation.generation}` : ''}. Files hold all of them and have a manifest beside them.</p>
		</section>`
}

/** What systems in use have not of what the page is about: said once, where a reader would look for it. */
export function Absences({ sentences = [] }: { sentences?: readonly string[] | undefined }): Html {
	if (sentences.length === 0) return null
	return html`<p class="absences">${sentences.join(' ')}</p>`
}

function ListTable({ report, request, list, context, more }: ListProperties): Html {
	const { address } = context
	const columns = more
		? request.columns.flatMap((column) => (column.name === more.after ? [column, more.column] : [column]))
		: request.columns
	const rows = more ? list.rows.map((row) => ({ ...row, [more.column.name]: more.value(row) })) : list.rows
	const paging = html`<${Paging} address=${address} page=${request.page} pageCount=${Math.max(1, Math.ceil(list.rowCount / pageSize))}
		firstRow=${list.firstRow} rowsShown=${list.rows.length} rowCount=${list.rowCount} />`
	const [first] = request.sort
	const apart = apartText(report, list)
	const isBySize = request.isOwnOrder && first?.isDescending && numericKinds.has(first.column.kind)
	const names = request.columns.map(({ name }) => name)
	const sort = { by: request.sort, address, initial: report.sort, names }
	return html`<${Table} caption=${report.title} isTitled columns=${columns} rows=${rows} context=${context} sort=${sort}
			note=${list.rows.length > 0 && html`rows ${countText(list.firstRow)}–${countText(list.firstRow + list.rows.length - 1)} of ${countText(list.rowCount)}${isBySize && ', largest first'}${apart && html`. ${apart}`}`}
			files=${html`<${Files} report=${report} address=${address} />`}
			totals=${{ of: list.totals, own: list.ownTotals, report }} rowHref=${report.rowHref} empty=${html`<${Empty} report=${report} request=${request} list=${list} context=${context} />`} />
		${list.rowCount > pageSize && paging}`
}

/** Which amounts have no total, and the filters that give them one: `No total of Closing over several values of Period: choose one.` */
function apartText(report: Report, { totals, ownTotals }: List): string | null {
	const own = ownTotals.filter(({ sum }) => sum === null)
	const names = [...totals.flatMap(({ apart }) => Object.keys(apart)), ...own.map(({ column }) => column)]
	if (names.length === 0) return null
	const parts = [...totals.flatMap(({ apart }) => Object.values(apart).flat()), ...own.flatMap(({ apart }) => apart)]
	const titles = (list: string[]) => [...new Set(list.map((name) => columnTitle(report, name)))].join(', ')
	return `No total of ${titles(names)} over several values of ${titles(parts)}: choose one`
}

/** Links to files of exactly this view. A page and an order of the page are no part of a file's rows. */
function Files({ report, address }: { report: Report; address: PageContext['address'] }): Html {
	const path = reportPath(report)
	const to = (file: string) => changed({ path: file, query: address.query })
	return html`<${FileLinks} href=${to(`${path}.csv`)} /> <a href=${to(`${path}.csv.manifest.json`)}>Manifest</a> <a href=${to(`/api${path}`)}>JSON</a>`
}

function Filters({ report, request, list, context }: ListProperties): Html {
	const parameters = Object.keys(report.parameters.shape)
	const kept = [...context.address.query].filter(
		([name]) => name !== 'q' && name !== 'page' && !parameters.includes(name),
	)
	const hasForm = Boolean(report.search) || parameters.length > 0
	const facets = list.facets.filter((facet) => facet.values.length > 1 || request.filters[facet.column])
	if (!hasForm && facets.length === 0) return null
	return html`<div class="filters">
		${
			hasForm &&
			html`<form method="get" action=${context.address.path}>
			${kept.map(([name, value]) => html`<input type="hidden" name=${name} value=${value} />`)}
			${report.search && html`<label>Find <input type="search" name="q" value=${request.words} /></label>`}
			${parameters.map(
				(name) =>
					html`<label title=${report.parameters.shape[name]?.description}>${labelOf(name)} <input name=${name} value=${context.address.query.get(name) ?? ''} size="10" /></label>`,
			)}
			<button type="submit">Show</button></form>`
		}
		${facets.map((facet) => html`<${FacetMenu} facet=${facet} report=${report} request=${request} context=${context} />`)}
	</div>`
}

/** Values of a facet that are listed; the rest is counted. */
const listedValues = 40

function FacetMenu({ facet, report, request, context }: { facet: Facet } & Omit<ListProperties, 'list'>): Html {
	const title = columnTitle(report, facet.column)
	const chosen = request.filters[facet.column]
	const rest = facet.values.length - listedValues
	return html`<details class="facet" name="facet"><summary>${title}${chosen && ' ✓'}</summary><ul>
		${facet.values.slice(0, listedValues).map(({ value, rowCount }) => {
			const href = changed(context.address, { [facet.column]: value === chosen ? null : value })
			return html`<li><a href=${href} aria-current=${value === chosen ? 'true' : undefined}>${valueText(report, facet.column, value)}</a> <span>${countText(rowCount)}</span></li>`
		})}
		${rest > 0 && html`<li class="muted">and ${countText(rest)} more values with fewer rows: use Find</li>`}
	</ul></details>`
}

function Chips({ report, request, context }: ListProperties): Html {
	const active = activeFilters(report, request, context)
	if (active.length === 0) return null
	return html`<p class="chips">${active.map(
		({ name, text }) =>
			html`<a class="chip neutral" href=${changed(context.address, { [name]: null })} aria-label=${`Remove the filter ${text}`}>${text} <span aria-hidden="true">✕</span></a>`,
	)}${active.length > 1 && html` <a href=${context.address.path}>Remove all</a>`}</p>`
}

/** For amounts in the reporting currency the sum over all currencies, and how many rows have no rate. */
function ReportingTotal({ report, list, context }: ListProperties): Html {
	const names = report.totals?.currency ? (report.totals.reporting ?? []) : []
	if (names.length === 0 || list.rowCount === 0) return null
	const digits = context.minorDigits(context.reportingCurrency)
	const unpricedOf = (name: string) => list.totals.reduce((count, total) => count + (total.unpriced[name] ?? 0), 0)
	const sums = names.map((name, index) => {
		const sum = addDecimals(list.totals.flatMap((total) => total.sums[name] ?? []))
		return html`${index > 0 && ' · '}${columnTitle(report, name)} <strong><${Amount} value=${sum} digits=${digits} /> ${context.reportingCurrency}</strong>`
	})
	const unpriced = Math.max(...names.map(unpricedOf))
	return html`<p class="sum">${sums} in ${countOf(list.rowCount, 'row')}${unpriced > 0 && `, of which ${countText(unpriced)} have no rate and are in no sum`}</p>`
}

function Empty({ report, request, list, context }: ListProperties): Html {
	if (list.rowCount > 0)
		return html`<p>Page ${request.page} is beyond the last: the filter has ${countOf(list.rowCount, 'row')}. <a href=${changed(context.address)}>First page</a></p>`
	const active = activeFilters(report, request, context)
	if (active.length === 0) return html`<p>${report.empty}</p>`
	return html`<p>No rows match these filters.</p><ul>${active.map(({ name, text }) => {
		const without = list.without.find((entry) => entry.filter === name)?.rowCount
		return html`<li><a href=${changed(context.address, { [name]: null })}>Without ${text}</a>${without !== undefined && `: ${countOf(without, 'row')}`}</li>`
	})}</ul>`
}

function activeFilters(report: Report, request: ListRequest, { address }: PageContext) {
	const filters = Object.entries(request.filters).map(([name, value]) => ({
		name,
		text: `${columnTitle(report, name)}: ${valueText(report, name, value)}`,
	}))
	const parameters = Object.keys(report.parameters.shape)
		.filter((name) => address.query.get(name))
		.map((name) => ({ name, text: `${labelOf(name)}: ${address.query.get(name)}` }))
	return [...filters, ...parameters, ...(request.words ? [{ name: 'q', text: `“${request.words}”` }] : [])]
}

function columnTitle(report: Report, name: string): string {
	return report.columns.find((column) => column.name === name)?.title ?? name
}

function valueText(report: Report, name: string, value: string): string {
	const kind = report.columns.find((column) => column.name === name)?.kind
	if (kind === 'code') return breakCodeWords(value).title
	if (kind === 'period') return periodText(value)
	if (kind === 'word') return value.replaceAll('_', ' ')
	return value === 'true' ? 'yes' : value === 'false' ? 'no' : value
}

function labelOf(name: string): string {
	return name.replaceAll('_', ' ').replace(/^./, (letter) => letter.toUpperCase())
}
