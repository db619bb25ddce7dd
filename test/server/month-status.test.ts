import { rmSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Reason } from '../../models/trust.ts'
import { newestMonth, readMonth } from '../../server/month.ts'
import { type StatusDocument, statusLines } from '../../server/month-status.ts'
import type { Project } from '../../server/project.ts'
import { openPublished, type Published } from '../../server/published.ts'
import { styleOf } from '../../server/terminal.ts'
import { publishSample } from '../reports/sample.ts'

let published: Published
let folder: string

beforeAll(async () => {
	folder = await publishSample()
	published = await openPublished({ published: folder } as Project)
})
afterAll(async () => {
	await published.close()
	rmSync(folder, { recursive: true, force: true })
})

const limits = { not_ordered: 7, not_invoiced: 25 }

test('open items over their limit are those whose balance is open and whose age at the period’s end is above it', async () => {
	const period = (await newestMonth(published.db))!
	const [{ end_date } = { end_date: '' }] = await published.db
		.selectFrom('marts.periods')
		.select('end_date')
		.where('period_id', '=', period)
		.execute()
	const breaks = await published.db.selectFrom('marts.breaks').selectAll().where('period_id', '<=', period).execute()
	const items = Map.groupBy(breaks, (one) => `${one.item_id} ${one.code} ${one.currency}`)
	const expected = [...items.values()].filter((list) => {
		const limit = limits[list[0]!.code as keyof typeof limits]
		const balance = list.reduce((sum, one) => sum + BigInt(one.amount.replace('.', '')), 0n)
		const oldest = list.map((one) => one.opened_date!).sort()[0]!
		const days = (Date.parse(end_date) - Date.parse(oldest)) / 86_400_000
		return limit !== undefined && balance !== 0n && days > limit
	})
	expect(expected.length).toBeGreaterThan(0)
	expect((await readMonth(published.db, period, limits))?.overLimit).toBe(expected.length)
	expect((await readMonth(published.db, period))?.overLimit).toBeNull()
})

test('status is ten lines with the next step, however many streams are late', async () => {
	const period = (await newestMonth(published.db))!
	const reason = (kind: Reason['kind'], subject: string, blocks = true): Reason => ({
		kind,
		subject,
		blocks,
		text: `${subject} is bad`,
	})
	const streams = Array.from({ length: 30 }, (_, index) => `crm.stream${index}`)
	const status: StatusDocument = {
		schema: 'tieout.status/1',
		verdict: 'not trusted',
		reasons: [
			...streams.map((name) => reason('freshness', name)),
			...streams.map((name) => reason('certificate', name)),
			reason('check', 'a_check'),
			reason('quarantine', 'crm.stream1'),
			reason('check', 'another', false),
		],
		generation: 12,
		as_of: '2026-11-04 09:00:00',
		minor_digits: 2,
		checks: [],
		month: (await readMonth(published.db, period, limits)) ?? null,
		next: 'tieout run',
	}
	const lines = statusLines(status, styleOf({ write: () => {} }, {}))
	expect(lines).toHaveLength(9)
	expect(lines[3]).toMatch(/^ {2}breaks {5}[\d,]+ open at its end, [\d,]+ over their limit, oldest \d+ days/)
	expect(lines[4]).toMatch(/freshness {2}crm\.stream0 is bad, and 29 more streams late or not read$/)
	expect(lines[6]).toMatch(/2 more reasons: tieout status --json$/)
})
