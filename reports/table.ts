import { type Address, changed } from './address.ts'
import { type CellContext, CellValue, currencyOf, numericKinds } from './cell.ts'
import { addDecimals } from './decimal.ts'
import { Amount, countOf, countText } from './format.ts'
import { type Html, html } from './html.ts'
import type { ListTotal, OwnTotal } from './list.ts'
import type { SortColumn } from './list-request.ts'
import type { Column, Report, Row } from './report.ts'

/** What the table shows. Without `sort` its headings are no links; without `totals` it has no foot. */
export type TableProperties = {
	caption: string
	columns: Column[]
	rows: Row[]
	context: CellContext
	/** Under the caption: what the rows are, or how many. */
	note?: Html
	/** Beside the caption: files of exactly this view. */
	files?: Html
	/** Instead of rows, when there are none. */
	empty?: Html
	/** `names`: the columns that rows can be ordered by; the others' headings are no links. */
	sort?: { by: SortColumn[]; address: Address; initial: string[]; names: readonly string[] }
	totals?: { of: ListTotal[]; own?: OwnTotal[]; report: Pick<Report, 'totals'> }
	rowHref?: ((row: Row) => string | null) | undefined
	/** Rows that are sums of others stand out. */
	isSum?: (row: Row) => boolean
	/** The caption stands above already, as the page's title. */
	isTitled?: boolean
	/** More rows at the foot, such as a total that was computed elsewhere. */
	foot?: Row[]
	id?: string
	/** Only its caption and note are there until it is opened: what is in order and long. On paper it is open. */
	isFolded?: boolean
}

/** The one table of all pages: frozen heading and key column, links to order by, totals per currency, a reason when it is empty. */
export function Table(properties: TableProperties): Html {
	const { caption, columns, note, files, id } = properties
	const shown = shownColumns(columns, properties)
	const title = html`<h2 class=${properties.isTitled ? 'vh' : undefined}>${caption}</h2>${note && html`<p>${note}</p>`}`
	const links = files && html`<p class="files">${files}</p>`
	const body = html`<${Rows} columns=${shown} table=${properties} />`
	return html`<section class=${shown.length > 10 ? 'table wide' : 'table'} id=${id} aria-label=${caption}>
		${
			properties.isFolded
				? html`<details class="folded"><summary class="caption">${title}</summary>${links}${body}</details>`
				: html`<div class="caption">${title}${links}</div>${body}`
		}
	</section>`
}

function Rows({ columns, table }: PartProperties): Html {
	const { caption, rows, empty } = table
	if (rows.length === 0) return html`<div class="empty">${empty ?? 'No rows.'}</div>`
	return html`<div class=${rows.length > 25 ? 'scroll tall' : 'scroll'} tabindex="0" role="region" aria-label=${`${caption}, table`}>
			<table><caption class="vh">${caption}</caption>
				<thead><tr>${columns.map((column) => html`<${Heading} column=${column} table=${table} />`)}</tr></thead>
				<tbody>${rows.map((row) => html`<${BodyRow} row=${row} columns=${columns} table=${table} />`)}</tbody>
				<${Foot} columns=${columns} table=${table} />
			</table></div>`
}

/** Which rows are shown of how many: `rows 1–100 of 15,214`, with links to the pages beside. */
export function Paging({ address, page, pageCount, firstRow, rowsShown, rowCount }: PagingProperties): Html {
	const range =
		rowsShown === 0
			? `none of ${countOf(rowCount, 'row')}`
			: `rows ${countText(firstRow)}–${countText(firstRow + rowsShown - 1)} of ${countText(rowCount)}`
	const link = (label: string, to: number, isThere: boolean) =>
		isThere
			? html`<a class="button" href=${changed(address, { page: to === 1 ? null : String(to) })}>${label}</a>`
			: html`<span class="button off" aria-disabled="true">${label}</span>`
	if (pageCount <= 1) return html`<p class="paging">${range}</p>`
	return html`<nav class="paging" aria-label="Pages">
		${link('First', 1, page > 1)} ${link('Previous', page - 1, page > 1)}
		<span>${range}, page ${countText(page)} of ${countText(pageCount)}</span>
		${link('Next', page + 1, page < pageCount)} ${link('Last', pageCount, page < pageCount)}
	</nav>`
}

type PagingProperties = {
	address: Address
	page: number
	pageCount: number
	firstRow: number
	rowsShown: number
	rowCount: number
}

type PartProperties = { columns: Column[]; table: TableProperties }

/** A currency column goes when all rows have the same currency: it is in the heading then. */
function shownColumns(columns: Column[], table: TableProperties): Column[] {
	const visible = columns.filter((column) => !column.isFileOnly)
	const single = singleCurrency(table)
	const byCurrency = table.totals?.report.totals?.currency
	return single ? visible.filter((column) => column.name !== byCurrency) : visible
}

/** The currency of every row of the filter, when there is only one. */
function singleCurrency({ totals }: TableProperties): string | null {
	return totals?.report.totals?.currency && totals.of.length === 1 ? (totals.of[0]?.currency ?? null) : null
}

function Heading({ column, table }: { column: Column; table: TableProperties }): Html {
	const { sort, context } = table
	const single = table.totals?.report.totals?.currency === column.currency ? singleCurrency(table) : null
	const currency = column.currency === 'reporting' ? context.reportingCurrency : single
	const title = html`${column.title}${column.kind === 'amount' && currency ? html` <small>${currency}</small>` : ''}`
	const name = numericKinds.has(column.kind) ? 'n' : undefined
	if (!sort?.names.includes(column.name))
		return html`<th scope="col" class=${name} title=${column.description}>${title}</th>`
	const current = sort.by[0]?.column.name === column.name ? sort.by[0] : undefined
	const isDescendingNext = current ? !current.isDescending : numericKinds.has(column.kind)
	const next = `${isDescendingNext ? '-' : ''}${column.name}`
	const order = current ? (current.isDescending ? 'descending' : 'ascending') : undefined
	const href = changed(sort.address, { sort: next === sort.initial.join(',') ? null : next })
	return html`<th scope="col" class=${name} aria-sort=${order} title=${column.description}><a href=${href}>${title}${
		order && html`<span aria-hidden="true"> ${current?.isDescending ? '↓' : '↑'}</span>`
	}</a></th>`
}

function BodyRow({ row, columns, table }: { row: Row } & PartProperties): Html {
	const href = table.rowHref?.(row) ?? null
	return html`<tr class=${table.isSum?.(row) ? 'total' : undefined}>${columns.map((column, index) => {
		const value = html`<${CellValue} column=${column} row=${row} context=${table.context} />`
		const isLinked = href && index === 0 && !column.href
		const content = isLinked ? html`<a href=${href}>${value}</a>` : value
		return index === 0
			? html`<th scope="row" class=${cellClass(column)}>${content}</th>`
			: html`<td class=${cellClass(column)}>${content}</td>`
	})}</tr>`
}

function Foot({ columns, table }: PartProperties): Html {
	const rows: TotalRow[] = [
		...totalRows(table),
		...(table.foot ?? []).map((row) => ({ label: String(row['label'] ?? 'Total'), row })),
	]
	if (rows.length === 0) return null
	return html`<tfoot>${rows.map(
		({ label, row, apart }) =>
			html`<tr>${columns.map((column, index) => {
				if (index === 0) return html`<th scope="row">${label}</th>`
				const value = row[column.name]
				if (value === undefined) return html`<td></td>`
				if (value === null)
					return html`<td class=${cellClass(column)}><span class="none">${apart?.[column.name]?.length ? 'no total' : (column.missing ?? '')}</span></td>`
				if (column.kind !== 'amount') return html`<td class=${cellClass(column)}>${String(value)}</td>`
				const digits = table.context.minorDigits(currencyOf(column, row, table.context))
				return html`<td class="n"><${Amount} value=${String(value)} digits=${digits} /></td>`
			})}</tr>`,
	)}</tfoot>`
}

type TotalRow = { label: string; row: Row; apart?: Record<string, string[]> }

/** One row per currency: amounts of several currencies are never added; the reporting currency's are, in a row of its own. */
function totalRows({ totals, columns, context }: TableProperties): TotalRow[] {
	const declared = totals?.report.totals
	if (!totals || !declared || (!declared.amounts?.length && !declared.reporting?.length)) return []
	const rows = totals.of.map((total) => ({
		label: `Total${total.currency ? ` ${total.currency}` : ''}, ${countOf(total.rowCount, 'row')}`,
		row: { ...total.sums, ...(declared.currency && { [declared.currency]: total.currency }) },
		apart: total.apart,
	}))
	const own = (totals.own ?? []).map(({ column: name, currency, rowCount, sum, apart }) => {
		const column = columns.find((one) => one.name === name)!
		const label = `Total${currency ? ` ${currency}` : ''} (${column.title}), ${countOf(rowCount, 'row')}`
		return { label, row: { [name]: sum, [column.currency!]: currency }, apart: { [name]: apart } }
	})
	if (rows.length < 2 || !declared.reporting?.length) return [...rows, ...own]
	const all = declared.reporting.map((name) => [
		name,
		addDecimals(totals.of.flatMap((total) => total.sums[name] ?? [])),
	])
	return [...rows, { label: `All, in ${context.reportingCurrency}`, row: Object.fromEntries(all) }, ...own]
}

function cellClass(column: Column): string | undefined {
	if (numericKinds.has(column.kind)) return 'n'
	if (column.kind === 'date' || column.kind === 'moment') return 'd'
	if (column.kind !== 'text' && column.kind !== 'sentence') return undefined
	return column.isLong ? 't long' : 't'
}
