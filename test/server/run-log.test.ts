import pino from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { TieoutError } from '../../models/error.ts'
import { stateRuns } from '../../server/run-history.ts'
import { startRunLog } from '../../server/run-log.ts'
import { startRun } from '../../server/runs.ts'
import { stateFixture } from './state-fixture.ts'

let fixture: Awaited<ReturnType<typeof stateFixture>>
const stamp = () => new Date('2026-11-04T09:00:07Z')

beforeEach(async () => {
	fixture = await stateFixture()
})
afterEach(() => fixture.remove())

test('a run keeps its steps, the end of each stream, warnings and errors, without secrets', async () => {
	const { db } = fixture.state
	const run = await startRun(db, { trigger: 'person', command: 'run' }, { stamp })
	const outside: string[] = []
	const written: string[] = []
	const log = await startRunLog(db, run.runId, {
		log: pino({ base: null, timestamp: false }, { write: (text) => void written.push(text) }),
		progress: (event) => outside.push(event.type),
		stamp,
	})
	log.progress({ type: 'step', name: 'extract' })
	log.progress({ type: 'page', connection: 'crm', stream: 'accounts', rows: 10, pages: 1, total: null })
	log.progress({
		type: 'end',
		connection: 'crm',
		stream: 'accounts',
		runId: 's1',
		outcome: 'loaded',
		landed: 3400,
		loaded: 3390,
		appended: 12,
		quarantined: 10,
		deleted: 0,
		pages: 2,
	})
	log.log.warn({ error: new Error('password=hunter22 is wrong') }, 'a page came late')
	log.error(new TieoutError('broken', 'x', 'the disk is full', { next: 'free some space' }))
	await log.end()
	const shown = await stateRuns(db).run(run.runId)
	expect(shown?.log.count).toBe(4)
	expect(shown?.log.lines.map(({ level, text }) => `${level} ${text}`)).toEqual([
		'info extract',
		'warn crm.accounts loaded: 3,400 landed, 12 new versions, 10 in quarantine, 2 pages',
		'warn a page came late: password=[redacted] is wrong',
		'error the disk is full; next: free some space',
	])
	expect(shown?.log.lines[0]?.said_at).toBe('2026-11-04T09:00:07.000Z')
	expect(outside).toEqual(['step', 'page', 'end'])
	expect(written.join('')).toContain('a page came late')
})

test('the usual duration is the median of the successful runs of the same command before it', async () => {
	const { db } = fixture.state
	const runs = [
		['run', 'succeeded', 10],
		['run', 'succeeded', 30],
		['run', 'failed', 999],
		['extract', 'succeeded', 500],
		['run', 'succeeded', 14],
		['run', 'succeeded', 95],
	] as const
	for (const [index, [command, outcome, seconds]] of runs.entries())
		await db
			.insertInto('runs')
			.values({
				run_id: `r${index}`,
				trigger: 'schedule',
				command,
				holder: '{}',
				outcome,
				seconds,
				started_at: stamp().toISOString(),
			})
			.execute()
	const list = await stateRuns(db).runs(10)
	expect(list.map((run) => [run.run_id, run.usual_seconds])).toEqual([
		['r5', 14],
		['r4', 20],
		['r3', null],
		['r2', 20],
		['r1', 10],
		['r0', null],
	])
	expect((await stateRuns(db).runs(10, { outcome: 'succeeded', command: 'extract' })).map((run) => run.run_id)).toEqual(
		['r3'],
	)
	expect((await stateRuns(db).facets()).command).toEqual([
		{ value: 'run', count: 5 },
		{ value: 'extract', count: 1 },
	])
})
