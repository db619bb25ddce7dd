import { addressOf } from '../../address.ts'
import { breakCodeWords } from '../../break-codes.ts'
import { customerPath } from '../../columns.ts'
import type { PageContext, Viewer } from '../../context.ts'
import { DoneBanner, FailureBanner, PostForm } from '../../form.ts'
import { countText, Moment, sentenceText } from '../../format.ts'
import { type Html, html } from '../../html.ts'
import type { Column } from '../../report.ts'
import { Table } from '../../table.ts'
import type { Failure } from '../failure.ts'
import type { Item, ItemStatus } from './item-data.ts'
import { ChangeFields } from './item-forms.ts'
import { ItemStatusChip, itemAmountColumns, itemTitle } from './items-summary.ts'
import type { PaperScope, PaperState } from './paper-data.ts'
import { Hash, paperPath, paperTitle } from './words.ts'

/** One thing that was said or done about an item, in this paper or in another. */
export type ItemEvent = {
	seq: number
	at: string
	paper: string
	userId: string
	name: string
	kind: 'assigned' | 'status' | 'due' | 'commented' | 'attached'
	text: string
	reason: string | null
	attachment: { sha256: string; name: string; bytes: number; mediaType: string } | null
}

/** What the page of one item shows. `rows`: its cells in this paper; none: it is cleared in this generation. */
export type ItemPage = {
	scope: PaperScope
	state: PaperState
	item: string
	rows: readonly Item[]
	events: readonly ItemEvent[]
	people: readonly string[]
	viewer: Viewer | null
	largestFile: string
	done?: string | undefined
	failure?: Failure | undefined
	given?: Record<string, string> | undefined
}

type Properties = { page: ItemPage; context: PageContext }

/** `/close/2026-10/items/<item>`: why it is there, what was said, and what to do with it. */
export function ItemView({ page, context }: Properties): Html {
	const { scope, rows, item } = page
	const first = rows[0]
	const canChange = page.viewer !== null && page.viewer.role !== 'reader' && page.state !== 'locked' && rows.length > 0
	return html`<div class="heading"><h1>${first ? itemTitle(first) : item}</h1>${first && html` <${ItemStatusChip} status=${first.status} />`}
			<p class="question">Of ${paperTitle(scope)}</p>
			<span class="beside"><a class="button" href=${paperPath(scope.paper, 'items')}>All items</a> <a class="button" href=${paperPath(scope.paper)}>The paper</a></span></div>
		<${DoneBanner} text=${page.done} /><${FailureBanner} failure=${page.failure} />
		${first ? html`<${Facts} page=${page} first=${first} context=${context} />` : html`<p class="banner ok" role="note">It is no item of this paper any more: what was said of it stays below.</p>`}
		<${Thread} page=${page} />
		${canChange && html`<${Forms} page=${page} />`}
		${page.state === 'locked' && html`<p class="muted">The paper is locked: its items stay as they are.</p>`}`
}

function Facts({ page, first, context }: Properties & { first: Item }): Html {
	const digits = context.minorDigits(first.currency)
	const words = breakCodeWords(first.code, context.systems)
	const customer = customerPath(first.customer_id)
	const found = first.document_number ?? first.deal_name
	const facts: [string, Html][] = [
		['Code', html`${words.title}: ${words.meaning}`],
		['Customer', customer ? html`<a href=${customer}>${first.customer_name}</a>` : 'none'],
		['Deal', first.deal_name],
		['Document', first.document_number],
		['CRM says', first.crm_value && sentenceText(first.crm_value, digits)],
		['ERP says', first.erp_value && sentenceText(first.erp_value, digits)],
		['Opened', first.opened_date && `${first.opened_date}, ${first.age_days} days old at the period’s end`],
		[
			'Owner',
			html`${first.owner}${first.ownerRule !== null && html` <span class="muted">by rule ${first.ownerRule} of close.assign</span>`}`,
		],
		[
			'Certified',
			first.certifiedBy &&
				`${page.state === 'open' ? 'fits the rule' : 'by the rule'} ${first.certifiedBy}: its cell is quiet`,
		],
		['Due', first.dueDate ?? 'no date'],
		['Reason', first.reason],
		['Breaks', html`<a href=${addressOf(['breaks'], { code: first.code, q: found })}>the breaks behind it</a>`],
	]
	return html`${first.explanation && html`<p class="why">${sentenceText(first.explanation, digits)}</p>`}
		<${Table} caption="Amounts" isTitled columns=${amountColumns} rows=${page.rows} context=${context} />
		<dl class="facts">${facts.map(([name, value]) => value && html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`
}

const amountColumns: Column[] = [{ name: 'legal_entity', title: 'Legal entity', kind: 'text' }, ...itemAmountColumns]

const eventWords: Record<ItemEvent['kind'], string> = {
	assigned: 'gave it to',
	status: 'set it to',
	due: 'made it due on',
	commented: 'wrote',
	attached: 'attached',
}

/** Everything that was said and done, the oldest first; what came from another paper says so. */
function Thread({ page: { events, scope, item } }: { page: ItemPage }): Html {
	return html`<section class="table" id="thread" aria-labelledby="thread-title"><div class="caption"><h2 id="thread-title">What was said</h2>${events.length > 0 && html`<p>Nothing here can be changed or taken out</p>`}</div>
		${events.length === 0 && html`<div class="empty">Nobody has said anything yet.</div>`}
		<ol class="thread">${events.map(
			(
				one,
			) => html`<li><p><strong>${one.name}</strong> ${eventWords[one.kind]}${one.kind === 'status' ? html` <${ItemStatusChip} status=${one.text as ItemStatus} />` : one.kind === 'assigned' || one.kind === 'due' ? ` ${one.text}` : ''} <span class="muted"><${Moment} at=${one.at} />${one.paper !== scope.paper && html`, in <a href=${paperPath(one.paper, 'items', item)}>${one.paper}</a>`}</span></p>
				${one.reason && html`<p class="said">${one.reason}</p>`}${one.kind === 'commented' && html`<p class="said">${one.text}</p>`}
				${one.attachment && html`<p class="said"><a href=${paperPath(one.paper, 'items', item, 'files', String(one.seq))}>${one.attachment.name}</a> <span class="muted">${countText(one.attachment.bytes)} bytes, sha256 <${Hash} value=${one.attachment.sha256} /></span></p>`}
			</li>`,
		)}</ol></section>`
}

function Forms({ page }: { page: ItemPage }): Html {
	const { scope, item, viewer } = page
	const own = paperPath(scope.paper, 'items', item)
	return html`<section class="table" aria-labelledby="change-title"><h2 id="change-title">Change it</h2>
		<${PostForm} action=${paperPath(scope.paper, 'items')} token=${viewer?.formToken ?? null} class="bulk" aria-label="Change this item">
			<input type="hidden" name="item" value=${item} /><input type="hidden" name="back" value=${own} />
			<${ChangeFields} page=${page} given=${page.given} failure=${page.failure} />
			<p><button type="submit" class="main">Save</button> <span class="muted">What stays empty stays as it is.</span></p><//>
		<${PostForm} action=${paperPath(scope.paper, 'items', item, 'files')} token=${viewer?.formToken ?? null} class="entry row" enctype="multipart/form-data" aria-label="Attach a file">
			<div class="field"><label for="file">Attach a file</label><input id="file" name="file" type="file" required /><span class="muted">at most ${page.largestFile}; kept with its sha256</span></div>
			<p><button type="submit">Attach</button></p><//></section>`
}
