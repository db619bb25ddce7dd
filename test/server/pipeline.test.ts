import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pino from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Sandboxes, startSandboxes } from '../../extract/sandbox/sandbox.ts'
import { recordVersions } from '../../extract/sandbox/world/world.ts'
import { currentGeneration } from '../../models/generation.ts'
import { signedAmountText } from '../../reports/format.ts'
import { readMonth } from '../../reports/pages/month-data.ts'
import { companyClock } from '../../server/clock.ts'
import { sandboxAddress } from '../../server/commands/sandbox.ts'
import { loadConfig } from '../../server/config.ts'
import { demoMoment, writeDemoProject } from '../../server/demo-project.ts'
import { examineConnections, type Finding } from '../../server/examination.ts'
import { statusDocument, statusLines } from '../../server/month-status.ts'
import { type PipelineRequest, runPipeline } from '../../server/pipeline.ts'
import { openPublished } from '../../server/published.ts'
import { stateRuns } from '../../server/run-history.ts'
import { markInterrupted, startRun } from '../../server/runs.ts'
import { sourceSummaries } from '../../server/sources.ts'
import { openState, type State } from '../../server/state.ts'
import { styleOf } from '../../server/terminal.ts'
import { isThorough } from '../thorough.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'tieout-pipeline-'))
const log = pino({ level: 'silent' })
let sandboxes: Sandboxes
let state: State

function config() {
	return loadConfig(folder, sourceSummaries(), { environment: {} })
}

async function run(changes: Partial<PipelineRequest> = {}, signal?: AbortSignal) {
	const clock = companyClock({ TIEOUT_NOW: new Date(sandboxes.now()).toISOString() })
	const request: PipelineRequest = {
		config: config(),
		state,
		command: 'run',
		trigger: 'person',
		steps: ['extract', 'build', 'check', 'publish'],
		...changes,
	}
	return await runPipeline(request, { clock, log, ...(signal && { signal }) })
}

beforeAll(async () => {
	// A company that makes no mistakes: what is tested here is the pipeline, not what the models make of mistakes.
	sandboxes = await startSandboxes({ versions: recordVersions({ scale: 0.02, faults: 0 }) })
	writeDemoProject(folder, sandboxAddress(sandboxes))
	state = await openState(config().project.state)
}, 120_000)
afterAll(async () => {
	await state.close()
	await sandboxes.close()
	rmSync(folder, { recursive: true, force: true })
})

test('a first run publishes a month with its history', { timeout: 120_000 }, async () => {
	const result = await run()
	expect(result.extracted!.failed).toEqual([])
	expect(result.published?.generation).toBe(1)
	const published = await openPublished(config().project)
	const [own] = await published.db.selectFrom('tieout.runs').selectAll().execute()
	expect(own).toMatchObject({ run_id: result.runId, outcome: 'succeeded', trigger: 'person' })
	const certificates = await published.db.selectFrom('tieout.certificates').selectAll().execute()
	expect(certificates).toHaveLength(result.extracted!.streams.length)
	expect(new Set(certificates.map((one) => one.run_id))).toEqual(new Set([result.runId]))
	expect(await published.db.selectFrom('tieout.freshness').select('status').distinct().execute()).toEqual([
		{ status: 'pass' },
	])
	await published.close()
	const detail = await stateRuns(state.db).run(result.runId)
	expect(detail!.certificates).toHaveLength(certificates.length)
	const kept = await state.db.selectFrom('check_results').select('status').where('run_id', '=', result.runId).execute()
	expect(kept.filter((one) => one.status === 'pass').length).toBeGreaterThan(50)
	const steps = await state.db
		.selectFrom('run_steps')
		.select(['name', 'outcome'])
		.where('run_id', '=', result.runId)
		.execute()
	expect(steps.map((step) => `${step.name} ${step.outcome}`)).toEqual([
		'extract succeeded',
		'configuration succeeded',
		'build succeeded',
		'check succeeded',
		'publish succeeded',
	])
})

test('a second run finds nothing changed, and the generation stays', { timeout: 60_000 }, async () => {
	const result = await run()
	expect(result).toMatchObject({ isUnchanged: true })
	expect(result.built!.built).toEqual([])
	expect(currentGeneration(config().project.published)?.generation).toBe(1)
})

test('status says the month in at most ten lines, with the figures of its page, from the generation in service', async () => {
	const status = await statusDocument(config())
	expect(status.month).toMatchObject({ periodId: '2026-10', reportingCurrency: 'USD', isComplete: true })
	const lines = statusLines(status, styleOf({ write: () => {} }, {}))
	expect(lines.length).toBeLessThanOrEqual(9)
	expect(lines[0]).toMatch(/^October 2026 · (NOT TRUSTED \(\d+ reasons?\)|TRUSTED( WITH WARNINGS)?)$/)
	expect(lines.at(-1)).toBe('  as of 2026-11-04 09:00 UTC · generation 1')
	const published = await openPublished(config().project)
	const { figures } = await readMonth(published.db, '2026-10', {}, 'USD')
	await published.close()
	for (const name of ['bookings', 'revenue', 'variance', 'unexplained'] as const)
		expect([name, signedAmountText(status.month![name], 2)]).toEqual([name, signedAmountText(figures[name], 2)])
	await expect(statusDocument(config(), '1999-01')).rejects.toThrow(/nothing in a period "1999-01"/)
})

test('a second pipeline is refused while one works, and says who works', async () => {
	const first = run({ steps: ['extract'] })
	const second = run({ steps: ['extract'] }).catch((error) => error)
	const answers = [await first.catch((error) => error), await second]
	const refused = answers.find((one): one is Error => one instanceof Error)
	expect(refused).toMatchObject({ kind: 'busy', code: 'run.busy' })
	expect(refused?.message).toContain(`process ${process.pid}`)
})

test('a run that a crash left behind is marked as interrupted', async () => {
	const { runId } = await startRun(state.db, { trigger: 'person', command: 'run' }, { stamp: () => new Date() })
	expect(await markInterrupted(state.db, { stamp: () => new Date() })).toEqual([])
	expect(await markInterrupted(state.db, { stamp: () => new Date(), isAlive: () => false })).toEqual([runId])
	expect((await stateRuns(state.db).run(runId))?.outcome).toBe('interrupted')
})

test('a stopped run is interrupted, not failed, and loses nothing', async () => {
	const stop = new AbortController()
	stop.abort()
	await expect(run({}, stop.signal)).rejects.toThrow(/the run was stopped/)
	const [newest] = await stateRuns(state.db).runs(1)
	expect(newest).toMatchObject({ outcome: 'interrupted' })
})

test('with wrong credentials of both systems the run fails, the generation stays, and an alert opens once', {
	timeout: 60_000,
}, async () => {
	const env = path.join(folder, '.env')
	const before = readFileSync(env, 'utf8')
	writeFileSync(env, before.replace(/^(SALESFORCE_CLIENT_SECRET|NETSUITE_CLIENT_ID)=.*$/gm, '$1=wrong-and-long-enough'))
	try {
		sandboxes.expireTokens()
		await state.db.deleteFrom('oauth_tokens').execute()
		await expect(run()).rejects.toMatchObject({ kind: 'vendor' })
		await expect(run()).rejects.toMatchObject({ kind: 'vendor' })
		const [newest] = await stateRuns(state.db).runs(1)
		expect(newest).toMatchObject({ outcome: 'failed' })
		expect(newest!.error).not.toContain('wrong-and-long-enough')
		const alerts = await state.db
			.selectFrom('alerts')
			.selectAll()
			.where('kind', '=', 'run')
			.where('subject', '=', 'run')
			.execute()
		expect(alerts).toMatchObject([{ state: 'open', seen_count: 2 }])
		expect(currentGeneration(config().project.published)?.generation).toBe(1)
		const findings: Finding[] = []
		await examineConnections({ config: config(), state }, (finding) => findings.push(finding), { now: sandboxes.now })
		const failed = findings.filter((finding) => finding.status === 'fail')
		expect(failed.map((finding) => finding.subject).sort()).toEqual(['crm credentials', 'erp credentials'])
		expect(failed.every((finding) => finding.fix)).toBe(true)
	} finally {
		writeFileSync(env, before)
	}
})

test('doctor finds nothing to repair, and a missing custom field with its candidates', {
	timeout: 60_000,
}, async () => {
	const look = async () => {
		const findings: Finding[] = []
		await examineConnections({ config: config(), state }, (finding) => findings.push(finding), { now: sandboxes.now })
		return findings
	}
	const findings = await look()
	expect(findings.filter((finding) => finding.status === 'fail')).toEqual([])
	expect(findings.map((finding) => finding.subject)).toEqual(
		expect.arrayContaining(['crm credentials', 'crm clock', 'crm.opportunities', 'erp.transactions']),
	)
	sandboxes.setHidden('salesforce', 'Account', 'ERP_Id__c', true)
	const hidden = (await look()).find((finding) => finding.text.includes('ERP_Id__c'))
	sandboxes.setHidden('salesforce', 'Account', 'ERP_Id__c', false)
	expect(hidden).toMatchObject({ status: 'warn', subject: 'crm.accounts' })
	expect(hidden!.fix).toContain('connections.crm.fields')
})

test('the company’s clock moved on by a day shows up as changes, and the alert of the failed run is resolved', {
	timeout: 60_000,
}, async () => {
	sandboxes.setClock(sandboxes.now() + 86_400_000)
	writeDemoProject(folder, sandboxAddress(sandboxes))
	expect(demoMoment(folder)).toBe('2026-11-05T09:00:00.000Z')
	const result = await run()
	expect(result.published?.generation).toBe(2)
	const resolved = await state.db.selectFrom('alerts').select('state').where('subject', '=', 'run').executeTakeFirst()
	expect(resolved?.state).toBe('resolved')
})

test('a stream that is old by the source’s own watermark is late', { timeout: 60_000 }, async () => {
	const clock = companyClock({ TIEOUT_NOW: '2026-11-07T09:00:00Z' })
	const request: PipelineRequest = {
		config: config(),
		state,
		command: 'publish',
		trigger: 'person',
		steps: ['check', 'publish'],
	}
	const result = await runPipeline(request, { clock, log })
	expect(new Set(result.freshness!.map((one) => one.status))).toEqual(new Set(['fail']))
	expect(result.published?.generation).toBe(3)
	const status = await statusDocument(config())
	expect(status.verdict).toBe('not trusted')
	expect(status.reasons.some((reason) => reason.kind === 'freshness')).toBe(true)
})

test.runIf(isThorough)(
	'what was built and not published by a run that ended early is published by the next one, though that finds nothing new',
	{
		timeout: 60_000,
	},
	async () => {
		sandboxes.setClock(Date.parse('2026-11-06T09:00:00Z'))
		writeDemoProject(folder, sandboxAddress(sandboxes))
		const early = await run({ steps: ['extract', 'build'] })
		expect(early.built!.built).toContain('marts.breaks')
		expect(early.published).toBeUndefined()
		const next = await run()
		expect(next.extracted!.totals.loaded).toBe(0)
		expect(next.built!.built).toEqual([])
		expect(next.published?.generation).toBe(4)
	},
)
