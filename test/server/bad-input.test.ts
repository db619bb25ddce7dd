import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import {
	closeSync,
	copyFileSync,
	mkdtempSync,
	openSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync,
	writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Sandboxes, startSandboxes } from '../../extract/sandbox/sandbox.ts'
import { inEnvironment } from '../../extract/sandbox/system.ts'
import { recordVersions } from '../../extract/sandbox/world/world.ts'
import { sandboxAddress } from '../../server/commands/sandbox.ts'
import { writeDemoProject } from '../../server/demo-project.ts'
import { isThorough } from '../thorough.ts'
import { runWords } from './command-line.ts'
import { type Passing, startProxy } from './interfering-proxy.ts'

// What reaches the pipeline from outside goes wrong, one thing after the other, on one small company that makes no mistakes itself.
const folder = mkdtempSync(path.join(tmpdir(), 'tieout-bad-input-'))
const root = path.join(import.meta.dirname, '../..')
const data = (...names: string[]) => path.join(folder, 'data', ...names)
let sandboxes: Sandboxes
let salesforce: Awaited<ReturnType<typeof startProxy>>

type Told = {
	code: number
	error?: { code: string; message: string; where?: string; allowed?: string[]; next?: string }
	streams?: {
		connection: string
		stream: string
		outcome: string
		error?: { code: string; message: string; next: string }
	}[]
	[name: string]: unknown
}

/** A command's one JSON document, and its exit code. */
async function tieout(...words: string[]): Promise<Told> {
	const { code, out } = await runWords([...words, '--json'], folder)
	return { code, ...JSON.parse(out) }
}

const streamOf = (told: Told, name: string) => told.streams?.find((one) => `${one.connection}.${one.stream}` === name)

/** The generation in service and its verdict, as `status` reads them: throws when nothing can be read. */
async function inService(): Promise<{ generation: number; verdict: string }> {
	const { generation, verdict, error } = await tieout('status')
	if (error) throw new Error(error.message)
	return { generation: Number(generation), verdict: String(verdict) }
}

/** Overwrites a file's beginning, where DuckDB and SQLite have their own marks. */
function spoil(file: string): void {
	const opened = openSync(file, 'r+')
	writeSync(opened, Buffer.alloc(20_000, 0x5a), 0, 20_000, 0)
	closeSync(opened)
}

/** Changes the deals on their way; other answers pass. */
function interfereWithDeals(change: (deal: Record<string, unknown>, index: number) => unknown[]): void {
	salesforce.interfere = ({ url, body }: Passing) => {
		const query = decodeURIComponent(url.search).replaceAll('+', ' ')
		if (!/ from Opportunity /i.test(query) || !body.includes('"records"')) return undefined
		const page = JSON.parse(body) as { records: Record<string, unknown>[] }
		return { body: JSON.stringify({ ...page, records: page.records.flatMap(change) }) }
	}
}

beforeAll(async () => {
	sandboxes = await startSandboxes({ versions: recordVersions({ scale: 0.01, faults: 0 }) })
	salesforce = await startProxy(sandboxes.url('salesforce'))
	const address = sandboxAddress(sandboxes)
	const [crm, ...others] = address.connections
	const options = { ...crm!.options, url: inEnvironment('SALESFORCE_URL', salesforce.url) }
	writeDemoProject(folder, { ...address, connections: [{ ...crm!, options }, ...others] })
	expect(await tieout('run')).toMatchObject({ code: 0, generation: 1, verdict: 'trusted with warnings' })
}, 120_000)
afterEach(() => {
	salesforce.interfere = () => undefined
	sandboxes.setFaults({ rate: 0 })
})
afterAll(async () => {
	await salesforce.close()
	await sandboxes.close()
	rmSync(folder, { recursive: true, force: true })
})

describe('configuration', () => {
	const file = path.join(folder, 'tieout.yml')

	test('that is wrong is told with its line and what is allowed, before anything is asked', async () => {
		const right = readFileSync(file, 'utf8')
		salesforce.asked.length = 0
		writeFileSync(file, right.replace('source: salesforce', 'source: salesfroce'))
		const { code, error } = await tieout('run')
		writeFileSync(file, right)
		expect(code).toBe(2)
		expect(error?.message).toMatch(/tieout.yml:\d+:\d+.*"salesfroce".*allowed: .*salesforce/)
		expect(salesforce.asked).toEqual([])
		expect((await inService()).generation).toBe(1)
	})

	test('that names a field the system does not have fails that stream alone, with the nearest names', async () => {
		const right = readFileSync(file, 'utf8')
		writeFileSync(file, right.replace('    freshness:', '    fields: { accounts.erp_id: ERP_Idd__c }\n    freshness:'))
		const told = await tieout('extract', 'crm.accounts', 'crm.users')
		writeFileSync(file, right)
		expect(told.code).toBe(3)
		expect(streamOf(told, 'crm.accounts')?.error?.message).toContain('ERP_Idd__c')
		expect(streamOf(told, 'crm.users')?.outcome).toBe('loaded')
	})
})

describe('the vendor', () => {
	test('permits one object no more: that stream is denied, the others are read, and the alert says what to do', async () => {
		sandboxes.setHidden('salesforce', 'Contact', null, true)
		const told = await tieout('run', 'crm.contacts', 'crm.users')
		sandboxes.setHidden('salesforce', 'Contact', null, false)
		expect(told.code).toBe(0)
		expect(streamOf(told, 'crm.contacts')).toMatchObject({
			outcome: 'denied',
			error: { code: 'vendor.denied', next: expect.stringContaining('give the integration user read permission') },
		})
		expect(streamOf(told, 'crm.users')?.outcome).toBe('loaded')
		const { alerts } = (await tieout('alerts')) as { alerts?: { subject: string; owner: string; text: string }[] }
		expect(alerts).toContainEqual(
			expect.objectContaining({
				subject: 'crm.contacts',
				owner: 'ana',
				text: expect.stringContaining('read permission'),
			}),
		)
		// What could not be read is told by a generation of its own, though no figure is another.
		expect(await tieout('status')).toMatchObject({
			generation: 2,
			reasons: expect.arrayContaining([expect.objectContaining({ subject: 'crm.contacts', blocks: false })]),
		})
	})

	test('does not permit its list of deleted records: all else is read, keys find the deletions, and certificate and doctor say so', {
		timeout: 60_000,
	}, async () => {
		sandboxes.setHidden('netsuite', 'deletedrecord', null, true)
		const told = await tieout('run', 'erp.customers')
		const { findings } = (await tieout('doctor', '--source', 'erp')) as {
			findings?: { subject: string; status: string; text: string; fix?: string }[]
		}
		sandboxes.setHidden('netsuite', 'deletedrecord', null, false)
		expect(told.code).toBe(0)
		expect(streamOf(told, 'erp.customers')?.outcome).toBe('loaded')
		const state = new DatabaseSync(data('state.sqlite'), { readOnly: true })
		const certificate = state
			.prepare(
				"select verdict, reason from certificates where connection = 'erp' and stream = 'customers' order by id desc",
			)
			.get()
		state.close()
		expect(certificate).toEqual({
			verdict: 'proved',
			reason: expect.stringMatching(/INSUFFICIENT_PERMISSION.*permission Deleted Records/),
		})
		const found = findings?.filter(({ subject }) => subject.endsWith('deletions'))
		expect(found?.length).toBeGreaterThan(3)
		expect(found?.find(({ subject }) => subject === 'erp.customers deletions')).toMatchObject({
			status: 'warn',
			fix: expect.stringContaining('permission Deleted Records'),
		})
		expect(await inService()).toMatchObject({ verdict: 'trusted with warnings' })
	})

	test('takes a field away that is read: the stream stops by the field’s name, and goes on when it is back', async () => {
		sandboxes.setHidden('salesforce', 'Opportunity', 'Amount', true)
		const told = await tieout('run', 'crm.opportunities')
		sandboxes.setHidden('salesforce', 'Opportunity', 'Amount', false)
		expect(told).toMatchObject({ code: 3, error: { code: 'drift.removed', where: 'crm.opportunities' } })
		expect(told.error?.message).toContain('no longer has the field Amount')
		const { alerts } = (await tieout('alerts')) as { alerts?: { subject: string; text: string }[] }
		expect(alerts).toContainEqual(
			expect.objectContaining({
				subject: 'crm.opportunities.Amount',
				text: expect.stringMatching(
					/Amount is gone: staging\.stg_salesforce__opportunities reads amount; \d+ models and \d+ checks stand on it; next:/,
				),
			}),
		)
		expect(await tieout('run', 'crm.opportunities')).toMatchObject({ code: 0 })
		expect((await inService()).generation).toBe(2)
	})

	// The shared suite answers so too (test/extract/conformance.test.ts).
	test.runIf(isThorough)(
		'answers HTML with status 200, and bodies cut off: they are asked for again, and nothing is missing',
		{
			timeout: 60_000,
		},
		async () => {
			sandboxes.setFaults({ rate: 1, kinds: ['html', 'truncated'] })
			const told = await tieout('run', 'crm.users', 'erp.currencies', '--full')
			expect(told).toMatchObject({ code: 0 })
			expect(told.streams?.map((one) => one.outcome)).toEqual(['loaded', 'loaded'])
			expect((await inService()).generation).toBe(2)
		},
	)

	test('answers an empty page after a token ended: nothing counts as deleted, and a person is asked', async () => {
		sandboxes.expireTokens()
		interfereWithDeals(() => [])
		const told = await tieout('run', 'crm.opportunities', '--full')
		expect(streamOf(told, 'crm.opportunities')).toMatchObject({
			outcome: 'held',
			error: { message: expect.stringMatching(/^0 records came, the last full read had \d+: nothing was loaded$/) },
		})
		const { run_id } = JSON.parse(JSON.stringify(told)) as { run_id?: string }
		const refused = await tieout('replay', '--held', 'discard', '--confirm', run_id ?? 'none')
		expect(refused).toMatchObject({ code: 2, error: { code: 'usage.confirm' } })
		const discarded = await tieout('replay', '--held', 'discard', '--confirm', refused.error!.allowed![0]!)
		expect(discarded).toMatchObject({ code: 0, decision: 'discard' })
		expect((await inService()).generation).toBe(3)
	})
})

describe('records', () => {
	test('that can’t be loaded go to quarantine with their reason, and the month is not trusted while money is missing', {
		timeout: 60_000,
	}, async () => {
		interfereWithDeals((deal, index) => {
			if (index === 0) return [{ ...deal, CloseDate: '2026-02-30' }]
			if (index === 1) return [{ ...deal, CurrencyIsoCode: 'XQZ' }]
			if (index === 2) return [{ ...deal, Amount: 1.23456 }]
			if (index === 3) return ['half a record']
			return index === 4 ? [deal, deal] : [deal]
		})
		expect(await tieout('run', 'crm.opportunities', '--full')).toMatchObject({
			code: 0,
			verdict: 'not trusted',
			totals: { quarantined: 4 },
		})
		const waiting = (await tieout('replay', '--quarantine')) as { streams?: unknown }
		expect(waiting.streams).toEqual([
			{
				connection: 'crm',
				stream: 'opportunities',
				loaded: 0,
				kept: 4,
				reasons: { impossible_date: 1, unknown_currency: 1, too_many_decimals: 1, malformed: 1 },
			},
		])
		expect((await tieout('alerts')).alerts).toContainEqual(
			expect.objectContaining({ kind: 'quarantine', text: expect.stringContaining('4 records of crm.opportunities') }),
		)
	})

	test('that come right later are made good: the quarantine is empty, and the month is as it was', {
		timeout: 60_000,
	}, async () => {
		const told = await tieout('run', 'crm.opportunities', '--full')
		expect(told).toMatchObject({ code: 0, verdict: 'trusted with warnings' })
		expect(await tieout('replay', '--quarantine')).toMatchObject({ streams: [] })
		const { alerts } = (await tieout('alerts')) as { alerts?: { kind: string }[] }
		expect(alerts?.filter((one) => one.kind === 'quarantine')).toEqual([])
	})
})

describe('the clock', () => {
	test('that went back stops every stream before it asks, and says what to do', async () => {
		const before = await inService()
		const file = path.join(folder, '.env')
		const right = readFileSync(file, 'utf8')
		writeFileSync(file, right.replace(/^TIEOUT_NOW=.*$/m, 'TIEOUT_NOW=2026-11-03T09:00:00Z'))
		const told = await tieout('run')
		writeFileSync(file, right)
		expect(told).toMatchObject({ code: 3, error: { code: 'clock.behind', next: expect.stringContaining('NTP') } })
		expect(await inService()).toEqual(before)
	})

	test('that was ahead for one run is told while its stream is read ahead of time, and set right by reading it again', {
		timeout: 90_000,
	}, async () => {
		const file = path.join(folder, '.env')
		const right = readFileSync(file, 'utf8')
		writeFileSync(file, right.replace(/^TIEOUT_NOW=.*$/m, 'TIEOUT_NOW=2026-12-24T09:00:00Z'))
		expect(await tieout('extract', 'crm.users')).toMatchObject({ code: 0 })
		writeFileSync(file, right)
		const told = await tieout('run', 'crm.users', 'crm.stages')
		expect(streamOf(told, 'crm.stages')?.outcome).toBe('loaded')
		expect(streamOf(told, 'crm.users')).toMatchObject({
			outcome: 'failed',
			error: {
				code: 'clock.behind',
				message: expect.stringContaining('is read up to 2026-12-24T08:55'),
				next: expect.stringContaining('tieout extract crm.users --full'),
			},
		})
		expect(told['verdict']).toBe('not trusted')
		expect(JSON.stringify(told['reasons'])).toMatch(/crm.users was read 49 d ahead of the clock/)
		expect(await tieout('extract', 'crm.users', '--full')).toMatchObject({ code: 0 })
		expect(await tieout('run', 'crm.users')).toMatchObject({ code: 0, verdict: 'trusted with warnings' })
	})
})

describe('files', () => {
	test('that are damaged: the build file is built anew by itself; on a full disk that is told, and the next run with room ends as if nothing had been', {
		timeout: 60_000,
	}, async () => {
		const before = await inService()
		spoil(data('build.duckdb'))
		const words = ['server/launcher.js', 'build', '--project', folder, '--json']
		// A limit of the size of files is to a program what a full disk is: writes fail. 3 MB hold the state, not a build.
		const { status, stdout } = spawnSync('bash', ['-c', 'ulimit -f 3000; exec node "$@"', 'bash', ...words], {
			cwd: root,
			encoding: 'utf8',
			timeout: 50_000,
		})
		expect(status).toBe(3)
		const { error } = JSON.parse(stdout)
		expect(error).toMatchObject({ code: 'disk.full', next: expect.stringContaining('free space, then run again') })
		expect(await inService()).toEqual(before)
		expect(await tieout('run', 'crm.users')).toMatchObject({ code: 0 })
		expect((await inService()).verdict).toBe(before.verdict)
	})

	test.runIf(isThorough)(
		'that are damaged: the warehouse is named, and comes back from the landing archive',
		{
			timeout: 60_000,
		},
		async () => {
			const before = await inService()
			spoil(data('warehouse.duckdb'))
			const told = await tieout('build')
			expect(told).toMatchObject({ code: 3, error: { where: data('warehouse.duckdb') } })
			expect(told.error?.next).toContain('move the file away')
			expect(await inService()).toEqual(before)
			renameSync(data('warehouse.duckdb'), data('warehouse.damaged'))
			expect(await tieout('run')).toMatchObject({ code: 0 })
			expect((await inService()).verdict).toBe(before.verdict)
		},
	)

	test('that another process holds: the message names it, and the generation stays', async () => {
		const before = await inService()
		const holder = await hold(data('warehouse.duckdb'))
		const told = await tieout('build')
		await endOf(holder)
		expect(told).toMatchObject({ code: 3, error: { code: 'warehouse.locked' } })
		expect(told.error?.message).toContain(`in use by process ${holder.pid}`)
		expect(told.error?.next).toContain(`wait for process ${holder.pid} to end`)
		expect(await inService()).toEqual(before)
	})

	test('that are damaged: a published one is told, and the run goes back to one that can be read', {
		timeout: 60_000,
	}, async () => {
		const before = await inService()
		spoil(data('published', `${before.generation}.duckdb`))
		expect(await tieout('status')).toMatchObject({
			code: 3,
			error: { code: 'publish.damaged', next: expect.stringContaining('tieout run') },
		})
		expect(await tieout('run', 'crm.users')).toMatchObject({ code: 0 })
		expect((await inService()).verdict).toBe(before.verdict)
	})

	test('that are damaged: a pointer to nothing is set right', { timeout: 60_000 }, async () => {
		const before = await inService()
		writeFileSync(data('published', 'current'), '999.duckdb\n')
		expect(await tieout('status')).toMatchObject({ code: 3, error: { code: 'publish.pointer' } })
		expect(await tieout('run', 'crm.users')).toMatchObject({ code: 0 })
		expect((await inService()).verdict).toBe(before.verdict)
	})

	test('that are damaged: the state is told before anything is touched, and the generation stays readable', async () => {
		const before = await inService()
		copyFileSync(data('state.sqlite'), data('state.kept'))
		spoil(data('state.sqlite'))
		const told = await tieout('run')
		expect(told).toMatchObject({ code: 3, error: { code: 'state.cannot_open', where: data('state.sqlite') } })
		expect(told.error?.next).toContain('restore it from a backup')
		expect(await inService()).toEqual(before)
		renameSync(data('state.kept'), data('state.sqlite'))
		expect(await tieout('run', 'crm.users')).toMatchObject({ code: 0 })
	})
})

/** Another process with the DuckDB file open. */
async function hold(file: string): Promise<ChildProcess> {
	const script = path.join(root, 'test/models/hold-file.ts')
	const child = spawn(process.execPath, [script, file], { stdio: ['ignore', 'pipe', 'inherit'] })
	await new Promise((resolve, reject) => {
		child.stdout!.once('data', resolve)
		child.once('close', () => reject(new Error('the file could not be held')))
	})
	return child
}

async function endOf(child: ChildProcess): Promise<void> {
	const ended = new Promise((resolve) => child.once('close', resolve))
	child.kill('SIGKILL')
	await ended
}
