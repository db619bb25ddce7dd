import { afterEach, expect, test } from 'vitest'
import { type Disk, realDisk } from '../../../extract/landing.ts'
import type { SandboxOptions } from '../../../extract/sandbox/options.ts'
import type { Sandboxes } from '../../../extract/sandbox/sandbox.ts'
import { notAQueryJob } from '../../../extract/sources/salesforce/jobs.ts'
import { startCompany } from '../../company-sandboxes.ts'
import { isThorough } from '../../thorough.ts'
import { emptyFolder, extractOnce, type Once, sandboxConnections, warehouseFingerprint } from '../sandboxes.ts'
import { startProject } from '../vendor.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
	for (const one of open.splice(0).reverse()) await one.close()
})

async function setUp(bulk: SandboxOptions['bulk'] = {}) {
	const sandboxes = await startCompany({ scale: 0.02, bulk: { resultRows: 40, ...bulk } })
	open.push(sandboxes)
	return sandboxes
}

async function connect(sandboxes: Sandboxes, options: Record<string, unknown> = {}) {
	const crm = sandboxConnections(sandboxes)[0]!
	const project = await startProject([{ ...crm, options: { ...crm.options, ...options } }], { sources: [] })
	project.clock.now = sandboxes.now()
	open.push(project)
	const read = async (
		request: Parameters<typeof project.run>[0] = {},
		effects: Parameters<typeof project.run>[1] = {},
	) => (await project.run({ streams: ['opportunities'], ...request }, effects)).streams
	return { project, read }
}

const rows = (table: string) =>
	`select * exclude (_run_id, _extracted_at, _loaded_at) from raw.salesforce__${table} order by _key`

/** A disk that takes so many files. */
function fullAfter(files: number): Disk {
	let written = 0
	return {
		write: async (file, bytes) => {
			if (++written > files) throw Object.assign(new Error('full'), { code: 'ENOSPC' })
			await realDisk.write(file, bytes)
		},
	}
}

function jobsMade(sandboxes: Sandboxes): number {
	return sandboxes.requests().salesforce.byRoute['POST /services/data/v66.0/jobs/query'] ?? 0
}

test('a large first read is a job, and what lands is to the letter what page by page brings', async () => {
	const sandboxes = await setUp()
	const [bulk, rest] = [await connect(sandboxes, { bulk_above: 1 }), await connect(sandboxes)]
	const names = ['accounts', 'opportunities', 'opportunity_lines', 'stages', 'users', 'dated_conversion_rates']
	const outcomes = await bulk.read({ streams: names })
	expect(outcomes.filter(({ outcome }) => outcome !== 'loaded')).toEqual([])
	expect(jobsMade(sandboxes)).toBe(6)
	await rest.read({ streams: names })
	expect(jobsMade(sandboxes)).toBe(6)
	for (const name of names) {
		const expected = await rest.project.rows(rows(name))
		expect(expected.length).toBeGreaterThan(0)
		expect(await bulk.project.rows(rows(name))).toEqual(expected)
	}
	const verdicts = await bulk.project.db.selectFrom('certificates').select(['stream', 'verdict']).execute()
	expect(verdicts.filter(({ verdict }) => verdict !== 'proved')).toEqual([])
	expect(sandboxes.requests().salesforce.writes).toEqual([])
	bulk.project.clock.now += 60_000
	const again = await bulk.read({ streams: names })
	expect(again.map(({ appended }) => appended)).toEqual(names.map(() => 0))
})

test('an object that Bulk refuses is read page by page, and the run says why', async () => {
	const sandboxes = await setUp()
	const { read } = await connect(sandboxes, { bulk_above: 1 })
	const [stages] = await read({ streams: ['stages'] })
	expect(stages).toMatchObject({ outcome: 'loaded' })
	expect(stages!.notes!.join()).toMatch(
		/read page by page, not as a bulk job: .*INVALIDENTITY.*not supported by the Bulk API/,
	)
})

test('a job that fails is not made again: the stream is read page by page', async () => {
	const sandboxes = await setUp({ failing: 1 })
	const { read } = await connect(sandboxes, { bulk_above: 1 })
	const [outcome] = await read()
	expect(outcome).toMatchObject({ outcome: 'loaded' })
	expect(outcome!.notes!.join()).toContain('the job ended as Failed: InternalServerError')
	expect(jobsMade(sandboxes)).toBe(1)
})

test('a run that ended while it waited, or between pages, picks its job up again', async () => {
	const sandboxes = await setUp()
	const { project, read } = await connect(sandboxes, { bulk_above: 1 })
	const waiting = await read(
		{},
		{
			sleep: async () => {
				throw new DOMException('stopped', 'AbortError')
			},
		},
	)
	expect(waiting[0]).toMatchObject({ outcome: 'stopped', landed: 0 })
	const broken = await read({}, { disk: fullAfter(2), partBytes: 1 })
	expect(broken[0]).toMatchObject({ outcome: 'failed', error: { code: 'landing.disk_full' } })
	expect(broken[0]!.landed).toBeGreaterThan(0)
	const [end] = await read()
	expect(end).toMatchObject({ outcome: 'loaded' })
	expect(jobsMade(sandboxes)).toBe(1)
	const [certificate] = await project.db.selectFrom('certificates').selectAll().execute()
	expect(certificate).toMatchObject({ verdict: 'proved' })
})

test.runIf(isThorough)(
	'killed (-9) between the pages of its jobs, a run picks each of them up again: none is made twice, nothing is there twice',
	async () => {
		const sandboxes = await setUp()
		const [crm] = sandboxConnections(sandboxes)
		const streams = ['accounts', 'opportunities', 'opportunity_lines']
		const connections = [{ ...crm!, streams, options: { ...crm!.options, bulk_above: 1 } }]
		const job: Once = { folder: emptyFolder(), connections, now: sandboxes.now(), partBytes: 4000 }
		let died = 0
		for (const pages of [2, 5]) if (!(await extractOnce({ ...job, kill: ['page', pages, 0] }))) died++
		expect(died).toBe(2)
		const ended = await extractOnce(job)
		expect(ended!.map(({ outcome }) => outcome)).toEqual(streams.map(() => 'loaded'))
		expect(jobsMade(sandboxes)).toBe(streams.length)
		const whole = { ...job, folder: emptyFolder() }
		await extractOnce(whole)
		expect(await warehouseFingerprint(job.folder)).toEqual(await warehouseFingerprint(whole.folder))
	},
	60_000,
)

test('a job that is gone when the run goes on is begun anew, and everything is there once', async () => {
	const sandboxes = await setUp()
	const { project, read } = await connect(sandboxes, { bulk_above: 1 })
	await read({}, { disk: fullAfter(2), partBytes: 1 })
	sandboxes.setClock(sandboxes.now() + 8 * 24 * 3_600_000)
	project.clock.now = sandboxes.now()
	const [end] = await read()
	expect(end).toMatchObject({ outcome: 'loaded' })
	expect(jobsMade(sandboxes)).toBe(2)
	const [counts] = await project.rows<{ all: string; keys: string }>(
		'select count(*) as all, count(distinct _key) as keys from raw.salesforce__opportunities where not _deleted',
	)
	const [certificate] = await project.db.selectFrom('certificates').selectAll().execute()
	expect(certificate).toMatchObject({ verdict: 'proved', landed_rows: certificate!.loaded_rows })
	expect(Number(counts!.keys)).toBeGreaterThan(0)
})

test('faults on the way lose nothing', async () => {
	const sandboxes = await setUp()
	const [bulk, rest] = [await connect(sandboxes, { bulk_above: 1 }), await connect(sandboxes)]
	await rest.read()
	sandboxes.setFaults({ rate: 0.2, retryAfterSeconds: 0, slowMilliseconds: 5 })
	expect((await bulk.read({}, { retry: { attempts: 12 } }))[0]).toMatchObject({ outcome: 'loaded' })
	sandboxes.setFaults({ rate: 0 })
	expect(await bulk.project.rows(rows('opportunities'))).toEqual(await rest.project.rows(rows('opportunities')))
})

test('of all jobs only those that query may be made', () => {
	const made = (body: unknown) => notAQueryJob({ method: 'POST', path: '/', body })
	const query = { contentType: 'CSV', columnDelimiter: 'COMMA', lineEnding: 'LF', query: 'select Id from Account' }
	expect(made({ ...query, operation: 'query' })).toBeNull()
	expect(made({ ...query, operation: 'queryAll' })).toBeNull()
	for (const operation of ['insert', 'update', 'upsert', 'delete', 'hardDelete', undefined])
		expect(made({ ...query, operation })).toMatch(/^the operation is/)
	expect(made({ ...query, operation: 'query', object: 'Account' })).toBe('the job has object')
	expect(made({ ...query, operation: 'query', query: 'delete from Account' })).toMatch(/SELECT/)
})
