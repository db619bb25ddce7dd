import { addressOf } from '../../address.ts'
import type { PageContext } from '../../context.ts'
import { type Html, html } from '../../html.ts'
import { Status } from '../../status.ts'
import type { PaperSummary, SigningStep } from './paper-data.ts'
import { ChangedSince, PaperStatus, paperPath, stepWords } from './words.ts'

/** What the page of a month says of its paper: how far it is, until when, and the step that this viewer can take next. */
export function MonthClose({ paper, context }: { paper: PaperSummary | null; context: PageContext }): Html {
	if (!paper || context.isPast) return null
	const today = context.now.toISOString().slice(0, 10)
	const isLate = paper.state !== 'locked' && paper.dueDate !== null && paper.dueDate < today
	const step = nextStep(paper, context)
	return html`<span class="month-close"><${PaperStatus} ...${paper} /><${ChangedSince} paper=${paper} />
		${paper.dueDate && paper.state !== 'locked' && html`<span class="muted">due ${paper.dueDate}</span> ${isLate && html`<${Status} status="warn" word="late" />`}`}
		${step ? html`<a class="button main" href=${addressOf(['close', paper.paper, 'sign'], { step })}>${stepWords[step].action}…</a>` : ''}
		<a class="button" href=${paperPath(paper.paper)}>Workpaper</a></span>`
}

function nextStep({ state, isComplete }: PaperSummary, { viewer }: PageContext): SigningStep | null {
	if (!viewer || viewer.role === 'reader' || !isComplete) return null
	const step = ({ open: 'prepared', prepared: 'reviewed', reviewed: 'locked', locked: null } as const)[state]
	return step !== 'prepared' && viewer.role !== 'reviewer' ? null : step
}
