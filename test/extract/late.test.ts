import { afterAll, describe, expect, test } from 'vitest'
import { sources } from '../../extract/registry.ts'
import type { SandboxOptions } from '../../extract/sandbox/options.ts'
import type { Sandboxes } from '../../extract/sandbox/sandbox.ts'
import { type CrmSystem, crmSystems, type Pair, type System, usualPair } from '../../extract/sandbox/world/systems.ts'
import { type RecordVersion, recordVersions } from '../../extract/sandbox/world/world.ts'
import type { Source, Stream } from '../../extract/source.ts'
import { optionsAt } from '../../server/configuration/json-schema.ts'
import { startCompany } from '../company-sandboxes.ts'
import { isChosen, offeredSystems } from './chosen-systems.ts'
import { opportunity, transaction } from './sandbox/records.ts'
import { sandboxConnections } from './sandboxes.ts'
import { custom, record, startXero } from './sources/xero-sandbox.ts'
import { startProject } from './vendor.ts'

// What every system does now and then: a record is stamped, and can be read only when a later one was read already.
// TIEOUT_SYSTEM=xero runs one system, TIEOUT_TESTS=all every one.
const second = 1000
const lateness = 100 * second
const open: Sandboxes[] = []
afterAll(async () => {
	for (const sandboxes of open) await sandboxes.close()
})

describe.each(offeredSystems.filter(isChosen))('%s', (system) => {
	test('a record that is committed after its stamp, between two runs, comes with the second', async () => {
		const { source, stream } = documentsOf(system)
		const company = recordVersions({ scale: 0.01, pair: pairWith(system) })
		const versions = [...company].filter((one) => one.system === system && one.object === stream.object)
		const late = lastNew(versions, stream.object)
		const stamped = late.from
		late.from += lateness
		const sandboxes = await started({ pair: pairWith(system), versions, now: stamped + 10 * second })
		const project = await projectOf(sandboxes, system)
		const table = `raw."${source.tables ?? source.kind}__${stream.name}"`
		const read = async () => {
			project.clock.now = sandboxes.now()
			const { streams } = await project.run({ streams: [stream.name] })
			expect(streams.filter(({ outcome }) => outcome !== 'loaded')).toEqual([])
			const rows = await project.rows<{ key: string }>(`select distinct _key as key from ${table}`)
			return rows.map(({ key }) => key)
		}
		const id = late.id.split(':').at(-1)!
		try {
			const before = await read()
			expect(before.length).toBeGreaterThan(1)
			sandboxes.setClock(stamped + 600 * second)
			const after = await read()
			expect(before.filter((key) => key.split(':').includes(id))).toEqual([])
			expect(after.filter((key) => key.split(':').includes(id))).toHaveLength(1)
		} finally {
			await project.close()
		}
	}, 60_000)
})

test('Salesforce: more records of one stamp than a page holds come all, each once', async () => {
	const versions = Array.from({ length: 450 }, (_, number) => opportunity(number + 1))
	const now = Date.parse('2026-11-02T09:00:00Z')
	const sandboxes = await started({ pair: usualPair, versions, now, pageSize: 200 })
	const project = await projectOf(sandboxes, 'salesforce')
	try {
		project.clock.now = sandboxes.now()
		const { streams } = await project.run({ streams: ['opportunities'] })
		expect(streams[0]).toMatchObject({ outcome: 'loaded', appended: 450 })
		expect(sandboxes.requests().salesforce.requests).toBeGreaterThan(4)
	} finally {
		await project.close()
	}
})

test('Xero: more records of one stamp than a page holds come all, each once, and one more of that very second comes later', async () => {
	const stamp = '2026-11-02T08:00:00Z'
	const bill = (number: number, from = Date.parse(stamp)) => {
		const id = `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
		const body = { InvoiceID: id, Type: 'ACCREC', Status: 'AUTHORISED', LineItems: [] }
		return record('Invoices', id, body, { kind: 'ACCREC', status: 'AUTHORISED', updated: stamp, from })
	}
	const late = bill(226, Date.parse(stamp) + lateness)
	const versions = [
		...Array.from({ length: 450 }, (_, number) => bill(number + 1)).filter(({ id }) => id !== late.id),
		late,
	]
	const sandboxes = await startXero({ versions, now: Date.parse(stamp) + 10 * second })
	open.push(sandboxes)
	const project = await startProject([custom(sandboxes, 'US', { page_size: 100 })])
	const read = async () => {
		project.clock.now = sandboxes.now()
		const { streams } = await project.run({ streams: ['invoices'] })
		const { outcome, appended, pages } = streams[0]!
		return { outcome, appended, pages }
	}
	try {
		expect(await read()).toEqual({ outcome: 'loaded', appended: 449, pages: 5 })
		sandboxes.setClock(Date.parse(stamp) + 600 * second)
		expect(await read()).toMatchObject({ outcome: 'loaded', appended: 1 })
		const [counted] = await project.rows(
			'select count(*) as rows, count(distinct _key) as keys from raw.xero__invoices',
		)
		expect(counted).toEqual({ rows: '450', keys: '450' })
	} finally {
		await project.close()
	}
})

test('NetSuite: of the hour that comes twice nothing is lost, though stamps of both read the same', async () => {
	// 1 November 2026, 01:30 in Los Angeles: at 08:30 UTC, and again an hour later.
	const [first, again] = ['2026-11-01T08:30:00Z', '2026-11-01T09:30:00Z'].map((at) => Date.parse(at))
	const changed = (number: number, at: number, status: string) =>
		transaction(number, { status, lastmodifieddate: new Date(at).toISOString().replace('.000', '') }, at)
	const versions = [changed(1, first!, 'B'), changed(1, again!, 'F'), changed(2, again!, 'B')]
	const sandboxes = await started({ pair: usualPair, versions, now: first! + 600 * second })
	const project = await projectOf(sandboxes, 'netsuite')
	try {
		const read = async () => {
			project.clock.now = sandboxes.now()
			const { outcome, appended } = (await project.run({ streams: ['transactions'] })).streams[0]!
			return { outcome, appended }
		}
		expect(await read()).toEqual({ outcome: 'loaded', appended: 1 })
		// A bound of 01:40 may mean either: what a run within the hour does not see, the next one after it does.
		sandboxes.setClock(again! + 600 * second)
		const within = await read()
		sandboxes.setClock(again! + 4200 * second)
		const behind = await read()
		expect([within.outcome, behind.outcome, within.appended + behind.appended]).toEqual(['loaded', 'loaded', 2])
		sandboxes.setClock(again! + 86_400 * second)
		expect(await read()).toEqual({ outcome: 'loaded', appended: 0 })
	} finally {
		await project.close()
	}
})

async function started(options: SandboxOptions): Promise<Sandboxes> {
	const sandboxes = await startCompany({ requestsPerMinute: 1_000_000, ...options })
	open.push(sandboxes)
	return sandboxes
}

/** The stream of documents that has money and is read by its stamp. */
function documentsOf(system: System): { source: Source; stream: Stream } {
	const source = sources.find(({ kind }) => kind === system)!
	const own = source.streams.filter(({ cursor, within, follows }) => cursor && !within && !follows)
	return { source, stream: own.find(({ money }) => money) ?? own.find(({ name }) => name === 'transactions')! }
}

/** A project with all connections of a system, whose pace is kept by tests of its source. */
async function projectOf(sandboxes: Sandboxes, system: System) {
	const unhurried = ['requests_per_minute', 'requests_per_second']
	const connections = sandboxConnections(sandboxes).filter(({ kind }) => kind === system)
	const { options } = documentsOf(system).source
	const known = optionsAt(options, [])
	const pace = Object.fromEntries(unhurried.filter((name) => known.includes(name)).map((name) => [name, 1_000_000]))
	return await startProject(connections.map((one) => ({ ...one, options: { ...one.options, ...pace } })))
}

/** The record of an object that came last into the company, and did not change within the next hour. */
function lastNew(versions: RecordVersion[], object: string): RecordVersion {
	const firsts = new Map<string, RecordVersion>()
	const others = new Map<string, number>()
	for (const one of versions.filter((version) => version.object === object)) {
		if (firsts.has(one.id)) others.set(one.id, Math.min(others.get(one.id) ?? Number.POSITIVE_INFINITY, one.from))
		else firsts.set(one.id, one)
	}
	const found = [...firsts.values()]
		.filter(({ id, from, values }) => values && (others.get(id) ?? Number.POSITIVE_INFINITY) > from + 3600 * second)
		.sort((one, other) => one.from - other.from)
		.at(-1)
	if (!found) throw new Error(`the company has no ${object}`)
	return found
}

function pairWith(system: System): Pair {
	const isCrm = (crmSystems as readonly System[]).includes(system)
	return (isCrm ? { ...usualPair, crm: system as CrmSystem } : { ...usualPair, erp: system }) as Pair
}
