import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseHTML } from 'linkedom'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase } from '../../../models/warehouse.ts'
import { recordFindings } from '../../../server/alerts.ts'
import { stateHealth } from '../../../server/health-history.ts'
import { stateRuns } from '../../../server/run-history.ts'
import { openState, type State } from '../../../server/state.ts'
import { publishSample } from '../../reports/sample.ts'
import { serve } from './serving.ts'

let folder: string
let state: State
let served: Awaited<ReturnType<typeof serve>>

beforeAll(async () => {
	folder = await publishSample({ breaks: 40, customers: 5 })
	state = await openState(path.join(folder, 'state.sqlite'))
	await fill(state)
	served = await serve(folder, { runs: stateRuns(state.db), health: stateHealth(state.db) })
})

afterAll(async () => {
	await served.close()
	await state.close()
	rmSync(folder, { recursive: true, force: true })
})

const at = '2026-11-04T08:30:00.000Z'

/** Three runs, the last one broken off: results of a check, a stream with a record in quarantine, a held run, drift, a quota. */
async function fill({ db }: State): Promise<void> {
	const run = { trigger: 'schedule', holder: '{}', started_at: at, finished_at: at }
	for (const [run_id, outcome] of [
		['r-1', 'succeeded'],
		['r-2', 'succeeded'],
		['r-3', 'failed'],
	] as const)
		await db
			.insertInto('runs')
			.values({ ...run, run_id, outcome, command: 'tieout run --source erp' })
			.execute()
	const step = { run_id: 'r-3', started_at: at, seconds: 12.5 }
	await db
		.insertInto('run_steps')
		.values({ ...step, position: 0, name: 'extract', outcome: 'succeeded', detail: '2 streams' })
		.execute()
	await db
		.insertInto('run_steps')
		.values({ ...step, position: 1, name: 'build', outcome: 'failed', detail: 'disk full' })
		.execute()
	const check = {
		check_name: 'orders_have_deals',
		severity: 'error',
		is_blocking: 1,
		explanation: 'x',
		sample: '[]',
		checked_at: at,
	}
	for (const [run_id, status, problem_count] of [
		['r-1', 'pass', 0],
		['r-2', 'fail', 3],
		['r-3', 'fail', 12],
	] as const)
		await db
			.insertInto('check_results')
			.values({ ...check, run_id, status, problem_count })
			.execute()
	const stream = {
		connection: 'erp',
		stream: 'transactions',
		kind: 'incremental',
		started_at: at,
		window: '{}',
		outcome: 'loaded',
	}
	await db
		.insertInto('stream_runs')
		.values({ ...stream, run_id: 's-1', rows_landed: 10, rows_loaded: 9, rows_quarantined: 1 })
		.execute()
	await db.insertInto('run_streams').values({ run_id: 'r-3', stream_run_id: 's-1' }).execute()
	const quarantined = { connection: 'erp', stream: 'transactions', run_id: 's-1', record_key: '77', quarantined_at: at }
	await db
		.insertInto('quarantine')
		.values({
			...quarantined,
			file: 'landing/erp/transactions/s-1-0.ndjson.zst',
			line: 42,
			code: 'impossible_date',
			reason: 'trandate is 2026-02-30',
			record: '{"id":"77"}',
		})
		.execute()
	const held = {
		connection: 'crm',
		stream: 'accounts',
		reason: 'far fewer rows than before',
		rows_before: 15004,
		rows_now: 312,
		held_at: at,
	}
	await db
		.insertInto('stream_runs')
		.values({ ...stream, run_id: 's-2', connection: 'crm', stream: 'accounts', outcome: 'held' })
		.execute()
	await db
		.insertInto('held_runs')
		.values({ ...held, run_id: 's-2' })
		.execute()
	await db
		.insertInto('api_usage')
		.values({ connection: 'crm', quota: 'requests in 24 hours', used: 85000, maximum: 100000, noted_at: at })
		.execute()
	const drift = {
		connection: 'crm',
		stream: 'accounts',
		field: 'ERP_Id__c',
		change: 'removed',
		type_before: 'string',
		type_after: null,
		run_id: 's-2',
		found_at: at,
	}
	await db
		.insertInto('drift_events')
		.values({ ...drift, is_declared: 1 })
		.execute()
	await db
		.insertInto('run_log')
		.values({ run_id: 'r-3', position: 0, said_at: at, level: 'error', text: 'disk full' })
		.execute()
	await fillAlerts(db)
}

/** A failing check that is still found, and a late stream that is no more. */
async function fillAlerts(db: State['db']): Promise<void> {
	const now = () => new Date(at)
	const common = { severity: 'error' as const, owner: 'ana' }
	const check = {
		...common,
		kind: 'check' as const,
		subject: 'orders_have_deals',
		text: 'orders_have_deals: 12 problems. Proves it. First: break_id x.',
		link: '/checks/orders_have_deals',
	}
	const late = {
		...common,
		kind: 'freshness' as const,
		subject: 'erp.transactions',
		owner: 'ben',
		text: 'erp.transactions is 9 h old, allowed 4 h',
		link: '/reports/freshness?connection=erp&stream=transactions',
	}
	await recordFindings(db, [check, late], ['check', 'freshness'], { now })
	await recordFindings(db, [check], ['check', 'freshness'], { now })
}

const text = (element: { textContent: string | null } | null) =>
	element?.textContent?.replaceAll(/\s+/g, ' ').trim() ?? ''
const open = async (address: string) => parseHTML(await (await served.get(address)).text()).document

test('checks show their last results, drift names its field, a quota over 80 % warns', async () => {
	const document = await open('/checks')
	const row = [...document.querySelectorAll('tbody tr')].find((one) => text(one).startsWith('orders_have_deals'))!
	expect(row.querySelector('.strip')?.getAttribute('aria-label')).toBe('last 3 results: 2 fail, 1 pass')
	expect(text(document.querySelector('#schema-drift tbody tr'))).toMatch(/ERP_Id__c.*crm\.accounts.*removed.*fail/)
	expect(text(document.querySelector('#budgets tbody tr'))).toMatch(/crm.*warn.*85,000.*100,000.*85 %/)
	expect(text(document.querySelector('#freshness .caption'))).toContain('2 of 3 are late')
})

test('a check shows the rows that fail and since when', async () => {
	const document = await open('/checks/orders_have_deals')
	expect(text(document.querySelector('#problems'))).toMatch(/1 of 12.*crm:001A000001/)
	expect(document.querySelectorAll('.result-links a')).toHaveLength(3)
	expect(text(document.querySelector('.facts'))).toContain('since 2026-11-04 08:30 UTC')
})

test('a run shows its steps, its streams and each record in quarantine with file, line and the command to load it again', async () => {
	const document = await open('/runs/r-3')
	const body = text(document.querySelector('main'))
	expect(body).toMatch(/extract.*succeeded.*13 s.*2 streams.*build.*failed.*disk full/)
	expect(body).toContain('landing/erp/transactions/s-1-0.ndjson.zst:42')
	expect(body).toContain('trandate is 2026-02-30')
	expect(body).toContain('tieout replay --quarantine')
	expect(body).toContain('tieout run --source erp')
})

test('quarantine is grouped by reason, with what is in it, as a page and as JSON; the alert leads there', async () => {
	const document = await open('/quarantine')
	expect(text(document.querySelector('#groups tbody tr'))).toMatch(/erp\.transactions.*1/)
	expect(document.querySelector('#groups svg')?.getAttribute('aria-label')).toMatch(
		/^waiting at the end of the week of 2026-/,
	)
	expect(text(document.querySelector('main'))).toContain('tieout replay erp.transactions --quarantine --code')
	expect(text(document.querySelector('#records'))).toContain('trandate is 2026-02-30')
	expect(text((await open('/quarantine?connection=crm')).querySelector('#groups'))).toContain(
		'Nothing waits for this reason',
	)
	const answer = (await (await served.get('/api/quarantine')).json()) as {
		groups: { records: number; weeks: unknown[] }[]
	}
	expect(answer.groups).toMatchObject([{ connection: 'erp', stream: 'transactions', records: 1, without_amount: 1 }])
	expect(answer.groups[0]!.weeks).toHaveLength(8)
})

test('a held run names what each decision does and the command for it', async () => {
	const body = text((await open('/runs')).querySelector('main'))
	expect(body).toContain('crm.accounts: 312 rows where 15,004 were expected')
	expect(body).toContain('tieout replay --held load --confirm s-2')
	expect(body).toContain('about 14,692 count as deleted')
	expect(body).toMatch(/Quarantine1 record/)
})

test('alerts that are not resolved are listed with whose they are; the others when they are asked for', async () => {
	const document = await open('/alerts')
	const rows = [...document.querySelectorAll('#alerts tbody tr')].map((row) => text(row))
	expect(rows).toHaveLength(1)
	expect(rows[0]).toMatch(/^#1 orders_have_deals.*error.*12 problems\. Proves it\..*ana.*open.*2/)
	expect(document.querySelector('#alerts .caption a')?.getAttribute('href')).toBe('/alerts?state=resolved')
	expect(text(document.querySelector('#changes'))).toMatch(/#2.*resolved.*opened/)
	const resolved = await open('/alerts?state=resolved')
	expect(text(resolved.querySelector('#alerts tbody'))).toMatch(/^#2 erp\.transactions/)
	const answer = (await (await served.get('/api/alerts')).json()) as {
		alerts: { alert_id: number }[]
		resolved_count: number
	}
	expect(answer).toMatchObject({ alerts: [{ alert_id: 1, subject: 'orders_have_deals' }], resolved_count: 1 })
})

test('an alert, its check and a break that the check names lead to each other', async () => {
	const alert = await open('/alerts/1')
	expect(hrefs(alert, '.facts')).toContain('/checks/orders_have_deals')
	const check = await open('/checks/orders_have_deals')
	expect(hrefs(check, '.facts')).toContain('/alerts/1')
	const id = hrefs(check, '#problems').find((href) => href.startsWith('/break/'))
	expect(hrefs(await open(id!), '#checks')).toEqual(['/checks/orders_have_deals', '/alerts/1'])
	expect((await served.get('/alerts/9')).status).toBe(404)
})

test('runs are filtered by links, and a run shows the end of its log', async () => {
	const failed = await open('/runs?outcome=failed')
	expect([...failed.querySelectorAll('tbody th')].map(text)).toContain('r-3')
	expect([...failed.querySelectorAll('tbody th')].map(text)).not.toContain('r-2')
	expect(hrefs(failed, '.chips')).toEqual(['/runs'])
	const ofStream = await open('/runs?connection=erp&stream=transactions')
	expect([...ofStream.querySelectorAll('.wide tbody th')].map(text)).toEqual(['r-3'])
	expect(text((await open('/runs?connection=crm')).querySelector('#quarantine'))).toContain('No record waits')
	expect(text((await open('/runs/r-3')).querySelector('#log'))).toMatch(/1 line.*08:30:00 error disk full/)
})

test('what a generation of another release lacks is said with the next step', async () => {
	const older = await publishSample({ breaks: 10, customers: 2 }, 7)
	const database = await openDatabase(path.join(older, '7.duckdb'))
	await database.run('alter table marts.breaks drop column explanation')
	await database.run('drop table marts.computed_revenue')
	await database.checkpoint()
	await database.close()
	const other = await serve(older, { tell: () => {} })
	const answer = await other.get('/api/breaks')
	expect(answer.status).toBe(500)
	expect(await answer.json()).toMatchObject({
		error: {
			code: 'generation.other_release',
			message: expect.stringContaining('"explanation"'),
			next: expect.stringContaining('tieout run'),
		},
	})
	const reports = await other.get('/reports')
	expect(reports.status).toBe(200)
	expect(await reports.text()).toContain('not in this generation; the next run brings it')
	const listed = (await (await other.get('/api/reports')).json()) as { reports: { row_count: number | null }[] }
	expect(listed.reports.filter((report) => report.row_count === null)).toHaveLength(1)
	await other.close()
	rmSync(older, { recursive: true, force: true })
})

function hrefs(document: Document, within: string): string[] {
	return [...document.querySelectorAll(`${within} a`)].map((link) => link.getAttribute('href') ?? '')
}

test('before any run nothing is called loaded, judged or found; after a failed one what it left unread is said', async () => {
	const empty = mkdtempSync(path.join(tmpdir(), 'tieout-empty-'))
	const before = await serve(empty)
	const page = async (address: string) => parseHTML(await (await before.get(address)).text()).document
	expect(text((await page('/quarantine')).querySelector('main'))).toContain('Nothing was read yet')
	expect(text((await page('/runs')).querySelector('#quarantine'))).toContain('Nothing was read yet')
	expect(text((await page('/alerts')).querySelector('main'))).toContain('Nothing ran yet')
	await before.close()
	rmSync(empty, { recursive: true, force: true })
	expect(text((await open('/runs?connection=crm')).querySelector('#quarantine'))).toMatch(
		/whatever was landed is loaded\. The last run r-3 . failed: what it did not read is neither loaded nor here/,
	)
})

test('the month says that the last run failed, and which generation is shown', async () => {
	const banner = (await open('/month/2026-10')).querySelector('main .banner.bad')
	expect(text(banner)).toMatch(/The last run r-3 . failed at 2026-11-04 08:30 UTC and published nothing/)
	expect(text(banner)).toContain('These figures are of generation 142, as of 2026-11-04 08:39 UTC')
	expect(banner?.querySelector('a')?.getAttribute('href')).toBe('/runs/r-3')
})
