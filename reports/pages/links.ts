import { addressOf } from '../address.ts'
import type { PageContext, Viewer } from '../context.ts'
import { DoneBanner, FailureBanner, Field, PostForm, TextArea } from '../form.ts'
import { countText } from '../format.ts'
import { type Html, html } from '../html.ts'
import type { Column } from '../report.ts'
import { Table } from '../table.ts'
import { Tabs } from '../tabs.ts'
import type { Failure } from './failure.ts'

/** Two records that belong together, or may; one of them is null where nothing fits. Amounts are text. */
export type LinkRow = {
	subject: 'order' | 'customer'
	/** `linked`, `fits`, `named` (a name that fits several), `rejected`, `nothing fits`. */
	state: string
	evidence: string | null
	crm_id: string | null
	crm_name: string | null
	crm_date: string | null
	crm_amount: string | null
	crm_currency: string | null
	erp_id: string | null
	erp_name: string | null
	erp_date: string | null
	erp_amount: string | null
	erp_currency: string | null
}

/** What a person decided about two records. */
export type LinkDecisionRow = {
	subject: string
	verb: string
	crmId: string
	erpId: string
	reason: string
	decidedBy: string
	decidedAt: string
	line: number
}

/** What the page of links shows. `decisions` hold now, `history` is all that was ever said of what is asked; both newest first. */
export type LinksPage = {
	asked: { record: string | null; crmId: string | null; erpId: string | null }
	pairs: readonly LinkRow[]
	/** How many pairs wait for a decision; `pairs` may be the first of them. */
	waiting: { customers: number; orders: number }
	decisions: readonly LinkDecisionRow[]
	history: readonly LinkDecisionRow[]
	viewer: Viewer | null
	/** Which of those that wait are shown: `customers` or `orders`; the customers, if any wait, where nothing is said. */
	show?: string | undefined
	failure?: Failure | undefined
	given?: Record<string, string> | undefined
	done?: string | undefined
}

/** `/links`: what belongs together, what may, and what people said of it; with the form to say so. */
export function LinksView({ page, context }: { page: LinksPage; context: PageContext }): Html {
	const { asked, pairs, decisions, history, viewer, failure, done } = page
	const isOfRecord = asked.record !== null || asked.crmId !== null || asked.erpId !== null
	return html`<div class="heading"><h1>Links</h1><p class="question">Which records of the two systems belong together, where they don't say so themselves?</p>
			${isOfRecord && html`<span class="beside"><a class="button" href=${addressOf(['links'])}>All that waits</a></span>`}</div>
		<${DoneBanner} text=${done} />
		<${FailureBanner} failure=${failure} />
		<${Decide} page=${page} />
		${isOfRecord ? html`<${Table} caption="Pairs of this record" columns=${pairColumns} rows=${pairs} context=${context} note="choose one to decide about it" empty="Nothing is linked to it, and nothing fits: name both records below." />` : html`<${Waiting} page=${page} context=${context} />`}
		${isOfRecord && history.length > 0 && html`<${Table} caption="What was said of it" columns=${decisionColumns} rows=${history} context=${context} note="newest first" />`}
		<${Table} caption="Decisions that hold" columns=${decisionColumns} rows=${decisions} context=${context}
			note=${decisions.length > 0 && html`newest first; each is a line of the <a href=${addressOf(['journal'])}>journal</a> and holds from the build after it`} empty="Nobody has linked or rejected anything." />
		${!viewer && html`<p class="muted">Only a named person can decide: sign in as a preparer.</p>`}`
}

const kinds = {
	customers: { subject: 'customer', title: 'Customers', report: 'customer-candidates' },
	orders: { subject: 'order', title: 'Deals and orders', report: 'link-candidates' },
} as const

/** What waits for a decision, one kind at a time: a company without ids has hundreds of each. */
function Waiting({ page: { pairs, waiting, show }, context }: { page: LinksPage; context: PageContext }): Html {
	const shown = show === 'customers' || (show !== 'orders' && waiting.customers > 0) ? 'customers' : 'orders'
	const { subject, title, report } = kinds[shown]
	const rows = pairs.filter((row) => row.subject === subject)
	const label = (kind: keyof typeof kinds) => `${kinds[kind].title}: ${countText(waiting[kind])}`
	const tabs = (Object.keys(kinds) as (keyof typeof kinds)[]).map((kind): [string, string] => [
		label(kind),
		addressOf(['links'], { show: kind }),
	])
	const whole = html`<a href=${addressOf(['reports', report])}>the whole list</a>`
	const first = rows.length < waiting[shown] && `the first ${countText(rows.length)} of ${countText(waiting[shown])}: `
	return html`<${Tabs} label="What waits" current=${label(shown)} tabs=${tabs} />
		<${Table} caption=${`${title} that may belong together`} columns=${shown === 'customers' ? customerColumns : pairColumns} rows=${rows} context=${context}
			note=${html`choose one to decide about it; ${first}${whole}`} empty=${`No ${title.toLowerCase()} wait for a decision.`} />`
}

/** The two records and why: one form, three ways to send it. */
function Decide({ page: { asked, given, failure, viewer, pairs } }: { page: LinksPage }): Html {
	if (!viewer || viewer.role === 'reader') return null
	const only = pairs.find(({ crm_id, erp_id }) => crm_id === asked.record || erp_id === asked.record)
	const crm = given?.['crm_id'] ?? asked.crmId ?? (only?.crm_id === asked.record ? asked.record : null) ?? ''
	const erp = given?.['erp_id'] ?? asked.erpId ?? (only?.erp_id === asked.record ? asked.record : null) ?? ''
	const button = (verb: string, text: string, isMain = false) =>
		html`<button type="submit" name="verb" value=${verb} class=${isMain ? 'main' : undefined}>${text}</button>`
	return html`<${PostForm} action=${addressOf(['links'])} token=${viewer.formToken} aria-label="Decide">
		<${Field} name="crm_id" label="Deal or account" value=${crm} hint="Its id in tieout, such as crm:006…" failure=${failure} />
		<${Field} name="erp_id" label="Order, invoice without an order, or ERP customer" value=${erp} hint="Its id in tieout, such as erp:1042" failure=${failure} />
		<${TextArea} name="reason" label="Why" value=${given?.['reason']} failure=${failure} hint="A sentence that will be understood in a year" />
		<p>${button('link', 'They belong together', true)} ${button('reject', 'They don’t')} ${button('withdraw', 'Withdraw what was said')}</p>
	<//>`
}

function pairHref(row: Record<string, unknown>): string | null {
	const [crm, erp] = [row['crm_id'] ?? row['crmId'], row['erp_id'] ?? row['erpId']]
	return crm && erp ? addressOf(['links'], { crm: String(crm), erp: String(erp) }) : null
}

const pairColumns: Column[] = [
	{ name: 'state', title: 'State', kind: 'word' },
	{ name: 'evidence', title: 'Why', kind: 'text', isLong: true, missing: '–' },
	{ name: 'crm_name', title: 'CRM', kind: 'text', missing: 'nothing', href: pairHref },
	{ name: 'crm_date', title: 'Close date', kind: 'date', missing: '–' },
	{ name: 'crm_amount', title: 'Booked', kind: 'amount', currency: 'crm_currency', missing: '–' },
	{ name: 'crm_currency', title: 'Currency', kind: 'text', missing: '–' },
	{ name: 'erp_name', title: 'ERP', kind: 'text', missing: 'nothing', href: pairHref },
	{ name: 'erp_date', title: 'Date', kind: 'date', missing: '–' },
	{ name: 'erp_amount', title: 'Amount', kind: 'amount', currency: 'erp_currency', missing: '–' },
	{ name: 'erp_currency', title: 'Its currency', kind: 'text', missing: '–' },
	{ name: 'crm_id', title: 'Id in the CRM', kind: 'id', missing: '–' },
	{ name: 'erp_id', title: 'Id in the ERP', kind: 'id', missing: '–' },
]

/** Of two customers there is neither a day nor an amount. */
const customerColumns = pairColumns.filter(({ name }) => !/_(date|amount|currency)$/.test(name))

const words: Record<string, string> = { link: 'linked', reject: 'rejected', withdraw: 'withdrawn' }

const decisionColumns: Column[] = [
	{ name: 'verb', title: 'Said', kind: 'text', show: (row) => words[String(row['verb'])] ?? String(row['verb']) },
	{ name: 'crmId', title: 'CRM', kind: 'text', href: pairHref },
	{ name: 'erpId', title: 'ERP', kind: 'text', href: pairHref },
	{ name: 'reason', title: 'Why', kind: 'text', isLong: true },
	{ name: 'decidedBy', title: 'Who', kind: 'text' },
	{ name: 'decidedAt', title: 'When', kind: 'moment' },
	{ name: 'line', title: 'Line of the journal', kind: 'count' },
]
