import { addressOf } from '../../address.ts'
import type { PageContext, Viewer } from '../../context.ts'
import { DoneBanner } from '../../form.ts'
import { countOf, Moment } from '../../format.ts'
import { type Html, html } from '../../html.ts'
import { Status } from '../../status.ts'
import { type ItemSummary, ItemsOf } from './items-summary.ts'
import type { PaperData, Signature } from './paper-data.ts'
import { NoPeople } from './paper-list.ts'
import {
	CertificatesOf,
	CertifiedByRule,
	ChecksOf,
	EvidenceOf,
	MaterialityOf,
	ReasonsOf,
	TotalsOf,
} from './paper-tables.ts'
import { AcceptancesOf, SignOffs } from './sign-offs.ts'
import { PaperStatus, paperPath, paperTitle, stepWords } from './words.ts'

/** What the workpaper shows beside the paper itself. `today`: `YYYY-MM-DD`. */
export type PaperPage = {
	paper: PaperData
	items: ItemSummary
	hasPeople: boolean
	viewer: Viewer | null
	today: string
	done?: string | undefined
}

type Properties = { page: PaperPage; context: PageContext }

/** `/close/2026-10`: the workpaper of a period: head, balances, items, what it stands on, and who signed it. */
export function PaperPageView({ page, context }: Properties): Html {
	const { paper } = page
	return html`<${Heading} page=${page} context=${context} />
		<${DoneBanner} text=${page.done} />
		${!page.hasPeople && html`<${NoPeople} />`}
		<${Banners} page=${page} context=${context} />
		<${Head} page=${page} context=${context} />
		<${Actions} page=${page} context=${context} />
		<${TotalsOf} paper=${paper} context=${context} />
		<${ReasonsOf} paper=${paper} context=${context} />
		<${MaterialityOf} paper=${paper} context=${context} />
		<${ItemsOf} paper=${paper} items=${page.items} context=${context} />
		<${CertifiedByRule} paper=${paper} context=${context} />
		<${ChecksOf} paper=${paper} context=${context} />
		<${CertificatesOf} paper=${paper} context=${context} />
		<${SignOffs} paper=${paper} context=${context} />
		<${AcceptancesOf} paper=${paper} context=${context} />
		<${EvidenceOf} paper=${paper} context=${context} />`
}

function Heading({ page: { paper } }: Properties): Html {
	const { scope, life } = paper
	const month = addressOf(['month', scope.periodId], { legal_entity: scope.entity })
	return html`<div class="heading"><h1>${paperTitle(scope)} <small>workpaper</small></h1>
		<${PaperStatus} ...${life} />
		<span class="muted">${scope.startDate} to ${scope.endDate}${!scope.isComplete && ', not ended yet: figures still move'}</span>
		<span class="beside"><a class="button" href=${month}>The month</a> <a class="button" href="/close">All papers</a></span></div>`
}

/** What happened since it was signed: the first signature stays in view below. */
function Banners({ page: { paper } }: Properties): Html {
	const { life, scope, changes, changesProblem } = paper
	const newest = life.signatures.at(-1)
	const mark = life.marks.at(-1)
	const reopening = life.state === 'open' ? life.reopenings.at(-1) : undefined
	return html`${
		changes !== null &&
		changes > 0 &&
		html`<div class="banner bad" role="alert"><p><${Status} status="fail" word="changed since signing" /> ${countOf(changes, 'change')} since the signature of ${newest?.name} on <${Moment} at=${newest?.at} /> that nobody has accepted: <a href=${paperPath(scope.paper, 'changes')}>which records, by how much, who and when</a>. The signature stays as it is.</p></div>`
	}
	${changesProblem && html`<div class="banner warn" role="alert"><p><${Status} status="warn" word="can’t be compared" /> What changed since the signature can’t be told: ${changesProblem}</p></div>`}
	${changes === 0 && newest && html`<p class="banner ok" role="note"><${Status} status="pass" word="as signed" /> Nothing in this period changed since it was signed that was not accepted. <a href=${paperPath(scope.paper, 'changes')}>Compared with what was signed</a></p>`}
	${reopening && html`<p class="banner warn" role="note"><${Status} status="warn" word="reopened" /> by ${reopening.name} on <${Moment} at=${reopening.at} />: ${reopening.reason}</p>`}
	${mark && html`<p class="banner warn" role="note"><${Status} status="warn" word="earlier paper reopened" /> <a href=${paperPath(mark.paper)}>${mark.paper}</a> was opened again by ${mark.name} on <${Moment} at=${mark.at} />, after this one was signed: ${mark.reason}</p>`}`
}

function Head({ page: { paper, today }, context }: Properties): Html {
	const { scope, life, dueDate, basis, content } = paper
	const isLate = life.state !== 'locked' && dueDate !== null && dueDate < today
	const settings = content.settings as { rate_policy?: string; time_zone?: string }
	const facts: [string, Html][] = [
		['Company', context.company],
		['Legal entity', scope.entity ?? 'all'],
		['Period', `${scope.startDate} to ${scope.endDate}${settings.time_zone ? `, days of ${settings.time_zone}` : ''}`],
		[
			'Currency',
			`${context.reportingCurrency}, at ${ratePolicies[settings.rate_policy ?? ''] ?? settings.rate_policy}`,
		],
		[
			'Due',
			dueDate
				? html`${dueDate} ${isLate && html`<${Status} status="warn" word="late" />`}`
				: 'no date: tieout.yml names no legal entity',
		],
		['Prepared by', html`<${Signer} signature=${life.preparer} />`],
		['Reviewed by', html`<${Signer} signature=${life.reviewer} />`],
		['Locked by', html`<${Signer} signature=${life.locker} />`],
		[
			'Data',
			html`as of <${Moment} at=${basis.loaded_until} />, generation ${paper.generation}, tieout ${content.version}`,
		],
	]
	return html`<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`
}

const ratePolicies: Record<string, string> = {
	average: 'the ERP’s average rate of the period',
	closing: 'the ERP’s closing rate of the period',
	crm: 'the CRM’s rate of the period’s last day',
}

function Signer({ signature }: { signature: Signature | null }): Html {
	if (!signature) return html`<span class="none">nobody yet</span>`
	return html`${signature.name}, <${Moment} at=${signature.at} />${signature.overrides.length > 0 && html` <a href="#sign-offs"><${Status} status="warn" word=${countOf(signature.overrides.length, 'override')} /></a>`}`
}

/** The main action, and beside it what else can be done. What can't be done stays, with the reason. */
function Actions({ page }: Properties): Html {
	const { paper, viewer } = page
	const { scope, life, next } = paper
	const blocking = paper.reasons.filter(({ blocks }) => blocks)
	const why = notNow(page)
	return html`<section class="actions" aria-label="What to do">
		${
			next &&
			(why === null
				? html`<a class="button main" href=${addressOf(['close', scope.paper, 'sign'], { step: next })}>${stepWords[next].action} this paper…</a>`
				: html`<button class="main" disabled aria-describedby="not-now">${stepWords[next].action} this paper…</button> <span id="not-now">${why}</span>`)
		}
		${next && blocking.length > 0 && html`<a href="#reasons"><${Status} status="fail" word=${`${countOf(blocking.length, 'reason')} against it`} /></a>`}
		${
			canPrepareAgain(page) &&
			html`<a class="button" href=${addressOf(['close', scope.paper, 'sign'], { step: 'prepared' })}>Prepare again…</a>`
		}
		${life.state !== 'open' && viewer?.role === 'reviewer' && html`<a class="button" href=${paperPath(scope.paper, 'reopen')}>Reopen…</a>`}
		<a class="button" href=${paperPath(scope.paper, 'items')}>Items</a>
		${life.signatures.length > 0 && html`<a class="button" href=${paperPath(scope.paper, 'changes')}>Changes since signing</a>`}
		<a class="button" href=${addressOf(['journal'], { paper: scope.paper })}>Journal</a>
	</section>`
}

/** What was prepared is not what stands here now: it is prepared anew, which takes a review back. */
function canPrepareAgain({ paper: { life, hash }, viewer }: PaperPage): boolean {
	const isUnderWay = life.state === 'prepared' || life.state === 'reviewed'
	return isUnderWay && life.preparer?.contentHash !== hash && viewer !== null && viewer.role !== 'reader'
}

/** Why this viewer can't take the next step; null when nothing but blocking reasons is in the way. */
function notNow({ paper: { next, life }, viewer, hasPeople }: PaperPage): Html {
	if (!hasPeople) return 'nobody has an account yet'
	if (!viewer) return 'a token of the configuration only reads: sign in'
	if (viewer.role === 'reader') return `you are a reader: a ${next === 'prepared' ? 'preparer' : 'reviewer'} signs`
	if (next !== 'prepared' && viewer.role !== 'reviewer') return 'it waits for a reviewer'
	if (next !== 'prepared' && life.preparer?.userId === viewer.userId)
		return `you prepared it: somebody else ${next === 'reviewed' ? 'reviews' : 'locks'} it`
	return null
}
