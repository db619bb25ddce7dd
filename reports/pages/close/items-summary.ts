import { addressOf } from '../../address.ts'
import { breakCodeWords } from '../../break-codes.ts'
import { amountColumn, reportingAmountColumn } from '../../columns.ts'
import type { PageContext } from '../../context.ts'
import { addDecimals } from '../../decimal.ts'
import { countOf, countText } from '../../format.ts'
import { type Html, html } from '../../html.ts'
import type { Column } from '../../report.ts'
import { Status } from '../../status.ts'
import { Table } from '../../table.ts'
import { type Item, type ItemStatus, itemStatuses } from './item-data.ts'
import type { PaperData } from './paper-data.ts'
import { paperPath } from './words.ts'

/** Who has an item that nobody has. */
export const unassigned = 'unassigned'

/** What the workpaper says of its items. */
export type ItemSummary = { items: readonly Item[] }

/** `214 items: 12 open, 190 accepted, ...`. */
export function itemsSentence({ items }: ItemSummary): string {
	if (items.length === 0) return 'no items'
	const counts = itemStatuses.flatMap((status) => {
		const count = items.filter((one) => one.status === status).length
		return count === 0 ? [] : [`${countText(count)} ${statusWords[status]}`]
	})
	return `${countOf(items.length, 'item')}: ${counts.join(', ')}`
}

/** The words of a status; as an item's, not a paper's. */
export const statusWords: Record<ItemStatus, string> = {
	open: 'open',
	in_progress: 'in progress',
	waiting: 'waiting on',
	cleared: 'cleared',
	accepted: 'accepted',
}

/** A status of an item as a word and a shape. */
export function ItemStatusChip({ status }: { status: ItemStatus }): Html {
	const sign = { open: 'not run', in_progress: 'notice', waiting: 'warn', cleared: 'pass', accepted: 'pass' }[status]
	return html`<${Status} status=${sign} word=${statusWords[status]} />`
}

/** A status with the rule that certified the item's cell, where one did. */
export function ItemState({ item }: { item: Pick<Item, 'status' | 'certifiedBy'> }): Html {
	return html`<${ItemStatusChip} status=${item.status} />${item.certifiedBy !== null && html`<br /><small title="Its cell is quiet: a rule of close.certify fits it">certified: ${item.certifiedBy}</small>`}`
}

/** Items of the paper by code and status, each a link to them; all of them stand on the page of items. */
export function ItemsOf({ paper, items: { items }, context }: ItemsOfProperties): Html {
	const groups = [...Map.groupBy(items, ({ code }) => code)].map(([code, list]) => ({
		code,
		count: list.length,
		amount: addDecimals(['0.0000', ...list.flatMap(({ reporting_amount }) => reporting_amount ?? [])]),
		unpriced: list.filter(({ reporting_amount }) => reporting_amount === null).length,
		...Object.fromEntries(itemStatuses.map((status) => [status, list.filter((one) => one.status === status).length])),
		nobody: list.filter(({ owner }) => owner === unassigned).length,
		oldest: list.flatMap(({ opened_date }) => opened_date ?? []).sort()[0] ?? null,
	}))
	const path = ['close', paper.scope.paper, 'items']
	const link = (name: string, value: string) => (row: Record<string, unknown>) =>
		Number(row[name]) > 0 ? addressOf(path, { code: String(row['code']), ...(value && { status: value }) }) : null
	const statusColumns: Column[] = itemStatuses.map((status) => ({
		name: status,
		title: statusWords[status].replace(/^./, (letter) => letter.toUpperCase()),
		kind: 'count',
		href: link(status, status),
	}))
	const columns: Column[] = [
		{ name: 'code', title: 'Code', kind: 'code' },
		{ name: 'count', title: 'Items', kind: 'count', href: link('count', '') },
		reportingAmountColumn('amount', 'Amount'),
		...statusColumns,
		{
			name: 'nobody',
			title: 'Without owner',
			kind: 'count',
			href: (row) =>
				Number(row['nobody']) > 0 ? addressOf(path, { code: String(row['code']), owner: unassigned }) : null,
		},
		{ name: 'oldest', title: 'Oldest', kind: 'date', missing: '–' },
	]
	const unpriced = groups.reduce((sum, group) => sum + group.unpriced, 0)
	return html`<${Table} id="items" caption="Items" columns=${columns} rows=${groups} context=${context}
		note=${items.length > 0 && html`<a href=${paperPath(paper.scope.paper, 'items')}>${itemsSentence({ items })}</a>${unpriced > 0 && `; ${countOf(unpriced, 'item')} without a rate ${unpriced === 1 ? 'is' : 'are'} in no amount`}`}
		empty="No items: bookings and revenue agree to the cent." />`
}

type ItemsOfProperties = { paper: PaperData; items: ItemSummary; context: PageContext }

/** Columns that lists of items share. */
export const itemAmountColumns: Column[] = [
	amountColumn('amount', 'Amount', 'currency'),
	{ name: 'currency', title: 'Currency', kind: 'text' },
	reportingAmountColumn('reporting_amount', 'Reporting'),
]

/** The title of an item: its code and whose it is. */
export function itemTitle({ code, customer_name }: Pick<Item, 'code' | 'customer_name'>): string {
	return `${breakCodeWords(code).title}: ${customer_name}`
}
