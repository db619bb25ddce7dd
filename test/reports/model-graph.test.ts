import { expect, test } from 'vitest'
import { html, renderHtml } from '../../reports/html.ts'
import { ModelGraph, neighbourhood } from '../../reports/pages/model-graph.ts'

const models = [
	{ name: 'staging.a', reads: [] },
	{ name: 'staging.b', reads: [] },
	{ name: 'intermediate.c', reads: ['staging.a', 'staging.b'] },
	{ name: 'intermediate.d', reads: ['intermediate.c'] },
	{ name: 'marts.e', reads: ['intermediate.d', 'intermediate.c'] },
	{ name: 'marts.f', reads: ['marts.e'] },
]

test('a model is shown with what it stands on and what stands on it, two steps each way', () => {
	const { columns, edges } = neighbourhood('intermediate.d', models)
	expect(columns.map(({ step, names }) => [step, names])).toEqual([
		[-2, ['staging.a', 'staging.b']],
		[-1, ['intermediate.c']],
		[0, ['intermediate.d']],
		[1, ['marts.e']],
		[2, ['marts.f']],
	])
	expect(edges).toContainEqual(['intermediate.c', 'marts.e'])
	expect(edges).toHaveLength(6)
})

test('a column of many models is cut, and says how many are left out', () => {
	const many = [
		{ name: 'x', reads: [] },
		...Array.from({ length: 20 }, (_, index) => ({ name: `m${index}`, reads: ['x'] })),
	]
	expect(neighbourhood('x', many).columns[1]).toMatchObject({ step: 1, hiddenCount: 8 })
	expect(renderHtml(html`<${ModelGraph} name="x" all=${many} />`)).toContain('and 8 more, 1 step after')
})
