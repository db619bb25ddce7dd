import { addressOf } from '../../address.ts'
import { amountColumn, customerPath } from '../../columns.ts'
import type { PageContext, Viewer } from '../../context.ts'
import { DoneBanner, FailureBanner, PostForm, TextArea } from '../../form.ts'
import { countOf, Moment, signedAmountText } from '../../format.ts'
import { type Html, html } from '../../html.ts'
import type { Column, Row } from '../../report.ts'
import { Status } from '../../status.ts'
import { Table } from '../../table.ts'
import type { Failure } from '../failure.ts'
import {
	type Accepted,
	type AcceptedBy,
	type CellChange,
	type ClearedItem,
	isAmount,
	type RecordChange,
} from './change-data.ts'
import type { PaperScope, Signature } from './paper-data.ts'
import { Hash, paperPath, paperTitle } from './words.ts'

/** What became of a signed paper. */
export type ChangesPage = {
	scope: PaperScope
	signature: Signature
	first: Signature
	generation: string
	records: Accepted<RecordChange>[]
	earlier: RecordChange[]
	cells: Accepted<CellChange>[]
	cleared: ClearedItem[]
	otherwise: string[]
	unaccepted: string[]
	viewer: Viewer | null
	failure?: Failure | undefined
	given?: Record<string, string> | undefined
	done?: string | undefined
}

type Properties = { page: ChangesPage; context: PageContext }

/** `/close/2026-10/changes`: which records, which fields, by how much, who and when; cleared since apart; and their acceptance. */
export function ChangesView({ page, context }: Properties): Html {
	const { scope, signature, first, unaccepted } = page
	const count = page.records.length + page.cells.length
	return html`<div class="heading"><h1>Changed since signing: ${paperTitle(scope)}</h1>
			<span class="beside"><a class="button" href=${paperPath(scope.paper)}>Back to the paper</a></span></div>
		<${DoneBanner} text=${page.done} /><${FailureBanner} failure=${page.failure} />
		<p class="why">${
			count === 0
				? html`<${Status} status="pass" word="as signed" /> No record and no figure of the period differs from what was signed.`
				: html`<${Status} status=${unaccepted.length > 0 ? 'fail' : 'pass'} word=${unaccepted.length > 0 ? `${unaccepted.length} not accepted` : 'all accepted'} /> ${countOf(page.records.length, 'record')} and ${countOf(page.cells.length, 'cell')} differ from what was signed.`
		}</p>
		<dl class="facts">
			<div><dt>Compared with</dt><dd>${signature.step} by ${signature.name}, <${Moment} at=${signature.at} />, generation ${signature.generation}, content <${Hash} value=${signature.contentHash} /></dd></div>
			${first.seq !== signature.seq && html`<div><dt>First signature</dt><dd>${first.step} by ${first.name}, <${Moment} at=${first.at} />, generation ${first.generation}, content <${Hash} value=${first.contentHash} /></dd></div>`}
			<div><dt>Now</dt><dd>generation ${page.generation}</dd></div>
		</dl>
		${page.otherwise.length > 0 && html`<section aria-label="Made otherwise"><h2>Made otherwise</h2><p>What else than records is not what it was at the signature:</p><ul class="reasons">${page.otherwise.map((text) => html`<li>${text}</li>`)}</ul></section>`}
		<${Together} records=${page.records} context=${context} />
		<${Table} id="records" caption="Records" columns=${recordColumns(page, context)} rows=${page.records} context=${context} note=${page.records.length > 0 && 'Whose own date (close date, posting date) lies in the period, or in an earlier one that nobody signed'} empty="No record of the period is another than when it was signed." />
		<${Table} id="cells" caption="Figures" columns=${cellColumns} rows=${cellRows(page.cells)} context=${context} note=${page.cells.length > 0 && 'The cells that moved, in their own currency and in the reporting currency'} empty="No figure of the period moved." />
		<${Accept} page=${page} context=${context} />
		<${Table} id="cleared" caption="Cleared since" columns=${clearedColumns} rows=${page.cleared} context=${context} note=${page.cleared.length > 0 && 'Items that were open when it was signed, and that later-dated documents moved: ordinary business, no change of the period'} empty="No item that was open then was cleared by a later document." />
		${page.earlier.length > 0 && html`<${Table} id="earlier" caption="In earlier signed periods" columns=${recordColumns(page, context)} rows=${page.earlier} context=${context} note="They are dealt with on those periods' own papers" />`}`
}

/** Records that changed alike are said once, before they are listed: one merged customer touches all its documents. */
function Together({ records, context }: { records: RecordChange[]; context: PageContext }): Html {
	const groups = [...Map.groupBy(records, ({ kind, fields }) => JSON.stringify([kind, fields]))]
		.map(([, list]) => list)
		.filter((list) => list.length > 3)
		.sort((a, b) => b.length - a.length)
	if (groups.length === 0) return null
	const rest = records.length - groups.reduce((sum, list) => sum + list.length, 0)
	return html`<section aria-label="Changed alike"><h2>Changed alike</h2><ul class="reasons">${groups.map(
		(list) => html`<li>${countOf(list.length, 'record')}: <${FieldList} row=${list[0]} context=${context} /></li>`,
	)}${rest > 0 && html`<li>${countOf(rest, 'record')} in ${rest === 1 ? 'its' : 'their'} own way</li>`}</ul></section>`
}

const kindWords = { changed: 'changed', came: 'came', left: 'left' }

function recordColumns({ signature }: ChangesPage, context: PageContext): Column[] {
	return [
		{
			name: 'record_id',
			title: 'Record',
			kind: 'text',
			show: (row) => html`${objectText(row)} ${row['document_number'] ?? html`<code>${row['source_id']}</code>`}`,
		},
		{ name: 'kind', title: 'What', kind: 'text', show: (row) => kindWords[row['kind'] as RecordChange['kind']] },
		amountColumn('amount_difference', 'By how much', 'currency', { missing: '–' }),
		{ name: 'currency', title: 'Currency', kind: 'text', missing: '' },
		{ name: 'changed_by', title: 'Who', kind: 'text', missing: 'not told' },
		{
			name: 'changed_at',
			title: 'When',
			kind: 'moment',
			missing: 'not told',
			show: (row) => When({ at: String(row['changed_at']), since: signature.loadedUntil }),
		},
		{
			name: 'fields',
			title: 'Fields',
			kind: 'text',
			isLong: true,
			show: (row) => FieldList({ row: row as RecordChange, context }),
		},
		{ name: 'period_id', title: 'Period', kind: 'period' },
		acceptedColumn,
	]
}

const acceptedColumn: Column = {
	name: 'acceptedBy',
	title: 'Accepted',
	kind: 'text',
	missing: 'no',
	show: (row) => {
		const one = row['acceptedBy'] as AcceptedBy
		return html`by ${one.name}, <${Moment} at=${one.at} />: ${one.reason}`
	},
}

/** A record whose own stamp is older than the signature counts otherwise through something else: its customer, its deal, a setting. */
function When({ at, since }: { at: string; since: string }): Html {
	if (at > since) return html`<${Moment} at=${at} />`
	return html`<span class="muted">through another record; itself last changed <${Moment} at=${at} /></span>`
}

function objectText(row: Row): string {
	return String(row['object']).replaceAll('_', ' ')
}

/** `amount 100.00 → 120.00`, one line each. */
function FieldList({ row, context }: { row: RecordChange; context: PageContext }): Html {
	const digits = context.minorDigits(row.currency ?? '')
	const shown = (field: string, value: string | null) =>
		value === null ? 'nothing' : /amount|price/.test(field) ? signedAmountText(value, digits) : value
	return html`<ul class="fields">${row.fields.map(
		({ field, from, to }) =>
			html`<li><strong>${field.replaceAll('_', ' ')}</strong> ${shown(field, from)} → ${shown(field, to)}</li>`,
	)}</ul>`
}

function cellRows(cells: CellChange[]) {
	return cells.flatMap((cell) =>
		cell.figures.filter(isAmount).map((figure) => ({
			...cell,
			...figure,
			currency: figure.is_reporting ? cell.reporting_currency : cell.currency,
			from: figure.from ?? '0',
			to: figure.to ?? '0',
		})),
	)
}

const cellColumns: Column[] = [
	{
		name: 'customer_name',
		title: 'Customer',
		kind: 'text',
		href: (row) => customerPath(row['customer_id']),
	},
	{ name: 'legal_entity', title: 'Legal entity', kind: 'text' },
	{ name: 'measure', title: 'Figure', kind: 'word' },
	{ name: 'currency', title: 'Currency', kind: 'text' },
	amountColumn('from', 'As signed', 'currency'),
	amountColumn('to', 'Now', 'currency'),
	amountColumn('difference', 'Difference', 'currency'),
	acceptedColumn,
]

const clearedColumns: Column[] = [
	{ name: 'item_id', title: 'Item', kind: 'id' },
	{
		name: 'customer_id',
		title: 'Customer',
		kind: 'id',
		href: (row) => customerPath(row['customer_id']),
	},
	amountColumn('open_then', 'Open when signed', 'currency'),
	amountColumn('open_now', 'Open now', 'currency'),
	{ name: 'currency', title: 'Currency', kind: 'text' },
	{ name: 'document_number', title: 'By document', kind: 'text', missing: 'none is named' },
	{ name: 'period_id', title: 'Of period', kind: 'period', missing: '' },
]

/** Accepts exactly what is shown: the form carries each change's hash. */
function Accept({ page }: Properties): Html {
	const { unaccepted, viewer, scope, failure, given } = page
	if (unaccepted.length === 0) return null
	if (!viewer || viewer.role === 'reader')
		return html`<p class="muted">A preparer or reviewer accepts these with a reason, or the paper is signed again.</p>`
	return html`<section class="table" aria-labelledby="accept-title"><h2 id="accept-title">Accept these ${unaccepted.length} changes</h2>
		<p>It covers exactly what stands here: another change is another acceptance. The signature stays as it is. To sign the new content instead, <a href=${addressOf(['close', scope.paper, 'sign'], { step: 'prepared' })}>prepare the paper again</a>; a locked one is <a href=${paperPath(scope.paper, 'reopen')}>reopened</a> first.</p>
		<${PostForm} action=${paperPath(scope.paper, 'accept')} token=${viewer.formToken} aria-label="Accept">
			${unaccepted.map((hash) => html`<input type="hidden" name="change" value=${hash} />`)}
			<${TextArea} name="reason" label="Why they are accepted" value=${given?.['reason']} failure=${failure} />
			<p><button type="submit" class="main">Accept as ${viewer.name}</button></p>
		<//></section>`
}
