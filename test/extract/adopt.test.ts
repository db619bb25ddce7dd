import { spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { replayLanding } from '../../extract/replay.ts'
import { openDatabase } from '../../models/warehouse.ts'
import { isThorough } from '../thorough.ts'
import {
	smallConnection,
	startProject,
	startVendor,
	thing,
	type Vendor,
	vendorSource,
	vendorStreams,
} from './vendor.ts'

let vendor: Vendor
afterEach(() => vendor.close())

const [things] = vendorStreams
const later = '"2026-03-02T09:30:00.000Z"'

/** The stream with columns that were not declared before. */
function declaring(more: (typeof things & object)['columns']) {
	return [{ ...things!, columns: { ...things!.columns, ...more } }]
}

const versions = `select id, tax, _extra, _deleted from raw.small__things order by id, _extracted_at`

test('a field that is declared later fills its history from what was kept, and nothing is read as changed', async () => {
	const extra = (tax: string) => ({ Tax: tax, Other: '"kept"' })
	vendor = await startVendor({
		thing: [thing(1, extra('1.50')), thing(2, extra('null')), thing(3, extra('"no number"')), thing(4)],
	})
	const before = await startProject([smallConnection(vendor)])
	await before.run({ streams: ['things'] })
	before.clock.now += 3_600_000
	vendor.objects['thing']![0] = thing(1, { ...extra('2.50'), changed: later })
	vendor.deleted = [{ id: '4', at: '2026-03-02T09:40:00.000Z' }]
	await before.run({ streams: ['things'] })

	const tax = declaring({ tax: { field: 'Tax', type: 'amount' } })
	before.resources.sources = [vendorSource(tax)]
	const { appended } = await replayLanding({ connections: before.connections, stream: 'things' }, before.resources)
	expect(appended).toEqual({ 'crm.things': 0 })
	const expected = [
		{ id: '1', tax: '1.50', _extra: '{"Other":"kept"}', _deleted: false },
		{ id: '1', tax: '2.50', _extra: '{"Other":"kept"}', _deleted: false },
		{ id: '2', tax: null, _extra: '{"Other":"kept"}', _deleted: false },
		{ id: '3', tax: null, _extra: '{"Tax":"no number","Other":"kept"}', _deleted: false },
		{ id: '4', tax: null, _extra: null, _deleted: false },
		{ id: '4', tax: null, _extra: null, _deleted: true },
	]
	expect(await before.rows(versions)).toEqual(expected)

	before.clock.now += 3_600_000
	vendor.deleted = []
	vendor.objects['thing'] = [
		thing(1, { ...extra('2.50'), changed: later }),
		thing(2, extra('null')),
		thing(3, extra('"no number"')),
	]
	const { streams } = await before.run({ streams: ['things'] })
	expect(streams[0]).toMatchObject({ outcome: 'loaded', appended: 0 })
	expect(await before.rows(versions)).toEqual(expected)
	await before.close()
})

test('a custom field that is named later in the configuration fills its history too', async () => {
	const coded = (id: number) => thing(id, { Our_Code: `"A-${id}"` }).replace('"Code__c":null,', '')
	vendor = await startVendor({ thing: [coded(1), coded(2)] })
	const project = await startProject([smallConnection(vendor)])
	await project.run({ streams: ['things'] })
	project.connections[0]!.fields = { code: 'Our_Code' }
	await replayLanding({ connections: project.connections, stream: 'things' }, project.resources)
	expect(await project.rows('select id, code from raw.small__things order by id')).toEqual([
		{ id: '1', code: 'A-1' },
		{ id: '2', code: 'A-2' },
	])
	await project.close()
})

test.runIf(isThorough)(
	'killed at any statement while the history is filled, the end is the same',
	async () => {
		vendor = await startVendor({ thing: [1, 2, 3].map((id) => thing(id, { Tax: `${id}.50` })) })
		const [calm, harried] = [1, 2].map(() => mkdtempSync(path.join(tmpdir(), 'adopt-'))) as [string, string]
		for (const folder of [calm, harried]) await read(folder, { isDeclared: false })
		const done = await read(calm, { isDeclared: true })
		let died = 0
		for (let after = 1; after <= done!.statements; after += Math.ceil(done!.statements / 6))
			if (!(await read(harried, { isDeclared: true, dieAfter: after }))) died++
		await read(harried, { isDeclared: true })
		expect(died).toBeGreaterThan(2)
		expect(await rows(harried)).toEqual(await rows(calm))
		expect((await rows(calm)).map(({ tax }) => tax)).toEqual(['1.50', '2.50', '3.50'])
	},
	60_000,
)

async function rows(folder: string) {
	const database = await openDatabase(path.join(folder, 'warehouse.duckdb'), { readOnly: true })
	const found = await database.all<{ tax: string }>(
		'select * exclude (_run_id, _loaded_at) from raw.small__things order by all',
	)
	await database.close()
	return found
}

/** What a replay in its own process said; null when it was killed. */
async function read(folder: string, given: { isDeclared: boolean; dieAfter?: number }) {
	const script = path.join(import.meta.dirname, 'read-declared.ts')
	const child = spawn(
		process.execPath,
		['--disable-warning=ExperimentalWarning', script, JSON.stringify({ folder, url: vendor.url, ...given })],
		{ stdio: ['ignore', 'pipe', 'inherit'] },
	)
	let out = ''
	for await (const chunk of child.stdout) out += chunk
	return out === '' ? null : (JSON.parse(out) as { statements: number })
}

test('a field of the company’s own is asked for from the first run on, and fills its column when one is declared', async () => {
	vendor = await startVendor({ thing: [thing(1, { Tier__x: '"gold"' }), thing(2, { Tier__x: 'null' })] })
	vendor.described['thing'] = {
		...Object.fromEntries(['id', 'amount', 'currency', 'day', 'changed', 'Code__c'].map((name) => [name, 'string'])),
		Tier__x: 'string',
	}
	const project = await startProject([smallConnection(vendor, { describes: true })])
	await project.run({ streams: ['things'] })
	const pages = vendor.asked.filter((asked) => asked.startsWith('GET /data/thing'))
	expect(pages.every((asked) => asked.includes('extra=Tier__x'))).toBe(true)

	project.resources.sources = [vendorSource(declaring({ tier: { field: 'Tier__x', type: 'text' } }))]
	project.clock.now += 3_600_000
	vendor.asked.length = 0
	await project.run({ streams: ['things'] })
	// What is declared is not asked for twice, and nothing that is declared counts as changed.
	expect(vendor.asked.some((asked) => asked.includes('extra='))).toBe(false)
	expect(await project.rows('select id, tier, _extra from raw.small__things order by id')).toEqual([
		{ id: '1', tier: 'gold', _extra: null },
		{ id: '2', tier: null, _extra: null },
	])
	await project.close()
})
