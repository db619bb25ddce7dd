import { TieoutError } from '../../../models/error.ts'
import { compareDecimals } from '../../decimal.ts'
import { type Item, type ItemStatus, itemStatuses } from './item-data.ts'
import { statusWords } from './items-summary.ts'

/** What a list of items is narrowed by, each a part of the address. `due=late`: due before today. */
export const itemFilters = [
	'status',
	'code',
	'owner',
	'entity',
	'currency',
	'customer',
	'due',
	'certified',
	'q',
] as const
export type ItemFilterName = (typeof itemFilters)[number]

/** The filters that an address sets. */
export type ItemFilters = Partial<Record<ItemFilterName, string>>

/** A filter as a menu: its values with how many items of the other filters each has. */
export type ItemFacet = { name: ItemFilterName; title: string; values: { value: string; count: number }[] }

/** The filters of an address. */
export function readItemFilters(query: URLSearchParams): ItemFilters {
	return Object.fromEntries(itemFilters.flatMap((name) => (query.get(name) ? [[name, query.get(name)!]] : [])))
}

/** The items that fit all filters (but `except`). `today`: `YYYY-MM-DD`. */
export function fittingItems(
	items: readonly Item[],
	filters: ItemFilters,
	today: string,
	except?: ItemFilterName,
): Item[] {
	const set = Object.entries(filters).filter(([name]) => name !== except) as [ItemFilterName, string][]
	return items.filter((item) => set.every(([name, value]) => fits(item, name, value, today)))
}

/** Every menu, counted over what the other filters leave. */
export function itemFacets(items: readonly Item[], filters: ItemFilters, today: string): ItemFacet[] {
	return facets.map(({ name, title }) => {
		const counts = new Map<string, number>()
		for (const item of fittingItems(items, filters, today, name))
			for (const value of valuesOf(item, name, today)) counts.set(value, (counts.get(value) ?? 0) + 1)
		const values = [...counts].map(([value, count]) => ({ value, count }))
		return { name, title, values: values.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1)) }
	})
}

/** Orders that a list can have, by the name in the address; a dash before it turns it round. */
export const itemOrders = [
	'customer_name',
	'code',
	'amount',
	'currency',
	'reporting_amount',
	'age_days',
	'status',
	'owner',
	'dueDate',
	'comments',
	'attachments',
] as const

/** Items in the order asked for, what has no value last; without one as they came, the largest first. Throws `usage` for another order. */
export function orderedItems(items: readonly Item[], sort: string | null): Item[] {
	if (!sort) return [...items]
	const name = itemOrders.find((one) => one === sort.replace(/^-/, ''))
	if (!name)
		throw new TieoutError('usage', 'page.address', `items can't be ordered by "${sort}"`, {
			where: '?sort',
			allowed: [...itemOrders],
			next: 'write one of these, with a dash before it for the other way round',
		})
	const known = items.filter((item) => item[name] !== null)
	const sign = sort.startsWith('-') ? -1 : 1
	const ordered = known.sort((a, b) => sign * compared(String(a[name]), String(b[name]), name))
	return [...ordered, ...items.filter((item) => item[name] === null)]
}

const facets: { name: ItemFilterName; title: string }[] = [
	{ name: 'status', title: 'Status' },
	{ name: 'code', title: 'Code' },
	{ name: 'owner', title: 'Owner' },
	{ name: 'entity', title: 'Legal entity' },
	{ name: 'currency', title: 'Currency' },
	{ name: 'due', title: 'Due' },
	{ name: 'certified', title: 'Certified by' },
]

/** Statuses that leave work to do. */
const unsettled: ReadonlySet<ItemStatus> = new Set(['open', 'in_progress', 'waiting'])

function fits(item: Item, name: ItemFilterName, value: string, today: string): boolean {
	if (name === 'q') return wordsOf(item).includes(value.trim().toLowerCase())
	if (name === 'customer') return item.customer_id === value
	return valuesOf(item, name, today).includes(value)
}

function valuesOf(item: Item, name: ItemFilterName, today: string): string[] {
	if (name === 'status') return [item.status, ...(unsettled.has(item.status) ? ['unsettled'] : [])]
	if (name === 'entity') return [item.legal_entity]
	if (name === 'due') return isLate(item, today) ? ['late'] : item.dueDate ? ['later'] : ['none']
	if (name === 'certified') return [item.certifiedBy ?? 'no rule']
	return [String(item[name as 'code' | 'owner' | 'currency'])]
}

/** Whether somebody should have dealt with it by now. */
export function isLate({ status, dueDate }: Item, today: string): boolean {
	return unsettled.has(status) && dueDate !== null && dueDate < today
}

function wordsOf({ customer_name, deal_name, document_number, item_id, explanation, owner }: Item): string {
	return [customer_name, deal_name, document_number, item_id, explanation, owner].join('\n').toLowerCase()
}

const numbers: ReadonlySet<string> = new Set(['amount', 'reporting_amount', 'age_days', 'comments', 'attachments'])

function compared(a: string, b: string, name: (typeof itemOrders)[number]): number {
	if (numbers.has(name)) return compareDecimals(a.replace('-', ''), b.replace('-', ''))
	if (name === 'status') return itemStatuses.indexOf(a as ItemStatus) - itemStatuses.indexOf(b as ItemStatus)
	return a < b ? -1 : a > b ? 1 : 0
}

/** A value of a menu in words. */
export function itemValueText(name: ItemFilterName, value: string, codeText: (code: string) => string): string {
	if (name === 'code') return codeText(value)
	if (name === 'status') return value === 'unsettled' ? 'not settled' : (statusWords[value as ItemStatus] ?? value)
	return value
}
