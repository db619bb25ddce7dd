import type { PageContext, Viewer } from '../../context.ts'
import { FailureBanner, PostForm, TextArea } from '../../form.ts'
import { Moment } from '../../format.ts'
import { type Html, html } from '../../html.ts'
import type { Failure } from '../failure.ts'
import type { PaperData, PaperSummary } from './paper-data.ts'
import { TotalsOf } from './paper-tables.ts'
import { PaperStatus, paperPath, paperTitle } from './words.ts'

/** What the page shows on which a paper is opened again. `later`: signed papers that will be marked. */
export type ReopenPage = {
	paper: PaperData
	later: readonly PaperSummary[]
	viewer: Viewer
	failure?: Failure | undefined
	given?: Record<string, string> | undefined
}

/** `/close/2026-10/reopen`: what it undoes, which later papers it marks, and the reason. */
export function ReopenView({ page, context }: { page: ReopenPage; context: PageContext }): Html {
	const { paper, later, viewer, failure, given } = page
	const { scope, life } = paper
	return html`<div class="heading"><h1>Reopen: ${paperTitle(scope)}</h1> <${PaperStatus} ...${life} />
			<span class="beside"><a class="button" href=${paperPath(scope.paper)}>Back to the paper</a></span></div>
		<${FailureBanner} failure=${failure} />
		<${TotalsOf} paper=${paper} context=${context} />
		<h2>What follows</h2>
		<ul class="reasons">
			<li>The paper is open again and is prepared, reviewed and locked anew. Its signatures stay on it for ever.</li>
			${life.signatures.filter(({ round }) => round === life.round).map(({ name, step, at }) => html`<li>${step} by ${name}, <${Moment} at=${at} />: no longer in force</li>`)}
			<li>${later.length === 0 ? 'No later paper is signed.' : html`These later papers are marked, for they were signed on top of it: ${later.map((one, index) => html`${index > 0 && ', '}<a href=${paperPath(one.paper)}>${paperTitle(one)}</a> (${one.state})`)}.`}</li>
		</ul>
		<${PostForm} action=${paperPath(scope.paper, 'reopen')} token=${viewer.formToken} aria-label="Reopen">
			<${TextArea} name="reason" label="Why it is opened again" value=${given?.['reason']} failure=${failure} hint="A sentence that will be understood in a year" />
			<p><button type="submit" class="main">Reopen ${paperTitle(scope)}</button> <a class="button" href=${paperPath(scope.paper)}>Leave it</a></p>
		<//>`
}
