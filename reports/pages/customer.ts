import { sql } from 'kysely'
import { TieoutError } from '../../models/error.ts'
import type { Customer360Table } from '../../models/schema.ts'
import { filledPart, listedColumns } from '../adapt.ts'
import { addressOf } from '../address.ts'
import { breaks as breaksReport } from '../catalogue/breaks.ts'
import { chain as chainReport } from '../catalogue/chain.ts'
import { crosswalk } from '../catalogue/crosswalk.ts'
import { customers as customersReport } from '../catalogue/customers.ts'
import { fieldDrift } from '../catalogue/field-drift.ts'
import { amountColumn, periodColumn } from '../columns.ts'
import type { PageContext } from '../context.ts'
import { Amount, countOf, countText, Moment } from '../format.ts'
import { type Html, html } from '../html.ts'
import { Absences } from '../list-view.ts'
import type { PageHandler, PageRequest } from '../page-request.ts'
import type { AnyReport } from '../registry.ts'
import type { Row } from '../report.ts'
import { Status } from '../status.ts'
import { absences, type Need } from '../systems.ts'
import { Table } from '../table.ts'

/** How many rows of each list a customer's page has; the whole list is one click away. */
const listed = 20

/** `/customer/<id>`: one customer on both sides, and what is wrong. An id of either system leads to its customer. */
export const customer: PageHandler = async (request) => {
	const { db, parts, context } = request
	const id = parts['id']!
	const found = await db.selectFrom('marts.customer_360').selectAll().where('customer_id', '=', id).executeTakeFirst()
	if (!found) return { redirect: await addressOfMember(request, id) }
	const data = { customer: found, ...(await readDetails(request, found)) }
	const { systems } = context
	return {
		title: found.customer_name,
		section: 'Customers',
		schema: 'tieout.customer/1',
		data: {
			...data,
			customer: filledPart(found, customersReport, systems),
			breaks: data.breaks.map((one) => filledPart(one, breaksReport, systems)),
			chains: data.chains.map((one) => filledPart(one, chainReport, systems)),
		},
		content: () => CustomerView({ data, context }),
	}
}

type Data = { customer: Customer360Table } & Awaited<ReturnType<typeof readDetails>>

async function addressOfMember({ db }: PageRequest, id: string): Promise<string> {
	const member = await db
		.selectFrom('marts.customer_links')
		.select('customer_id')
		.where('source_customer_id', '=', id)
		.executeTakeFirst()
	if (member && member.customer_id !== id) return addressOf(['customer', member.customer_id])
	throw new TieoutError('not_found', 'customer.unknown', `there is no customer "${id}" in this generation`, {
		where: `/customer/${id}`,
		next: 'search by name, number or any id of either system',
	})
}

async function readDetails({ db }: PageRequest, { customer_id, crm_account_id }: Customer360Table) {
	const [links, exceptions, months, breaks, breakCount, chains, chainCount, drift] = await Promise.all([
		db
			.selectFrom('marts.customer_links')
			.selectAll()
			.where('customer_id', '=', customer_id)
			.orderBy('source')
			.orderBy('source_customer_id')
			.execute(),
		db
			.selectFrom('marts.exceptions')
			.selectAll()
			.where('subject_id', 'in', [customer_id, crm_account_id ?? customer_id])
			.orderBy('exception_id')
			.execute(),
		db
			.selectFrom('marts.cells')
			.select([
				'period_id',
				'currency',
				'legal_entity',
				'bookings_amount',
				'billings_amount',
				'revenue_amount',
				'variance_amount',
			])
			.where('customer_id', '=', customer_id)
			.orderBy('period_id', 'desc')
			.orderBy('currency')
			.orderBy('legal_entity')
			.execute(),
		db
			.selectFrom('marts.breaks')
			.selectAll()
			.where('customer_id', '=', customer_id)
			.orderBy(sql`abs(reporting_amount) desc nulls last`)
			.orderBy('break_id')
			.limit(listed)
			.execute(),
		db
			.selectFrom('marts.breaks')
			.select(sql<string>`count(*)`.as('count'))
			.where('customer_id', '=', customer_id)
			.executeTakeFirstOrThrow(),
		db
			.selectFrom('marts.chain')
			.selectAll()
			.where('customer_id', '=', customer_id)
			.orderBy('close_date', 'desc')
			.orderBy('chain_id')
			.limit(listed)
			.execute(),
		db
			.selectFrom('marts.chain')
			.select(sql<string>`count(*)`.as('count'))
			.where('customer_id', '=', customer_id)
			.executeTakeFirstOrThrow(),
		db.selectFrom('marts.field_drift').selectAll().where('customer_id', '=', customer_id).orderBy('field').execute(),
	])
	const counts = { breakCount: Number(breakCount.count), chainCount: Number(chainCount.count) }
	return { links, exceptions, months, breaks, chains, ...counts, drift }
}

function CustomerView({ data, context }: { data: Data; context: PageContext }): Html {
	const { customer_id } = data.customer
	const more = (name: string, text: string) => html`<a href=${addressOf([name], { customer_id })}>${text}</a>`
	const columns = (report: AnyReport, names: string[]) => listedColumns(report, names, context.systems)
	const noDrift = 'No drift: where both sides have a field, the copy follows its owner.'
	return html`<${Identity} customer=${data.customer} context=${context} />
		<${Problems} data=${data} />
		<${Figures} customer=${data.customer} context=${context} />
		<${Absences} sentences=${absences(['cost', 'receivables', 'segment', 'crm_activity'], context.systems)} />
		<${Table} caption="Records" note="of either system that are this customer" context=${context} rows=${data.links}
			columns=${columns(crosswalk, ['name', 'source', 'number', 'source_customer_id', 'legal_entity', 'role', 'tier', 'evidence', 'since', 'crm_url'])}
			empty="No record of either system is linked to this customer." />
		<${Table} caption="Breaks" context=${context} rows=${data.breaks} rowHref=${breaksReport.rowHref}
			note=${data.breakCount > listed ? html`the ${listed} largest; ${more('breaks', `all ${countText(data.breakCount)}`)}` : null}
			columns=${columns(breaksReport, ['code', 'period_id', 'amount', 'currency', 'reporting_amount', 'age_days', 'owner_name', 'explanation'])}
			empty="No breaks: bookings and revenue of this customer agree to the cent." />
		<${Table} caption="By month" context=${context} rows=${data.months} columns=${monthColumns}
			rowHref=${(row: Row) => addressOf(['breaks'], { customer_id, period_id: String(row['period_id']), currency: String(row['currency']), legal_entity: String(row['legal_entity']) })}
			empty="Nothing was booked, billed or recognised for this customer." />
		<${Table} caption="Deal to cash" context=${context} rows=${data.chains}
			note=${data.chainCount > listed ? html`the ${listed} newest; <a href=${addressOf(['reports', 'chain'], { customer_id })}>all ${countText(data.chainCount)}</a>` : null}
			columns=${columns(chainReport, ['deal_name', 'product_name', 'close_date', 'currency', 'booked_amount', 'order_number', 'invoiced_amount', 'paid_amount', 'recognised_amount', 'order_currency'])}
			empty="No won deals." />
		<${Table} caption="Fields, owner against copy" context=${context} rows=${data.drift} empty=${noDrift}
			columns=${columns(fieldDrift, ['field', 'owner', 'owner_value', 'copy_value', 'owner_changed_at', 'copy_changed_at'])} />`
}

const monthColumns = [
	periodColumn,
	{ name: 'currency', title: 'Currency', kind: 'text' as const },
	{ name: 'legal_entity', title: 'Legal entity', kind: 'text' as const },
	amountColumn('bookings_amount', 'Bookings'),
	amountColumn('billings_amount', 'Billings'),
	amountColumn('revenue_amount', 'Revenue'),
	amountColumn('variance_amount', 'Variance'),
]

function Identity({ customer, context }: { customer: Customer360Table; context: PageContext }): Html {
	const since = customer.matched_since && html`, since <${Moment} at=${customer.matched_since} />`
	const side = (
		name: string,
		ids: string | null,
		url: string | null,
		activity: string | null | undefined,
	) => html`<section class="side" aria-label=${name}>
		<h2>${name}</h2><p>${ids ? ids.split(/[,;]\s*/).map((one, index) => html`${index > 0 && ', '}<code>${one}</code>`) : html`<span class="muted">Not in the ${name}.</span>`}</p>
		<p>${url && html`<a href=${url} rel="noreferrer">Open in ${name} ↗</a>`}</p>
		<p class="muted">${ids && activity !== undefined && `last activity ${activity ?? 'n/a'}`}</p></section>`
	const isMatched = customer.match_tier && customer.crm_account_id && customer.erp_customer_ids
	const facts = [
		customer.segment,
		customer.country,
		customer.currency,
		customer.owner_name && `owner ${customer.owner_name}`,
	]
	return html`<div class="heading"><h1>${customer.customer_name}</h1><p class="question">${facts.filter(Boolean).join(' · ')}</p></div>
		<div class="sides">${side('CRM', customer.crm_account_id, customer.crm_url, context.systems.has('crm_activity') ? customer.crm_last_activity_date : undefined)}
			${side('ERP', customer.erp_customer_ids, customer.erp_url, customer.erp_last_activity_date)}</div>
		<p class="why">${
			isMatched
				? html`<${Status} status="pass" word=${`matched by ${customer.match_tier!.replaceAll('_', ' ')}`} /> ${customer.match_evidence}${since}`
				: html`<${Status} status=${Number(customer.problem_count) > 0 ? 'warn' : 'notice'} word=${`only in the ${customer.crm_account_id ? 'CRM' : 'ERP'}`} /> No record of the other system is this customer.`
		} <span class="muted">As of ${context.generation ? html`<${Moment} at=${context.generation.loadedUntil} />` : 'n/a'}.</span></p>`
}

function Problems({ data }: { data: Data }): Html {
	const { problem_count, worst_problem } = data.customer
	if (Number(problem_count) === 0)
		return html`<p class="banner ok"><${Status} status="pass" word="nothing wrong" /> No problem is known of this customer.</p>`
	const [only] = data.exceptions
	const isSaid = data.exceptions.length === 1 && only?.explanation === worst_problem && !only?.candidates
	return html`<div class="banner warn" role="note"><p><${Status} status="warn" word=${countOf(problem_count, 'problem')} /> ${worst_problem}</p>
		${!isSaid && data.exceptions.length > 0 && html`<ul>${data.exceptions.map((one) => html`<li>${one.explanation}${one.candidates && html` <span class="muted">Candidates: ${one.candidates}</span>`}</li>`)}</ul>`}</div>`
}

/** Figures that are sums of the customer's cells. */
const ofCells = new Set(['Bookings', 'Billings', 'Revenue'])

function Figures({ customer, context }: { customer: Customer360Table; context: PageContext }): Html {
	const digits = context.minorDigits(customer.reporting_currency)
	const all: [string, string | null, Need?][] = [
		['Pipeline', customer.pipeline_amount],
		['Bookings', customer.bookings_amount],
		['Billings', customer.billings_amount],
		['Revenue', customer.revenue_amount],
		['Margin', customer.margin_amount, 'cost'],
		['Open', customer.open_amount, 'receivables'],
		['Overdue', customer.overdue_amount, 'receivables'],
	]
	const figures = all.filter(([, , need]) => !need || context.systems.has(need))
	const unpriced = [
		[customer.cells_without_rate, 'cell'],
		[customer.open_deals_without_rate, 'open deal'],
		[context.systems.has('receivables') ? customer.open_invoices_without_rate : 0, 'open invoice'],
	].filter(([count]) => Number(count) > 0)
	const cells = addressOf(['reports', 'bookings-vs-revenue'], { customer_id: customer.customer_id })
	return html`<dl class="figures few">${figures.map(([name, value]) => {
		const amount = html`<${Amount} value=${value} digits=${digits} />`
		return html`<div class="figure small"><dt>${name} <small>${customer.reporting_currency}</small></dt><dd>${ofCells.has(name) ? html`<a href=${cells}>${amount}</a>` : amount}</dd></div>`
	})}</dl>${unpriced.length > 0 && html`<p class="muted">In none of these, for want of a rate: ${unpriced.map(([count, what]) => countOf(count!, String(what))).join(', ')}.</p>`}`
}
