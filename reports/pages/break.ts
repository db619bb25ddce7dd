import { TieoutError } from '../../models/error.ts'
import type { BreaksTable, ChainTable, ChecksTable } from '../../models/schema.ts'
import { filledPart, listedColumns } from '../adapt.ts'
import { addressOf } from '../address.ts'
import { breakCodeWords } from '../break-codes.ts'
import { breaks as breaksReport } from '../catalogue/breaks.ts'
import { chain as chainReport } from '../catalogue/chain.ts'
import { customerPath } from '../columns.ts'
import type { PageContext } from '../context.ts'
import { isZeroDecimal } from '../decimal.ts'
import { Amount, periodText, sentenceText } from '../format.ts'
import type { Alert } from '../health-history.ts'
import { type Html, html } from '../html.ts'
import type { PageHandler, PageRequest } from '../page-request.ts'
import { checksOfCode } from '../related.ts'
import type { Column } from '../report.ts'
import { Table } from '../table.ts'
import { AlertLink, alertsOfChecks } from './alerts.ts'
import { ChainSteps, ownChain, Sides } from './break-sides.ts'

/** A check that judges breaks of the code; `names_it`: this break is among the problems that it keeps. */
export type CheckOfBreak = Pick<ChecksTable, 'check_name' | 'status' | 'owner' | 'problem_count'> & {
	names_it: boolean
	alert: Alert | null
}

/** A break with the others of its item, every chain of its deal, and the checks that judge it. */
export type BreakPage = { break: BreaksTable; sameItem: BreaksTable[]; chains: ChainTable[]; checks: CheckOfBreak[] }

/** `/break/<id>`: why this difference has its code, with both values, its chain and the other breaks of the same item. */
export const breakPage: PageHandler = async (request) => {
	const data = await readBreak(request)
	const { systems } = request.context
	const found = data.break
	return {
		title: `${breakCodeWords(found.code).title}: ${found.customer_name}`,
		section: 'Breaks',
		schema: 'tieout.break/1',
		data: {
			...data,
			break: filledPart(found, breaksReport, systems),
			sameItem: data.sameItem.map((one) => filledPart(one, breaksReport, systems)),
			chains: data.chains.map((one) => filledPart(one, chainReport, systems)),
		},
		content: () => BreakView({ page: data, context: request.context }),
	}
}

async function readBreak({ db, parts, health, context }: PageRequest): Promise<BreakPage> {
	const id = parts['id']!
	const found = await db.selectFrom('marts.breaks').selectAll().where('break_id', '=', id).executeTakeFirst()
	if (!found)
		throw new TieoutError('not_found', 'break.unknown', `there is no break "${id}" in this generation`, {
			where: `/break/${id}`,
			next: 'it may be cleared or have another code now: search for its deal, order or document',
		})
	const [sameItem, chains, checks] = await Promise.all([
		db
			.selectFrom('marts.breaks')
			.selectAll()
			.where('item_id', '=', found.item_id)
			.orderBy('period_id')
			.orderBy('code')
			.orderBy('break_id')
			.execute(),
		found.opportunity_id
			? db
					.selectFrom('marts.chain')
					.selectAll()
					.where('opportunity_id', '=', found.opportunity_id)
					.orderBy('chain_id')
					.execute()
			: [],
		readChecks({ db, health, context }, found),
	])
	return { break: found, sameItem, chains, checks }
}

async function readChecks(
	{ db, health, context }: Pick<PageRequest, 'db' | 'health' | 'context'>,
	found: BreaksTable,
): Promise<CheckOfBreak[]> {
	const judging = checksOfCode(found.code, context.systems)
	const named = JSON.stringify(found.break_id)
	const [checks, alerts] = await Promise.all([
		db
			.selectFrom('tieout.checks')
			.select(['check_name', 'status', 'owner', 'problem_count', 'sample'])
			.where((check) =>
				check.or([
					...(judging.length > 0 ? [check('check_name', 'in', judging)] : []),
					check(check.fn<number>('strpos', ['sample', check.val(named)]), '>', 0),
				]),
			)
			.orderBy('check_name')
			.execute(),
		health.alerts(),
	])
	const byCheck = alertsOfChecks(alerts)
	return checks.map(({ sample, ...one }) => ({
		...one,
		names_it: sample?.includes(named) ?? false,
		alert: byCheck.get(one.check_name) ?? null,
	}))
}

function BreakView({ page, context }: { page: BreakPage; context: PageContext }): Html {
	const found = page.break
	const words = breakCodeWords(found.code, context.systems)
	const digits = context.minorDigits(found.currency)
	return html`<div class="heading"><h1>${words.title} <small>${customerPath(found.customer_id) ? found.customer_name : 'no customer'}</small></h1>
			<p class="question">${words.meaning}.</p></div>
		<dl class="figures few">
			<div class="figure"><dt>Amount <small>${found.currency}</small></dt><dd><${Amount} value=${found.amount} digits=${digits} /></dd><dd class="before">${direction(found)}</dd></div>
			${found.currency !== context.reportingCurrency && html`<div class="figure"><dt>Amount <small>${context.reportingCurrency}</small></dt><dd><${Amount} value=${found.reporting_amount} digits=${context.minorDigits(context.reportingCurrency)} missing="no rate" /></dd></div>`}
			<div class="figure"><dt>Period</dt><dd><a href=${addressOf(['month', found.period_id])}>${periodText(found.period_id)}</a></dd></div>
			<div class="figure"><dt>Age</dt><dd>${found.age_days === null ? html`<span class="none">–</span>` : `${found.age_days} days`}</dd><dd class="before">${found.opened_date && `since ${found.opened_date}`}</dd></div>
		</dl>
		<p class="why">${sentenceText(found.explanation, digits)}${found.cause && !found.explanation.includes(found.cause) && html` <span class="muted">Cause: ${found.cause.replaceAll('_', ' ')}.</span>`}</p>
		<${Sides} page=${page} context=${context} />
		<${ChainSteps} page=${page} context=${context} />
		<${SameItem} page=${page} context=${context} />
		<${ChainTableOf} page=${page} context=${context} />
		<${Checks} page=${page} context=${context} />
		<${Facts} found=${found} context=${context} />`
}

/** Which side the break alone leaves above the other; a difference of rates is nothing in its own currency. */
function direction({ amount, reporting_amount }: BreaksTable): string | null {
	const value = isZeroDecimal(amount) ? (reporting_amount ?? '0') : amount
	if (isZeroDecimal(value)) return null
	return value.startsWith('-') ? 'by itself: revenue above bookings' : 'by itself: bookings above revenue'
}

/** The other breaks of the same item: how a difference of two causes was split, and where it comes back. */
function SameItem({ page, context }: { page: BreakPage; context: PageContext }): Html {
	const names = ['code', 'period_id', 'amount', 'currency', 'reporting_amount', 'explanation']
	const columns = listedColumns(breaksReport, names, context.systems)
	const others = page.sameItem.length - 1
	return html`<${Table} caption="Breaks of this item" columns=${columns} rows=${page.sameItem} context=${context}
		note=${others === 0 ? 'this one is the only one' : `this one and ${others} more: together they are the item's whole difference`} rowHref=${breaksReport.rowHref} />`
}

const checkColumns: Column[] = [
	{ name: 'check_name', title: 'Check', kind: 'text', href: (row) => addressOf(['checks', String(row['check_name'])]) },
	{ name: 'status', title: 'Result', kind: 'status' },
	{ name: 'names_it', title: 'Names this break', kind: 'text' },
	{ name: 'problem_count', title: 'Problems', kind: 'count' },
	{ name: 'owner', title: 'Owner', kind: 'text', missing: 'nobody' },
	{
		name: 'alert',
		title: 'Alert',
		kind: 'text',
		missing: 'none',
		show: (row) => html`<${AlertLink} alert=${row['alert']} />`,
	},
]

/** The checks that judge breaks of this code, each with its alert. */
function Checks({ page, context }: { page: BreakPage; context: PageContext }): Html {
	return html`<${Table} id="checks" caption="Checks and alerts" columns=${checkColumns} rows=${page.checks} context=${context}
		note=${page.checks.length > 0 && 'Checks that judge breaks of this code; each keeps at most 20 of its problems'} empty="No check judges breaks of this code by themselves: that all breaks add up to the variance is proved for every cell." />`
}

/** What names the break and its records, for whoever looks further. */
function Facts({ found, context }: { found: BreaksTable; context: PageContext }): Html {
	const customer = customerPath(found.customer_id)
	const hasOrders = context.systems.has('orders')
	const facts: [string, Html][] = [
		[
			'Customer',
			customer ? html`<a href=${customer}>${found.customer_name}</a>` : 'none: the record names no customer',
		],
		['Legal entity', found.legal_entity],
		['Owner', found.owner_name ?? 'nobody'],
		['Carried forward', found.is_carried ? 'until its balance is zero' : 'no: new and cleared in its own period'],
		['Opportunity', id(found.opportunity_id)],
		['Opportunity line', id(found.opportunity_line_id)],
		[hasOrders ? 'Order' : 'Invoice compared', id(found.order_id)],
		['Invoice', hasOrders || found.invoice_id !== found.order_id ? id(found.invoice_id) : null],
		['Document', id(found.document_id)],
		['Break', id(found.break_id)],
		['Item', id(found.item_id)],
	]
	const record = found.opportunity_id ?? found.order_id ?? found.invoice_id
	const question = `select * from marts.breaks where item_id = '${found.item_id.replaceAll("'", "''")}' order by period_id, code`
	return html`<section class="table" aria-label="Ids"><div class="caption"><h2>Ids</h2></div>
		<dl class="facts">${facts.map(([name, value]) => value && html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
		<p>${record && html`<a class="button" href=${addressOf(['links'], { record })}>What belongs to it…</a> `}<a class="button" href=${addressOf(['sql'], { q: question })}>Open in SQL</a></p></section>`
}

function id(value: string | null): Html {
	return value && html`<code>${value}</code>`
}

function ChainTableOf({ page, context }: { page: BreakPage; context: PageContext }): Html {
	const names = [
		'deal_name',
		'product_name',
		'close_date',
		'currency',
		'booked_amount',
		'order_number',
		'ordered_amount',
		'order_currency',
		'invoiced_amount',
		'credited_amount',
		'paid_amount',
		'recognised_amount',
		'first_invoice_date',
		'last_invoice_date',
	]
	const columns = listedColumns(chainReport, names, context.systems)
	const own = ownChain(page)
	const isOwn = (chain: ChainTable) => chain === own
	const chains = [...page.chains].sort((a, b) => Number(isOwn(b)) - Number(isOwn(a)))
	return html`<${Table} caption="The deal's chain" columns=${columns} rows=${chains} context=${context} note=${context.systems.has('deal_lines') ? "From the deal's lines to cash; this break's line first" : 'From the deal to cash'}
		empty="No deal belongs to this break: its revenue names none." />`
}
