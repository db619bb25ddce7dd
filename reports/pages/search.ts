import { type RawBuilder, sql } from 'kysely'
import { addressOf } from '../address.ts'
import { breakCodeWords } from '../break-codes.ts'
import { countText, periodText } from '../format.ts'
import { type Html, html } from '../html.ts'
import type { PageHandler, PageRequest } from '../page-request.ts'

/** One thing that was found, and where it is. */
export type Hit = { kind: string; title: string; detail: string; href: string }

/** How many things of one kind are listed. */
const listed = 20

/** `/search?q=`: a customer by name or number, any record's id, a break, a model, a check, a report. One exact hit is opened at once. */
export const search: PageHandler = async (request) => {
	const words = request.context.address.query.get('q')?.trim() ?? ''
	const groups = words === '' || !request.context.generation ? [] : await findAll(request, words)
	const hits = groups.flatMap((group) => group.hits)
	const exact = hits.filter((hit) => hit.detail === words || hit.href.endsWith(`/${encodeURIComponent(words)}`))
	if (exact.length === 1 && hits.length === 1) return { redirect: exact[0]!.href }
	return {
		title: words ? `Search: ${words}` : 'Search',
		section: null,
		schema: 'tieout.search/1',
		words,
		data: { words, hits },
		content: () => SearchView({ words, groups }),
	}
}

type Group = { title: string; hits: Hit[]; isCut: boolean; all?: string }

async function findAll(request: PageRequest, words: string): Promise<Group[]> {
	const found = await Promise.all([
		findCustomers(request, words),
		findBreaks(request, words),
		findDeals(request, words),
		findNamed(request, words),
	])
	return found.filter((group) => group.hits.length > 0)
}

async function findCustomers({ db }: PageRequest, words: string): Promise<Group> {
	const rows = await db
		.selectFrom('marts.customer_links')
		.select(['customer_id', 'name', 'source', 'number', 'source_customer_id'])
		.where(
			sql<boolean>`${contains('name', words)} or ${equals(['source_customer_id', 'number', 'customer_id'], words)}`,
		)
		.orderBy('name')
		.orderBy('source_customer_id')
		.limit(listed + 1)
		.execute()
	const hits = rows.map((row) => ({
		kind: 'customer',
		title: row.name ?? row.source_customer_id,
		detail: `${row.source} ${row.number ?? row.source_customer_id}`,
		href: addressOf(['customer', row.customer_id]),
	}))
	return cut('Customers', hits, addressOf(['customers'], { q: words }))
}

async function findBreaks({ db }: PageRequest, words: string): Promise<Group> {
	const ids = [
		'break_id',
		'item_id',
		'opportunity_id',
		'opportunity_line_id',
		'order_id',
		'invoice_id',
		'document_id',
		'document_number',
	]
	const rows = await db
		.selectFrom('marts.breaks')
		.select(['break_id', 'code', 'customer_name', 'period_id'])
		.where(equals(ids, words))
		.orderBy('period_id', 'desc')
		.orderBy('break_id')
		.limit(listed + 1)
		.execute()
	const hits = rows.map((row) => ({
		kind: 'break',
		title: `${breakCodeWords(row.code).title}, ${row.customer_name}`,
		detail: periodText(row.period_id),
		href: addressOf(['break', row.break_id]),
	}))
	return cut('Breaks', hits, addressOf(['breaks'], { q: words }))
}

async function findDeals({ db, context }: PageRequest, words: string): Promise<Group> {
	const hasOrders = context.systems.has('orders')
	const rows = await db
		.selectFrom('marts.chain')
		.select(['chain_id', 'deal_name', 'customer_name', 'order_number', 'opportunity_id'])
		.where(
			sql<boolean>`${contains('deal_name', words)} or ${equals(['opportunity_id', 'opportunity_line_id', 'order_id', 'order_number'], words)}`,
		)
		.orderBy('deal_name')
		.orderBy('chain_id')
		.limit(listed + 1)
		.execute()
	const hits = rows.map((row) => ({
		kind: 'deal',
		title: row.deal_name ?? row.chain_id,
		detail: [row.customer_name, row.order_number && `${hasOrders ? 'order' : 'invoice'} ${row.order_number}`]
			.filter(Boolean)
			.join(', '),
		href: addressOf(['reports', 'chain'], {
			opportunity_id: row.opportunity_id,
			q: row.opportunity_id ? null : row.chain_id,
		}),
	}))
	return cut(
		hasOrders ? 'Deals and orders' : 'Deals and their invoices',
		hits,
		addressOf(['reports', 'chain'], { q: words }),
	)
}

/** Models, checks and reports by a part of their name. */
async function findNamed({ db, reports }: PageRequest, words: string): Promise<Group> {
	const models = await db
		.selectFrom('tieout.models')
		.select('name')
		.where(contains('name', words))
		.orderBy('name')
		.execute()
	const checks = await db
		.selectFrom('tieout.checks')
		.select('check_name')
		.where(contains('check_name', words))
		.orderBy('check_name')
		.execute()
	const named = [...reports.values()].filter((one) =>
		`${one.name} ${one.title}`.toLowerCase().includes(words.toLowerCase()),
	)
	return cut('Models, checks, reports', [
		...named.map(({ name, title }) => ({
			kind: 'report',
			title,
			detail: 'report',
			href: addressOf(['reports', name]),
		})),
		...models.map(({ name }) => ({ kind: 'model', title: name, detail: 'model', href: addressOf(['models', name]) })),
		...checks.map(({ check_name }) => ({
			kind: 'check',
			title: check_name,
			detail: 'check',
			href: addressOf(['checks', check_name]),
		})),
	])
}

function cut(title: string, hits: Hit[], all?: string): Group {
	return { title, hits: hits.slice(0, listed), isCut: hits.length > listed, ...(all && { all }) }
}

function contains(column: string, words: string): RawBuilder<boolean> {
	return sql<boolean>`contains(lower(coalesce(${sql.ref(column)}, '')), cast(${words.toLowerCase()} as varchar))`
}

function equals(columns: string[], words: string): RawBuilder<boolean> {
	const each = columns.map((column) => sql`${sql.ref(column)} = cast(${words} as varchar)`)
	return sql<boolean>`(${sql.join(each, sql` or `)})`
}

function SearchView({ words, groups }: { words: string; groups: Group[] }): Html {
	if (words === '')
		return html`<h1>Search</h1><p>Write a customer's name or number, the id of any record, a break, a model or a check.</p>`
	if (groups.length === 0)
		return html`<h1>Nothing found for “${words}”</h1><p>Ids are found whole, names also in part. Looked in customers, deals, orders, documents, breaks, models, checks and reports of this generation.</p>`
	return html`<h1>Search: ${words}</h1>${groups.map(
		(group) =>
			html`<section class="hits" aria-label=${group.title}><h2>${group.title}</h2><ul>${group.hits.map(
				(hit) => html`<li><a href=${hit.href}>${hit.title}</a> <span class="muted">${hit.detail}</span></li>`,
			)}</ul>${group.isCut && html`<p>The first ${countText(listed)}; ${group.all ? html`<a href=${group.all}>all of them</a>` : 'write more of the name'}.</p>`}</section>`,
	)}`
}
