import { expect, test } from 'vitest'
import { html, renderHtml } from '../../reports/html.ts'
import { ResultLinks, ResultStrip, stripText } from '../../reports/pages/strip.ts'

const point = (status: string, problem_count = 0) => ({
	run_id: 'r-1',
	status,
	problem_count,
	checked_at: '2026-11-04 09:00:00',
})

test('a strip says in words what it shows, and draws equal results in one go', () => {
	const points = [point('pass'), point('pass'), point('fail', 3), point('pass')]
	expect(stripText(points)).toBe('last 4 results: 1 fail, 3 pass')
	const markup = renderHtml(html`<${ResultStrip} points=${points} />`)
	expect(markup).toContain('aria-label="last 4 results: 1 fail, 3 pass"')
	expect(markup.match(/<path/g)).toHaveLength(3)
})

test('each result leads to its run, and says what it was', () => {
	const markup = renderHtml(html`<${ResultLinks} points=${[point('fail', 3)]} />`)
	expect(markup).toContain('href="/runs/r-1"')
	expect(markup).toContain('2026-11-04 09:00 UTC: fail, 3 problems')
})

test('a check without history says so', () => {
	expect(renderHtml(html`<${ResultStrip} points=${[]} />`)).toContain('no history')
})
