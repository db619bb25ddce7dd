import type { PageContext, Viewer } from '../../context.ts'
import { FailureBanner, PostForm, TextArea } from '../../form.ts'
import { Amount, countOf, Moment } from '../../format.ts'
import { type Html, html } from '../../html.ts'
import { Status } from '../../status.ts'
import type { Failure } from '../failure.ts'
import { type ItemSummary, itemsSentence } from './items-summary.ts'
import type { PaperData, SigningReason, SigningStep } from './paper-data.ts'
import { reasonPlace, TotalsOf } from './paper-tables.ts'
import { Hash, paperPath, paperTitle, stepWords } from './words.ts'

/** What the page shows on which a signature is given. `given`: what was typed into a form that was not taken. */
export type SignPage = {
	paper: PaperData
	items: ItemSummary
	step: SigningStep
	viewer: Viewer
	failure?: Failure | undefined
	given?: Record<string, string> | undefined
}

/** `/close/2026-10/sign?step=prepared`: the figures, what follows, what speaks against it, and the signature. */
export function SignView({ page, context }: { page: SignPage; context: PageContext }): Html {
	const { paper, step, viewer, failure } = page
	const words = stepWords[step]
	const [blocking, shown] = [
		paper.reasons.filter(({ blocks }) => blocks),
		paper.reasons.filter(({ blocks }) => !blocks),
	]
	return html`<div class="heading"><h1>${words.action}: ${paperTitle(paper.scope)}</h1>
			<span class="beside"><a class="button" href=${paperPath(paper.scope.paper)}>Back to the paper</a></span></div>
		<${FailureBanner} failure=${failure} />
		<${TotalsOf} paper=${paper} context=${context} />
		<dl class="facts">
			<div><dt>Items</dt><dd><a href=${paperPath(paper.scope.paper, 'items')}>${itemsSentence(page.items)}</a></dd></div>
			<div><dt>Unexplained</dt><dd>${paper.materiality.map((one, index) => html`${index > 0 && '; '}<${Amount} value=${one.unexplained} digits=${context.minorDigits(one.currency)} /> of at most <${Amount} value=${one.limit} digits=${context.minorDigits(one.currency)} /> ${one.currency} <${Status} status=${one.isAbove ? 'fail' : 'pass'} word=${one.isAbove ? 'above' : 'within'} />`)}</dd></div>
			<div><dt>Data</dt><dd>generation ${paper.generation}, as of <${Moment} at=${paper.basis.loaded_until} />; content <${Hash} value=${paper.hash} /></dd></div>
		</dl>
		<h2>What follows</h2>
		<ul class="reasons">${consequences(paper, step).map((text) => html`<li>${text}</li>`)}</ul>
		${shown.length > 0 && html`<h2>Shown, not blocking</h2><ul class="reasons">${shown.map((one) => html`<li><${Status} status="warn" /> <${ReasonLink} reason=${one} paper=${paper} /></li>`)}</ul>`}
		<${PostForm} action=${paperPath(paper.scope.paper, 'sign')} token=${viewer.formToken} aria-label=${words.action}>
			<input type="hidden" name="step" value=${step} /><input type="hidden" name="content_hash" value=${paper.hash} />
			<${Overrides} page=${page} blocking=${blocking} />
			<${TextArea} name="statement" label=${`You, ${viewer.name}, sign`} value=${page.given?.['statement'] ?? words.statement} failure=${failure} hint="Your words stand under the figures for ever" />
			<p><button type="submit" class="main">${words.action} as ${viewer.name}</button> <a class="button" href=${paperPath(paper.scope.paper)}>Not now</a></p>
		<//>`
}

function ReasonLink({ reason, paper }: { reason: SigningReason; paper: PaperData }): Html {
	return html`<a href=${reasonPlace(reason.id, paper.scope)}>${reason.text}</a>`
}

/** Each blocking reason with a place for why it is signed over. */
function Overrides({ page, blocking }: { page: SignPage; blocking: SigningReason[] }): Html {
	if (blocking.length === 0) return null
	return html`<section aria-labelledby="overrides-title"><h2 id="overrides-title">${countOf(blocking.length, 'reason')} against it</h2>
		<p>Settle them, or write for each why it is signed all the same. That stands on the paper for ever, under your name.</p>
		${blocking.map(
			(
				one,
				index,
			) => html`<div class="override"><p><${Status} status="fail" word="blocks" /> <${ReasonLink} reason=${one} paper=${page.paper} /></p>
			<${TextArea} name=${overrideField(one.id)} label="Why it is signed all the same" id=${`why-${index}`} rows=${2} value=${page.given?.[overrideField(one.id)]} /></div>`,
		)}</section>`
}

/** The field that says why one reason is signed over. */
export function overrideField(id: string): string {
	return `why:${id}`
}

function consequences({ scope, life }: PaperData, step: SigningStep): string[] {
	const binds =
		'Your name, this moment and this content are written into the journal, and nobody can take them back. What changes in this period later shows as changed since signing.'
	if (step === 'prepared')
		return [
			binds,
			...(life.state === 'open' ? [] : ['It takes the review back: it was of something else.']),
			'Somebody else reviews it: a preparer can’t.',
		]
	if (step === 'reviewed')
		return [binds, `The paper waits to be locked${life.preparer ? ` (prepared by ${life.preparer.name})` : ''}.`]
	return [
		binds,
		`${paperTitle(scope)} is closed. To open it again takes a reviewer and a reason, and marks every later paper that is signed.`,
	]
}
