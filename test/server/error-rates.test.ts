import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Config } from '../../server/config.ts'
import { judgeErrorRates } from '../../server/error-rates.ts'
import { stateFixture } from './state-fixture.ts'

let fixture: Awaited<ReturnType<typeof stateFixture>>

beforeEach(async () => {
	fixture = await stateFixture()
})
afterEach(() => fixture.remove())

const now = new Date('2026-11-04T09:00:00Z')
const stream = { connection: 'crm', stream: 'accounts' }

/** The part of a configuration that is read here. */
function configuration(connection: object = {}, checks: Record<string, string> = {}): Config {
	return {
		connections: [{ name: 'crm', streams: {}, ...connection }],
		owners: { default: 'unassigned', checks, breaks: {} },
	} as unknown as Config
}

/** A run of a stream that landed `landed` records, of which the first `quarantined` wait. */
async function ran(id: string, startedAt: string, landed: number, quarantined = 0, outcome = 'loaded'): Promise<void> {
	const { db } = fixture.state
	await db
		.insertInto('stream_runs')
		.values({
			...stream,
			run_id: id,
			kind: 'incremental',
			started_at: startedAt,
			outcome,
			window: '{}',
			rows_landed: landed,
			rows_quarantined: quarantined,
		})
		.execute()
	for (let line = 1; line <= quarantined; line++)
		await db
			.insertInto('quarantine')
			.values({
				...stream,
				run_id: id,
				file: `${id}.ndjson.zst`,
				line,
				record_key: String(line),
				code: 'impossible_date',
				reason: 'there is no such day',
				record: '{}',
				quarantined_at: startedAt,
			})
			.execute()
}

async function judged(config = configuration()) {
	const [result] = await judgeErrorRates(fixture.state.db, config, [stream], now)
	return result!
}

test('exactly the limit passes, one record more fails, with the records as its problems', async () => {
	await ran('r1', '2026-11-04T08:00:00.000Z', 200, 2)
	expect(await judged()).toMatchObject({ name: 'error_rate.crm.accounts', status: 'pass', problemCount: 0 })
	await ran('r2', '2026-11-04T08:30:00.000Z', 99, 1)
	const result = await judged()
	expect(result).toMatchObject({ status: 'fail', severity: 'error', isBlocking: false, problemCount: 3 })
	expect(result.explanation).toBe(
		'3 of 299 records of crm.accounts wait in quarantine (1 %), in the day up to 2026-11-04 08:30 UTC; at most 1 % may.',
	)
	expect(result.sample[0]).toEqual({
		record_key: '1',
		code: 'impossible_date',
		reason: 'there is no such day',
		file: 'r1.ndjson.zst',
		line: 1,
	})
})

test('a stream that was never read is not run, no pass; one whose source has no record has no check', async () => {
	expect(await judged()).toMatchObject({ status: 'not run', problemCount: 0 })
	await ran('r1', '2026-11-04T07:00:00.000Z', 0, 0, 'denied')
	expect(await judged()).toMatchObject({ status: 'not run' })
	await ran('r2', '2026-11-04T08:00:00.000Z', 0)
	expect(await judgeErrorRates(fixture.state.db, configuration(), [stream], now)).toEqual([])
})

test('a run that brings nothing wipes no earlier finding out', async () => {
	await ran('r1', '2026-11-01T08:00:00.000Z', 10, 5)
	await ran('r2', '2026-11-04T08:00:00.000Z', 0)
	expect(await judged()).toMatchObject({ status: 'fail', problemCount: 5 })
})

test('what was made good counts no more, and runs of the days before do not count', async () => {
	await ran('r1', '2026-11-01T08:00:00.000Z', 10, 5)
	await ran('r2', '2026-11-04T08:00:00.000Z', 100, 3)
	expect(await judged()).toMatchObject({ status: 'fail', problemCount: 3 })
	await fixture.state.db
		.updateTable('quarantine')
		.set({ resolved_at: now.toISOString(), resolution: 'replayed' })
		.where('run_id', '=', 'r2')
		.execute()
	expect(await judged()).toMatchObject({ status: 'pass' })
})

test('limit and owner are those of the stream, else of the connection; the owner of the check wins', async () => {
	await ran('r1', '2026-11-04T08:00:00.000Z', 100, 3)
	const own = { owner: 'ana', error_rate: 200, streams: { accounts: { owner: 'cleo', error_rate: 300 } } }
	expect(await judged(configuration(own))).toMatchObject({ status: 'pass', owner: 'cleo' })
	expect(await judged(configuration({ ...own, streams: {} }))).toMatchObject({ status: 'fail', owner: 'ana' })
	expect(await judged(configuration(own, { 'error_rate.crm.accounts': 'dan' }))).toMatchObject({ owner: 'dan' })
})
