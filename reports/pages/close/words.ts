import { addressOf } from '../../address.ts'
import { periodText } from '../../format.ts'
import { type Html, html } from '../../html.ts'
import { Status } from '../../status.ts'
import type { PaperScope, PaperState, PaperSummary, SigningStep } from './paper-data.ts'

/** The address of a paper, or of a part of it. */
export function paperPath(paper: string, ...parts: string[]): string {
	return addressOf(['close', paper, ...parts])
}

/** `October 2026`, with its legal entity where it is of one. */
export function paperTitle({ periodId, entity }: Pick<PaperScope, 'periodId' | 'entity'>): string {
	return entity === null ? periodText(periodId) : `${periodText(periodId)}, ${entity}`
}

/** How far a paper is, as a word and a shape. */
export function PaperStatus({ state, round }: { state: PaperState; round: number }): Html {
	const status = { open: 'not run', prepared: 'notice', reviewed: 'notice', locked: 'pass' }[state]
	return html`<${Status} status=${status} word=${state === 'open' && round > 1 ? 'reopened' : state} />`
}

/** Whether a signed paper is still what was signed; null where nobody signed it. */
export function ChangedSince({ paper }: { paper: Pick<PaperSummary, 'paper' | 'changes'> }): Html {
	const { changes } = paper
	if (changes === undefined) return null
	if (changes === 0) return html`<${Status} status="pass" word="as signed" />`
	const word = changes === null ? 'can’t be compared' : `${changes} changed since signing`
	return html`<a href=${paperPath(paper.paper, 'changes')}><${Status} status=${changes === null ? 'warn' : 'fail'} word=${word} /></a>`
}

/** What a person does in a step, and what it says afterwards. */
export const stepWords: Record<SigningStep, { action: string; done: string; by: string; statement: string }> = {
	prepared: {
		action: 'Prepare',
		done: 'prepared',
		by: 'Prepared by',
		statement: 'I have prepared this paper: its items were worked on, and what is open is explained.',
	},
	reviewed: {
		action: 'Review',
		done: 'reviewed',
		by: 'Reviewed by',
		statement: 'I have reviewed this paper: I agree with its figures, its items and their reasons.',
	},
	locked: {
		action: 'Lock',
		done: 'locked',
		by: 'Locked by',
		statement: 'This period is closed: what changes in it from now on shows as changed since signing.',
	},
}

/** The first digits of a hash, the whole of it on hover. */
export function Hash({ value }: { value: string }): Html {
	return html`<code title=${value}>${value.slice(0, 12)}</code>`
}
