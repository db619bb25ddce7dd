import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { apiUsage, usageLines } from '../../server/api-usage.ts'
import { requestLog } from '../../server/request-log.ts'
import { openState, type State } from '../../server/state.ts'

let state: State
beforeAll(async () => {
	state = await openState(path.join(mkdtempSync(path.join(tmpdir(), 'usage-')), 'state.sqlite'))
})
afterAll(() => state.close())

const now = () => Date.parse('2026-03-04T12:00:00Z')
const minute = (at: string) => Date.parse(at) / 60_000

test('what is left of a quota, and what the rest of the day will take by the days before', async () => {
	const log = requestLog(state.db, 'erp')
	await log.add(
		new Map([
			[
				60 as const,
				new Map([
					[minute('2026-03-02T06:00Z'), 500],
					[minute('2026-03-02T18:00Z'), 300],
					[minute('2026-03-03T12:00Z'), 100],
					[minute('2026-03-04T06:00Z'), 700],
				]),
			],
		]),
	)
	const rows = [
		{
			connection: 'erp',
			quota: 'requests in 24 hours',
			used: 700,
			maximum: 1000,
			noted_at: '2026-03-04T06:01:00.000Z',
		},
		{ connection: 'new', quota: 'requests in 24 hours', used: 10, maximum: 1000, noted_at: '2026-03-04T06:01:00.000Z' },
	]
	await state.db.insertInto('api_usage').values(rows).execute()
	const budgets = await apiUsage(state.db, { now })
	expect(budgets.map(({ left, forecast }) => ({ left, forecast }))).toEqual([
		{ left: 300, forecast: 900 },
		{ left: 990, forecast: null },
	])
	expect(usageLines(budgets)).toEqual([
		{ share: 70, text: 'erp: 70 % of 1000 requests in 24 hours used, 300 left, 90 % by midnight UTC' },
	])
})

test('counts add up over processes, and old ones by the second go', async () => {
	const log = requestLog(state.db, 'crm')
	const second = Date.parse('2026-03-04T09:00:00Z') / 1000
	await log.add(new Map([[1 as const, new Map([[second, 2]])]]))
	await log.add(new Map([[1 as const, new Map([[second, 3]])]]))
	expect(await log.read(1, second)).toEqual(new Map([[second, 5]]))
	await log.add(new Map([[1 as const, new Map([[second + 3600, 1]])]]))
	expect(await log.read(1, 0)).toEqual(new Map([[second + 3600, 1]]))
})
