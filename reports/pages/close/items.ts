import { changed } from '../../address.ts'
import { breakCodeWords } from '../../break-codes.ts'
import type { PageContext, Viewer } from '../../context.ts'
import { addDecimals } from '../../decimal.ts'
import { DoneBanner, FailureBanner, PostForm } from '../../form.ts'
import { Amount, countOf, countText } from '../../format.ts'
import { type Html, html } from '../../html.ts'
import { LinkFacets } from '../../link-facets.ts'
import type { Column, Row } from '../../report.ts'
import { Status } from '../../status.ts'
import { Paging, Table } from '../../table.ts'
import type { Failure } from '../failure.ts'
import type { Item } from './item-data.ts'
import { ChangeFields } from './item-forms.ts'
import { type ItemFacet, type ItemFilters, itemOrders, itemValueText } from './items-filter.ts'
import { ItemState, itemAmountColumns } from './items-summary.ts'
import type { PaperScope, PaperState } from './paper-data.ts'
import { paperPath, paperTitle } from './words.ts'

/** Items of one page of the list. */
export const itemPageSize = 100

/** What the list of a paper's items shows: of those that fit, one page. */
export type ItemsPage = {
	scope: PaperScope
	state: PaperState
	/** All that fit, in order. */
	fitting: readonly Item[]
	itemCount: number
	facets: readonly ItemFacet[]
	filters: ItemFilters
	page: number
	today: string
	people: readonly string[]
	viewer: Viewer | null
	done?: string | undefined
	failure?: Failure | undefined
	given?: Record<string, string> | undefined
}

type Properties = { page: ItemsPage; context: PageContext }

/** `/close/2026-10/items`: what next, whose is it, can these go together? */
export function ItemsView({ page, context }: Properties): Html {
	const { scope, fitting, itemCount } = page
	const codeText = (code: string) => breakCodeWords(code, context.systems).title
	const facets = page.facets.map((facet) => ({
		...facet,
		text: (value: string) => itemValueText(facet.name, value, codeText),
	}))
	const unpriced = fitting.filter((item) => item.reporting_amount === null).length
	return html`<div class="heading"><h1>Items: ${paperTitle(scope)}</h1><p class="question">What is open, whose is it, until when?</p>
			<span class="beside"><a class="button" href=${paperPath(scope.paper)}>Back to the paper</a></span></div>
		<${DoneBanner} text=${page.done} /><${FailureBanner} failure=${page.failure} />
		<p class="views">Views: ${views(page.viewer).map(([text, query], index) => html`${index > 0 && ' · '}<a href=${`${paperPath(scope.paper, 'items')}${query}`}>${text}</a>`)}</p>
		<${Find} address=${context.address} />
		<${LinkFacets} facets=${facets} address=${context.address} />
		<p class="sum">${countOf(fitting.length, 'item')}${fitting.length < itemCount && ` of ${countText(itemCount)}`}, <${Amount} value=${reportingSum(fitting)} digits=${context.minorDigits(context.reportingCurrency)} /> ${context.reportingCurrency}${unpriced > 0 && `, of which ${countText(unpriced)} have no rate and are not in the sum`}</p>
		<${List} page=${page} context=${context} />`
}

function reportingSum(items: readonly Item[]): string {
	return addDecimals(['0.0000', ...items.flatMap(({ reporting_amount }) => reporting_amount ?? [])])
}

function views(viewer: Viewer | null): [string, string][] {
	return [
		...(viewer ? [['mine', `?owner=${encodeURIComponent(viewer.userId)}&status=unsettled`] as [string, string]] : []),
		['unassigned', '?owner=unassigned&status=unsettled'],
		['not settled', '?status=unsettled'],
		['late', '?due=late'],
		['unexplained', '?code=unexplained'],
		['all', ''],
	]
}

function Find({ address }: { address: PageContext['address'] }): Html {
	const kept = [...address.query].filter(([name]) => name !== 'q' && name !== 'page' && name !== 'done')
	return html`<div class="filters"><form method="get" action=${address.path}>${kept.map(([name, value]) => html`<input type="hidden" name=${name} value=${value} />`)}
		<label>Find <input type="search" name="q" value=${address.query.get('q') ?? ''} placeholder="customer, deal, document…" /></label> <button type="submit">Show</button></form></div>`
}

function List({ page, context }: Properties): Html {
	const { fitting, viewer, scope, state } = page
	const first = (page.page - 1) * itemPageSize
	const rows = fitting.slice(first, first + itemPageSize)
	const canChange = viewer !== null && viewer.role !== 'reader' && state !== 'locked'
	const table = html`<${Table} caption="Items" isTitled columns=${columnsOf(page, canChange)} rows=${rows} context=${context}
		sort=${{ by: sortOf(context), address: context.address, initial: [], names: itemOrders }}
		empty=${html`<${Empty} page=${page} context=${context} />`} />
		<${Paging} address=${context.address} page=${page.page} pageCount=${Math.max(1, Math.ceil(fitting.length / itemPageSize))} firstRow=${rows.length > 0 ? first + 1 : 0} rowsShown=${rows.length} rowCount=${fitting.length} />`
	if (!canChange || rows.length === 0)
		return html`${table}${state === 'locked' && html`<p class="muted">The paper is locked: its items stay as they are.</p>`}`
	return html`<${PostForm} action=${paperPath(scope.paper, 'items')} token=${viewer.formToken} class="bulk" aria-label="Change the selected items">
		<input type="hidden" name="back" value=${changed(context.address, { done: null })} />
		${table}
		<fieldset class="bulk-actions"><legend>With the selected items</legend>
			<label class="all"><input type="checkbox" name="all" value="yes" /> all ${countText(fitting.length)} of the filter</label>
			<${ChangeFields} page=${page} given=${page.given} failure=${page.failure} />
			<p><button type="submit" class="main">Change them</button> <span class="muted">What stays empty stays as it is. Keys in the table: j k move, Enter opens, x selects, a assigns, c comments</span></p>
		</fieldset><//>`
}

function Empty({ page: { itemCount, fitting, page }, context: { address } }: Properties): Html {
	if (itemCount === 0) return 'No items: bookings and revenue agree to the cent.'
	if (fitting.length > 0)
		return html`Page ${page} is beyond the last: the filter has ${countOf(fitting.length, 'item')}. <a href=${changed(address)}>First page</a>`
	return html`No item fits these filters. <a href=${address.path}>All ${countOf(itemCount, 'item')}</a>`
}

function sortOf({ address }: PageContext) {
	const sort = address.query.get('sort')
	const name = itemOrders.find((one) => one === sort?.replace(/^-/, ''))
	return name ? [{ column: { name, title: name, kind: 'text' as const }, isDescending: sort!.startsWith('-') }] : []
}

function columnsOf({ scope, today }: ItemsPage, canChange: boolean): Column[] {
	const href = (row: Row) => paperPath(scope.paper, 'items', String(row['item']))
	return [
		{
			name: 'customer_name',
			title: 'Item',
			kind: 'text',
			show: (row) => ItemCell({ row: row as Item, href: href(row), canChange }),
		},
		{ name: 'code', title: 'Code', kind: 'code' },
		...itemAmountColumns,
		{ name: 'age_days', title: 'Age', kind: 'count', description: 'Days at the end of the period', missing: '–' },
		{ name: 'status', title: 'Status', kind: 'text', show: (row) => ItemState({ item: row as Item }) },
		{ name: 'owner', title: 'Owner', kind: 'text' },
		{
			name: 'dueDate',
			title: 'Due',
			kind: 'date',
			missing: 'none',
			show: (row) =>
				html`${row['dueDate']}${String(row['dueDate']) < today && !['cleared', 'accepted'].includes(String(row['status'])) && html` <${Status} status="warn" word="late" />`}`,
		},
		{ name: 'comments', title: 'Comments', kind: 'count' },
		{ name: 'attachments', title: 'Files', kind: 'count' },
		{ name: 'explanation', title: 'Why', kind: 'sentence', currency: 'currency', isLong: true },
	]
}

function ItemCell({ row, href, canChange }: { row: Item; href: string; canChange: boolean }): Html {
	const what = row.document_number ?? row.deal_name ?? row.item_id
	return html`${canChange && html`<input type="checkbox" name="item" value=${row.item} aria-label=${`Select ${what}, ${row.customer_name}`} /> `}<a href=${href}>${row.customer_name}</a><br /><small>${what}</small>`
}
