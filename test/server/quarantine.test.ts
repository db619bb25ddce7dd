import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { QuarantinedRecord } from '../../extract/state.ts'
import { extractState } from '../../server/extract-state.ts'
import { quarantineGroups, quarantineLine } from '../../server/quarantine.ts'
import { openState, type State } from '../../server/state.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'tieout-quarantine-'))
const clock = { now: Date.parse('2026-10-20T09:00:00Z') }
let state: State
let extract: ReturnType<typeof extractState>
let line = 0

function record(code: string, money: QuarantinedRecord['money'] = null, stream = 'opportunities'): QuarantinedRecord {
	const where = { connection: 'crm', stream, runId: 'r-1', file: 'crm/x.ndjson.zst', line: ++line }
	return { ...where, key: String(line), code, reason: 'why', record: `{"id":${line}}`, money }
}

beforeAll(async () => {
	state = await openState(path.join(folder, 'state.sqlite'))
	extract = extractState(state.db, { now: () => clock.now })
	await extract.quarantine([
		record('too_many_decimals', { amount: '10.00001', currency: 'USD' }),
		record('too_many_decimals', { amount: '90071992547409.93', currency: 'USD' }),
		record('too_many_decimals', { amount: '5', currency: 'EUR' }),
	])
	clock.now = Date.parse('2026-11-03T09:00:00Z')
	await extract.quarantine([record('too_large', { amount: '1e400', currency: 'USD' }), record('missing_key')])
	const [, , third] = await extract.quarantined({})
	await extract.resolveQuarantine([third!.id], 'replayed')
	clock.now = Date.parse('2026-11-04T09:00:00Z')
})
afterAll(async () => {
	await state.close()
	rmSync(folder, { recursive: true, force: true })
})

test('records that wait are grouped by reason, with their money to the last digit and their age', async () => {
	const groups = await quarantineGroups(state.db, new Date(clock.now))
	expect(groups.map(({ weeks: _, ...group }) => group)).toEqual([
		{
			connection: 'crm',
			stream: 'opportunities',
			code: 'too_many_decimals',
			records: 2,
			money: [{ currency: 'USD', amount: '90071992547419.93001', records: 2 }],
			without_amount: 0,
			oldest_at: '2026-10-20T09:00:00.000Z',
		},
		expect.objectContaining({ code: 'too_large', records: 1, money: [], without_amount: 1 }),
		expect.objectContaining({ code: 'missing_key', records: 1, money: [], without_amount: 1 }),
	])
})

test('the trend tells for each week what came, what was settled and what was left at its end', async () => {
	const [group] = await quarantineGroups(state.db, new Date(clock.now))
	expect(group!.weeks).toHaveLength(8)
	expect(group!.weeks.slice(-4)).toEqual([
		{ week: '2026-10-12', came: 0, settled: 0, waiting: 0 },
		{ week: '2026-10-19', came: 3, settled: 0, waiting: 3 },
		{ week: '2026-10-26', came: 0, settled: 0, waiting: 3 },
		{ week: '2026-11-02', came: 0, settled: 1, waiting: 2 },
	])
})

test('status says it in a line', async () => {
	const groups = await quarantineGroups(state.db, new Date(clock.now))
	expect(quarantineLine(groups, new Date(clock.now))).toBe(
		'4 records, 90,071,992,547,419.93001 USD, the oldest since 15 days: crm.opportunities too_many_decimals, and 2 more reasons',
	)
	expect(quarantineLine([], new Date(clock.now))).toBeNull()
})
