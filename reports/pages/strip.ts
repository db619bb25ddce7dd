import { addressOf } from '../address.ts'
import { countText, momentText } from '../format.ts'
import type { CheckPoint } from '../health-history.ts'
import { type Html, html } from '../html.ts'
import type { RunStep } from '../run-history.ts'
import { toneOf } from '../status.ts'

/** Results that a strip shows. */
export const stripLength = 30

/** Width of one result in a strip and the gap after it, in CSS pixels. */
const cell = { width: 5, gap: 1 }

/** The last results of a check, oldest first, as one picture with its counts as text: tall where it failed, low where it passed. */
export function ResultStrip({ points }: { points: readonly CheckPoint[] }): Html {
	if (points.length === 0) return html`<span class="none">no history</span>`
	const width = points.length * (cell.width + cell.gap)
	return html`<svg class="strip" role="img" aria-label=${stripText(points)} width=${width} height="16" viewBox=${`0 0 ${width} 16`}>
		<title>${stripText(points)}</title>${sameInARow(points).map(
			({ status, from, count }) =>
				html`<path class=${`run ${toneOf(status)}`} d=${`M${from * (cell.width + cell.gap)} 8h${count * (cell.width + cell.gap)}`} />`,
		)}</svg>`
}

/** The same as links, each to its run, newest last. */
export function ResultLinks({ points }: { points: readonly CheckPoint[] }): Html {
	if (points.length === 0) return html`<p class="muted">No earlier result is kept.</p>`
	return html`<p class="muted">${stripText(points)}; the newest is last. A result leads to its run.</p>
		<ol class="result-links">${points.map((point) => {
			const text = `${momentText(point.checked_at)}: ${point.status}${point.problem_count ? `, ${countText(point.problem_count)} problems` : ''}`
			return html`<li><a class=${`cell ${toneOf(point.status)}`} href=${addressOf(['runs', point.run_id])} title=${text}><span class="vh">${text}</span></a></li>`
		})}</ol>`
}

/** `last 30 results: 28 pass, 2 warn`. */
export function stripText(points: readonly CheckPoint[]): string {
	const counts = Map.groupBy(points, (point) => point.status)
	const parts = [...counts].sort(([a], [b]) => a.localeCompare(b)).map(([status, of]) => `${of.length} ${status}`)
	return `last ${points.length === 1 ? 'result' : `${points.length} results`}: ${parts.join(', ')}`
}

/** A run's steps in order, each with the sign of its result. */
export function StepStrip({ steps }: { steps: readonly RunStep[] }): Html {
	if (steps.length === 0) return html`<span class="none">–</span>`
	return html`<ol class="steps">${steps.map(
		(step) =>
			html`<li class=${toneOf(step.outcome)} title=${`${step.name}: ${step.outcome}${step.detail ? `, ${step.detail}` : ''}`}>${step.name}${step.outcome !== 'succeeded' && ` (${step.outcome})`}</li>`,
	)}</ol>`
}

function sameInARow(points: readonly CheckPoint[]): { status: string; from: number; count: number }[] {
	const rows: { status: string; from: number; count: number }[] = []
	for (const [index, { status }] of points.entries()) {
		const last = rows.at(-1)
		if (last?.status === status) last.count += 1
		else rows.push({ status, from: index, count: 1 })
	}
	return rows
}
