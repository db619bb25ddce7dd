import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { certify } from '../../extract/certificate.ts'
import type { RunKind } from '../../extract/state.ts'
import { recordFindings } from '../../server/alerts.ts'
import { loadConfig } from '../../server/config.ts'
import { extractState } from '../../server/extract-state.ts'
import { findingsOf } from '../../server/findings.ts'
import { startRun } from '../../server/runs.ts'
import { noteDriftEffects } from '../../server/schema-effects.ts'
import { sourceSummaries } from '../../server/sources.ts'
import { stateFixture } from './state-fixture.ts'

let fixture: Awaited<ReturnType<typeof stateFixture>>
let clock = Date.parse('2026-11-04T09:00:00Z')
const now = () => clock
const stamp = () => new Date(clock)
beforeEach(async () => {
	fixture = await stateFixture()
})
afterEach(() => fixture.remove())

/** What an extraction of this moment alerts of, `kind severity owner: text`, and what became of its alerts. */
async function alerted() {
	const { state, folder } = fixture
	writeFileSync(
		path.join(folder, 'tieout.yml'),
		`company: { name: Example Ltd, time_zone: Europe/London, reporting_currency: GBP }
calendar: { from: 2026-01 }
connections:
  crm: { source: espocrm, owner: ben, options: { url: https://crm.example, api_key: "\${env:KEY}" } }
  erp: { source: erpnext, options: { url: https://erp.example, time_zone: Europe/London, api_key: "\${env:KEY}", api_secret: "\${env:KEY}" } }
owners: { default: ana }
`,
	)
	const config = await loadConfig(folder, sourceSummaries(), { environment: { KEY: 'abc' } })
	const { runId } = await startRun(state.db, { trigger: 'person', command: 'extract' }, { stamp })
	await noteDriftEffects(state.db, config)
	const request = { config, state, command: 'extract', trigger: 'person', steps: ['extract' as const] }
	const extracted = { streams: [], failed: [], held: [] } as never
	const { findings, judged } = await findingsOf(request, { runId, extracted, isUnchanged: false }, undefined)
	const changes = await recordFindings(state.db, findings, judged, { now: stamp })
	return {
		found: findings.map(({ kind, severity, owner, text }) => `${kind} ${severity} ${owner}: ${text}`),
		changes: changes.map(({ event, alert }) => `${event} ${alert.kind} ${alert.subject}`),
	}
}

const kept = () => extractState(fixture.state.db, { now })

async function certified(stream: string, ...[source, counted]: Parameters<typeof certify>) {
	const window = { since: null, until: clock, signature: '' }
	const run = await kept().startRun({ connection: 'crm', stream, kind: 'full' as RunKind, window })
	await kept().certify(run, certify(source, counted))
}

const ten = { landed: 10, proved: 10, quarantined: 0, money: {}, landedMoney: null, duplicates: 0, totalAtStart: null }

test('a quota is told of from 80 % on and is an error when it is used up; that of a connection that is gone is none', async () => {
	await kept().noteUsage('crm', 'requests in 24 hours', 79, 100)
	await kept().noteUsage('gone', 'requests in 24 hours', 100, 100)
	expect(await alerted()).toEqual({ found: [], changes: [] })
	const text = (used: number) =>
		`ben: crm has used ${used} of 100 of its quota requests in 24 hours; next: read it less often (schedule), or ask the vendor for more; what is left: tieout status`
	clock += 60_000
	await kept().noteUsage('crm', 'requests in 24 hours', 80, 100)
	expect(await alerted()).toEqual({
		found: [`quota warning ${text(80)}`],
		changes: ['opened quota crm.requests in 24 hours'],
	})
	clock += 60_000
	await kept().noteUsage('crm', 'requests in 24 hours', 100, 100)
	expect(await alerted()).toEqual({
		found: [`quota error ${text(100)}`],
		changes: ['escalated quota crm.requests in 24 hours'],
	})
	clock += 60_000
	await kept().noteUsage('crm', 'requests in 24 hours', 5, 100)
	expect((await alerted()).changes).toEqual(['resolved quota crm.requests in 24 hours'])
})

test('a certificate that proves less than it should is an error until a newer one proves it', async () => {
	await certified('accounts', { rows: 12 }, ten)
	await certified('contacts', { rows: 9 }, ten)
	await certified('users', { rows: 12 }, { ...ten, totalAtStart: 10 })
	await certified('stages', null, ten)
	await certified('products', { rows: 10 }, ten)
	const next = (stream: string) => `next: tieout run crm.${stream} --full`
	expect((await alerted()).found.toSorted()).toEqual([
		`certificate error ben: crm.accounts is short: short by 2 of 12 records; ${next('accounts')}`,
		`certificate error ben: crm.contacts is over: over by 1: the source counts 9 records; ${next('contacts')}`,
		`certificate error ben: crm.users is moved: moved while reading: the source had 10 records at first and 12 at the end; ${next('users')}`,
	])
	clock += 60_000
	for (const stream of ['accounts', 'contacts', 'users']) await certified(stream, { rows: 10 }, ten)
	const { found, changes } = await alerted()
	expect(found).toEqual([])
	expect(changes.toSorted()).toEqual([
		'resolved certificate crm.accounts',
		'resolved certificate crm.contacts',
		'resolved certificate crm.users',
	])
})

test('what waits in quarantine is told of once, and what never came beside it all the same', async () => {
	await certified('accounts', { rows: 10 }, { ...ten, proved: 9, quarantined: 1 })
	await certified('contacts', { rows: 12 }, { ...ten, proved: 9, quarantined: 1 })
	expect((await alerted()).found).toEqual([
		'certificate error ben: crm.contacts is short: short by 2 of 12 records; next: tieout run crm.contacts --full',
	])
})

test('a field that models read and that is another is an error until its stream is read again, a warning for a week, then nothing', async () => {
	const event = { runId: 'r', connection: 'crm', stream: 'opportunities', change: 'retyped' as const, isDeclared: true }
	const [before, after] = ['currency', 'varchar']
	await kept().recordDrift([
		{ ...event, field: 'amount', before, after },
		{ ...event, field: 'unheard_of', before, after },
	])
	const text = (severity: string, next: string) =>
		expect.stringMatching(
			`^schema ${severity} ben: crm\\.opportunities: amount is now varchar, it was currency: staging\\.stg_espocrm__opportunities reads amount; \\d+ models and \\d+ checks stand on it; next: .*${next}$`,
		)
	expect(await alerted()).toEqual({
		found: [text('error', 'then tieout run crm.opportunities')],
		changes: ['opened schema crm.opportunities.amount'],
	})
	clock += 60_000
	const read = { watermark: clock, deletesUntil: null, fullRows: 1, fullAt: clock, sweptAt: null, countedAt: null }
	await kept().moveCursor('crm', 'opportunities', { ...read, runId: 'r' })
	expect(await alerted()).toEqual({ found: [text('warning', 'look whether the numbers are right')], changes: [] })
	clock += 8 * 86_400_000
	expect(await alerted()).toEqual({ found: [], changes: ['resolved schema crm.opportunities.amount'] })
})
