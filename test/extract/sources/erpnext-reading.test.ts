import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { createClient } from '../../../extract/client.ts'
import { sourceOf } from '../../../extract/run.ts'
import { erpnextCredentials } from '../../../extract/sandbox/erpnext/credentials.ts'
import type { SandboxOptions } from '../../../extract/sandbox/options.ts'
import type { RecordVersion } from '../../../extract/sandbox/world/world.ts'
import { recordVersions } from '../../../extract/sandbox/world/world.ts'
import { erpnext } from '../../../extract/sources/erpnext/erpnext.ts'
import { ownModels } from '../../../models/model.ts'
import { startCompany } from '../../company-sandboxes.ts'
import { sandboxConnections } from '../sandboxes.ts'
import { startProject } from '../vendor.ts'

const pair = { crm: 'salesforce', erp: 'erpnext' } as const
const open: { close(): Promise<void> }[] = []
afterEach(async () => {
	for (const one of open.splice(0).reverse()) await one.close()
})

async function setUp(given: SandboxOptions, more: Record<string, unknown> = {}) {
	const sandboxes = await startCompany({ pair, ...given })
	const connections = sandboxConnections(sandboxes).filter(({ kind }) => kind === 'erpnext')
	const project = await startProject(
		connections.map((connection) => ({ ...connection, options: { ...connection.options, ...more } })),
	)
	project.clock.now = sandboxes.now()
	open.push(sandboxes, project)
	const live = (stream: string, columns: string) =>
		project.rows(`select ${columns} from (select *, row_number() over (partition by _key
			order by _extracted_at desc, _cursor desc, _loaded_at desc) as version from raw.erpnext__${stream})
			where version = 1 and not _deleted order by name`)
	return {
		sandboxes,
		project,
		live,
		moveTo: (moment: number) => {
			sandboxes.setClock(moment)
			project.clock.now = moment
		},
	}
}

type Values = NonNullable<RecordVersion['values']>
const day = 24 * 3_600_000
const start = Date.parse('2026-11-04T09:00:00Z')

/** One version; the stamp is the site's time (New York) as text. */
function version(object: string, id: string, at: string, values: Values | null): RecordVersion {
	return { system: 'erpnext', object, id, from: Date.parse(at), values }
}

function invoice(name: string, at: string, modified: string, values: Values = {}): RecordVersion {
	return version('Sales Invoice', name, at, {
		docstatus: '1',
		customer: 'C1',
		company: 'Acme',
		currency: 'USD',
		posting_date: '2026-11-01',
		grand_total: '100.00',
		outstanding_amount: '100.00',
		status: 'Unpaid',
		is_return: '0',
		creation: '2026-11-01 10:00:00.000001',
		modified,
		...values,
	})
}

function line(name: string, parent: string, at: string, modified: string, values: Values = {}): RecordVersion {
	return version('Sales Invoice Item', name, at, {
		parent,
		idx: '1',
		docstatus: '1',
		net_amount: '100.00',
		creation: modified,
		modified,
		...values,
	})
}

function deleted(name: string, at: string, creation: string): RecordVersion {
	const values = { deleted_doctype: 'Sales Invoice', deleted_name: name, restored: '0' }
	return version('Deleted Document', `d${name}`, at, { ...values, creation, modified: creation })
}

test('amounts that change under an unmoved stamp are read, as long as the document is open', async () => {
	const stamp = '2026-11-01 10:00:00.000001'
	const partly = { outstanding_amount: '40.00', status: 'Partly Paid' }
	const versions = [
		invoice('INV-1', '2026-11-01T15:00:00Z', stamp),
		invoice('INV-1', '2026-11-05T12:00:00Z', stamp, partly),
	]
	const { project, live, moveTo } = await setUp({ versions })
	await project.run({ streams: ['invoices'] })
	moveTo(start + 2 * day)
	const { streams } = await project.run({ streams: ['invoices'] })
	expect(streams[0]).toMatchObject({ outcome: 'loaded', appended: 1 })
	expect(await live('invoices', 'outstanding_amount, status')).toEqual([
		{ outstanding_amount: '40.0', status: 'Partly Paid' },
	])
})

test('a deleted draft’s name that the next document takes is that document; the old one’s lines are gone', async () => {
	const versions = [
		invoice('INV-7', '2026-11-03T15:00:00Z', '2026-11-03 10:00:00.000001', { docstatus: '0', status: 'Draft' }),
		line('old-line', 'INV-7', '2026-11-03T15:00:00Z', '2026-11-03 10:00:00.000001'),
		invoice('INV-8', '2026-11-03T15:00:00Z', '2026-11-03 10:00:00.000001'),
		line('its-line', 'INV-8', '2026-11-03T15:00:00Z', '2026-11-03 10:00:00.000001'),
		version('Sales Invoice', 'INV-7', '2026-11-04T15:00:00Z', null),
		version('Sales Invoice Item', 'old-line', '2026-11-04T15:00:00Z', null),
		deleted('INV-7', '2026-11-04T15:00:00Z', '2026-11-04 10:00:00.000001'),
		invoice('INV-7', '2026-11-04T16:00:00Z', '2026-11-04 11:00:00.000001', {
			creation: '2026-11-04 11:00:00.000001',
			grand_total: '7.50',
		}),
		line('new-line', 'INV-7', '2026-11-04T16:00:00Z', '2026-11-04 11:00:00.000001'),
	]
	const { project, live, moveTo } = await setUp({ versions })
	await project.run({ streams: ['invoices', 'invoice_lines'] })
	moveTo(start + day)
	const { streams } = await project.run({ streams: ['invoices', 'invoice_lines'] })
	expect(streams.map(({ outcome, deleted: gone }) => ({ outcome, gone }))).toEqual([
		{ outcome: 'loaded', gone: 0 },
		{ outcome: 'loaded', gone: 1 },
	])
	expect(await live('invoices', 'name, grand_total')).toEqual([
		{ name: 'INV-7', grand_total: '7.5' },
		{ name: 'INV-8', grand_total: '100.0' },
	])
	expect(await live('invoice_lines', 'name')).toEqual([{ name: 'its-line' }, { name: 'new-line' }])
})

test('without a right to Deleted Document, a deletion is found by comparing names, and the certificate says so', async () => {
	const stamp = '2026-11-01 10:00:00.000001'
	const versions = ['A', 'B', 'C'].flatMap((name) => invoice(name, '2026-11-01T15:00:00Z', stamp))
	versions.push(version('Sales Invoice', 'B', '2026-11-04T15:00:00Z', null))
	const { project, live, moveTo, sandboxes } = await setUp({ versions })
	sandboxes.setHidden('erpnext', 'Deleted Document', null, true)
	await project.run({ streams: ['invoices'] })
	moveTo(start + day)
	const { streams } = await project.run({ streams: ['invoices'] })
	expect(streams[0]).toMatchObject({ outcome: 'loaded', deleted: 1 })
	expect(await live('invoices', 'name')).toEqual([{ name: 'A' }, { name: 'C' }])
	const reasons = await project.db
		.selectFrom('certificates')
		.select('reason')
		.where('stream', '=', 'invoices')
		.execute()
	expect(reasons.at(-1)!.reason).toMatch(/read on Deleted Document/)
})

test('a renamed customer is one customer again after the names have been compared', async () => {
	const values = { customer_name: 'Acme', creation: '2026-10-01 10:00:00.1', modified: '2026-10-01 10:00:00.1' }
	const versions = [
		version('Customer', 'O’Brien/Keane Ltd', '2026-10-01T15:00:00Z', values),
		version('Customer', 'Zoë & Co', '2026-10-01T15:00:00Z', values),
		version('Customer', 'O’Brien/Keane Ltd', '2026-11-04T12:00:00Z', null),
		version('Customer', 'Keane plc', '2026-11-04T12:00:00Z', values),
	]
	const { project, live, moveTo } = await setUp({ versions })
	await project.run({ streams: ['customers'] })
	const seen = []
	for (const hours of [20, 25, 26, 49]) {
		moveTo(start + hours * 3_600_000)
		await project.run({ streams: ['customers'] })
		seen.push((await live('customers', 'name')).map(({ name }) => name))
	}
	const [before, after] = [
		['O’Brien/Keane Ltd', 'Zoë & Co'],
		['Keane plc', 'Zoë & Co'],
	]
	// Never under both names, and never under none.
	expect(seen).toEqual([before, after, after, after])
})

test.each([
	['with a new stamp', '2026-11-04 03:30:00.000001'],
	['without one, as before frappe/erpnext pull request 46997', '2026-11-04 03:10:00.000001'],
])(
	'an entry of the ledger that gets the name of its series within the hour, %s, is never there twice and never missing',
	async (_, modified) => {
		const entry = (name: string, at: string, stamp: string, values: Values | null): RecordVersion =>
			version(
				'GL Entry',
				name,
				at,
				values && {
					company: 'Acme',
					account: 'Sales',
					posting_date: '2026-11-04',
					voucher_type: 'Sales Invoice',
					voucher_no: 'A',
					debit: '0.00',
					credit: '100.00',
					is_cancelled: '0',
					creation: '2026-11-04 03:10:00.000001',
					modified: stamp,
					...values,
				},
			)
		// Two that are alike, of one voucher, posted at 3:10 of the site's clock (8:10 UTC) and named at 3:30.
		const names = [
			['4f5a0c1d2e', 'ACC-GLE-2026-00001'],
			['9b8a7c6d5e', 'ACC-GLE-2026-00002'],
		] as const
		const versions = names.flatMap(([first, last]) => [
			entry(first, '2026-11-04T08:10:01Z', '2026-11-04 03:10:00.000001', { to_rename: '1' }),
			entry(first, '2026-11-04T08:30:01Z', '', null),
			entry(last, '2026-11-04T08:30:01Z', modified, { to_rename: '0' }),
		])
		const { project, moveTo } = await setUp({ versions, now: Date.parse('2026-11-04T08:20:00Z') })
		const revenue = async (time: string) => {
			moveTo(Date.parse(`2026-11-04T${time}:00Z`))
			await project.run({ streams: ['gl_entries'] })
			await project.resources.warehouse((database) =>
				database.run(`create or replace table raw.as_of as select timestamp '9999-01-01' as loaded_until,
					timestamp '9999-01-01' as extracted_until`),
			)
			const model = path.join(ownModels, 'staging/erpnext/base_erpnext__gl_entries.sql')
			return await project.rows(`select count(*) as entries, sum(cast(credit as decimal(18, 2))) as credits
				from (${readFileSync(model, 'utf8')}) where not _deleted`)
		}
		const both = [{ entries: '2', credits: '200.00' }]
		for (const time of ['08:20', '08:40', '08:50', '10:00']) expect(await revenue(time), time).toEqual(both)
	},
)

test('entries that a repost deletes and writes anew are never there twice, however soon the next run is', async () => {
	const entry = (name: string, at: string, stamp: string | null): RecordVersion =>
		version(
			'GL Entry',
			name,
			at,
			stamp === null
				? null
				: { company: 'Acme', account: 'Sales', voucher_no: 'A', credit: '100.00', creation: stamp, modified: stamp },
		)
	const versions = [
		entry('first', '2026-11-04T08:10:01Z', '2026-11-04 03:10:00.000001'),
		// What a voucher posted is deleted by SQL: `Deleted Document` knows nothing of it.
		entry('first', '2026-11-04T08:30:01Z', null),
		entry('second', '2026-11-04T08:30:01Z', '2026-11-04 03:30:00.000001'),
		// Posted while the run reads: counted, and not read yet.
		entry('later', '2026-11-04T08:35:00Z', '2026-11-04 03:35:00.500000'),
	]
	const { project, live, moveTo } = await setUp({ versions, now: Date.parse('2026-11-04T08:20:00Z') })
	await project.run({ streams: ['gl_entries'] })
	moveTo(Date.parse('2026-11-04T08:35:00Z'))
	expect((await project.run({ streams: ['gl_entries'] })).streams[0]).toMatchObject({ appended: 1, deleted: 1 })
	expect(await live('gl_entries', 'name')).toEqual([{ name: 'second' }])
})

test('a time zone that is not the site’s is refused: what changed meanwhile would never be read', async () => {
	const { project, live, moveTo } = await setUp(
		{
			versions: [
				invoice('A', '2026-11-04T08:30:01Z', '2026-11-04 03:30:00.000001'),
				// Half an hour after the first run. With a clock six hours ahead its next window begins later.
				invoice('B', '2026-11-04T09:30:01Z', '2026-11-04 04:30:00.000001', { status: 'Paid' }),
			],
		},
		{ time_zone: 'Europe/Berlin' },
	)
	const [found] = (await project.run({ streams: ['invoices'] })).streams
	expect(found).toMatchObject({
		outcome: 'failed',
		appended: 0,
		error: { code: 'erpnext.time_zone', message: expect.stringContaining('America/New_York') },
	})
	// Another name of the same clock is the same.
	project.connections[0]!.options['time_zone'] = 'US/Eastern'
	await project.run({ streams: ['invoices'] })
	moveTo(start + 2 * 3_600_000)
	await project.run({ streams: ['invoices'] })
	expect(await live('invoices', 'name')).toEqual([{ name: 'A' }, { name: 'B' }])
})

test('nothing is lost in the night when an hour comes twice', async () => {
	// 01:10, 01:40 (summer time), 01:20, 01:50 (standard time): on the clock they are not in their order.
	const versions = [
		invoice('A', '2026-11-01T05:10:01Z', '2026-11-01 01:10:00.000001', { status: 'Paid' }),
		invoice('B', '2026-11-01T05:40:01Z', '2026-11-01 01:40:00.000001', { status: 'Paid' }),
		invoice('C', '2026-11-01T06:20:01Z', '2026-11-01 01:20:00.000001', { status: 'Paid' }),
		invoice('D', '2026-11-01T06:50:01Z', '2026-11-01 01:50:00.000001', { status: 'Paid' }),
	]
	const { project, live, moveTo } = await setUp({ versions, now: Date.parse('2026-11-01T04:30:00Z') })
	const seen: number[] = []
	for (const time of ['04:30', '05:15', '05:50', '06:10', '06:30', '07:30', '08:00']) {
		moveTo(Date.parse(`2026-11-01T${time}:00Z`))
		await project.run({ streams: ['invoices'] })
		seen.push((await live('invoices', 'name')).length)
	}
	expect(seen.at(-1)).toBe(4)
	expect(seen).toEqual([...seen].sort())
})

test('a product bundle is the line that it is sold by; what is packed for it has rates, and is neither asked for nor counted', async () => {
	const at = '2026-11-01T15:00:00Z'
	const stamp = '2026-11-01 10:00:00.000001'
	const stamps = { docstatus: '1', creation: stamp, modified: stamp }
	const line = { idx: '1', item_code: 'KIT', qty: '2', uom: 'Nos', rate: '50.00', net_amount: '100.00', ...stamps }
	const packed = ['PUMP', 'QUILL'].flatMap((item, place) =>
		['SO-1', 'SI-1'].map((parent) =>
			version('Packed Item', `${parent} ${item}`, at, {
				...{ parent, idx: String(place + 1), parenttype: parent === 'SO-1' ? 'Sales Order' : 'Sales Invoice' },
				...{
					parent_item: 'KIT',
					parent_detail_docname: `${parent} 1`,
					item_code: item,
					qty: '2',
					rate: '25.00',
					...stamps,
				},
			}),
		),
	)
	const versions = [
		version('Sales Order', 'SO-1', at, {
			...{ customer: 'C1', company: 'Acme', currency: 'USD', grand_total: '100.00', status: 'To Bill' },
			...{ transaction_date: '2026-11-01', ...stamps },
		}),
		version('Sales Order Item', 'SO-1 1', at, { parent: 'SO-1', ...line }),
		invoice('SI-1', at, stamp),
		version('Sales Invoice Item', 'SI-1 1', at, { parent: 'SI-1', sales_order: 'SO-1', so_detail: 'SO-1 1', ...line }),
		...packed,
	]
	const { project, live, sandboxes } = await setUp({ versions })
	const { streams } = await project.run()
	expect(streams.filter(({ outcome }) => outcome !== 'loaded')).toEqual([])
	expect(await live('order_lines', 'name, item_code, net_amount')).toEqual([
		{ name: 'SO-1 1', item_code: 'KIT', net_amount: '100.0' },
	])
	expect(await live('invoice_lines', 'name, item_code, net_amount')).toEqual([
		{ name: 'SI-1 1', item_code: 'KIT', net_amount: '100.0' },
	])
	const routes = Object.keys(sandboxes.requests().erpnext.byRoute).join(' ')
	expect(routes).toContain('Sales Order Item')
	expect(routes).not.toContain('Packed')
	// The document itself has them, beside its lines.
	const order = await fetch(`${sandboxes.url('erpnext')}/api/resource/Sales Order/SO-1`, {
		headers: { authorization: `token ${erpnextCredentials.apiKey}:${erpnextCredentials.apiSecret}` },
	})
	const { data } = (await order.json()) as { data: Record<'items' | 'packed_items', { item_code: string }[]> }
	expect(data.items.map(({ item_code }) => item_code)).toEqual(['KIT'])
	expect(data.packed_items.map(({ item_code }) => item_code)).toEqual(['PUMP', 'QUILL'])
})

test('money has the digits that came over the wire, beyond those of a float too', async () => {
	const amounts = { A: '0.10', B: '90071992547409.93', C: '-1234567.89', D: '1117.503' }
	const versions = Object.entries(amounts).map(([name, total]) =>
		invoice(name, '2026-11-01T15:00:00Z', '2026-11-01 10:00:00.000001', { grand_total: total }),
	)
	const { project, live, sandboxes } = await setUp({ versions })
	await project.run({ streams: ['invoices'] })
	const address = `${sandboxes.url('erpnext')}/api/resource/Sales%20Invoice?fields=["name","grand_total"]&order_by=name`
	const { apiKey, apiSecret } = erpnextCredentials
	const answer = await fetch(address, { headers: { authorization: `token ${apiKey}:${apiSecret}` } })
	const sent = [...(await answer.text()).matchAll(/"grand_total":([^}]+)/g)].map(([, digits]) => digits)
	expect((await live('invoices', 'grand_total')).map((row) => row['grand_total'])).toEqual(sent)
	expect(sent).toEqual(['0.1', '90071992547409.94', '-1234567.89', '1117.503'])
	const [certificate] = await project.db.selectFrom('certificates').select(['verdict', 'reason']).execute()
	expect(certificate).toMatchObject({ verdict: 'proved', reason: expect.stringContaining('15 digits') })
})

test('a user bound to one company reads its rows only, and the certificate says that it can’t know', async () => {
	const { apiKey } = erpnextCredentials
	const stamp = '2026-11-01 10:00:00.000001'
	const german = { company: 'Halvorsen Messtechnik GmbH' }
	const versions = [
		invoice('A', '2026-11-01T15:00:00Z', stamp),
		invoice('B', '2026-11-01T15:00:00Z', stamp, german),
		line('a', 'A', '2026-11-01T15:00:00Z', stamp),
		line('b', 'B', '2026-11-01T15:00:00Z', stamp),
	]
	const limited = { api_key: erpnextCredentials.limitedKey, api_secret: erpnextCredentials.limitedSecret }
	expect(limited.api_key).not.toBe(apiKey)
	const { project, live } = await setUp({ versions }, limited)
	await project.run({ streams: ['invoices', 'invoice_lines'] })
	expect(await live('invoices', 'name')).toEqual([{ name: 'B' }])
	expect(await live('invoice_lines', 'name')).toEqual([{ name: 'b' }])
	const reasons = await project.db.selectFrom('certificates').select('reason').execute()
	expect(reasons.every(({ reason }) => reason?.includes('User Permissions leave rows out without a word'))).toBe(true)
})

test('a custom field that the site doesn’t have is empty; one that was named and isn’t there stops the stream', async () => {
	const { project, live } = await setUp({
		versions: [invoice('A', '2026-11-01T15:00:00Z', '2026-11-01 10:00:00.000001', { crm_opportunity_id: '006X' })],
		schemaEvents: [
			{
				system: 'erpnext',
				object: 'Sales Invoice',
				field: 'sales_channel',
				at: Date.parse('2026-11-01T00:00:00Z'),
				change: 'removed',
				type: 'picklist',
				label: 'Sales Channel',
			},
		],
	})
	const { streams } = await project.run({ streams: ['invoices'] })
	expect(streams[0]!.notes!.join()).toContain('Sales Invoice has no field sales_channel')
	expect(await live('invoices', 'crm_opportunity_id, channel')).toEqual([{ crm_opportunity_id: '006X', channel: null }])
	project.connections[0]!.fields = { 'invoices.channel': 'sales_channel' }
	const again = await project.run({ streams: ['invoices'] })
	expect(again.streams[0]).toMatchObject({ outcome: 'failed', error: { code: 'fields.unknown' } })
})

test.each([
	['Sales Invoice', 'invoices', 'crm_opportunity_id'],
	['Sales Invoice', 'invoices', 'grand_total'],
	['Sales Invoice Item', 'invoice_lines', 'base_net_amount'],
	['GL Entry', 'ledger_totals', 'credit'],
])(
	'a field of a permission level that the role does not read, %s (%s): %s, stops the stream by its name',
	async (doctype, stream, field) => {
		const line = version('Sales Invoice Item', 'a', '2026-11-01T15:00:00Z', {
			parent: 'A',
			parenttype: 'Sales Invoice',
			base_net_amount: '100.00',
			modified: '2026-11-01 10:00:00.000001',
		})
		const entry = version('GL Entry', 'g', '2026-11-01T15:00:00Z', {
			company: 'Acme',
			account: 'Sales',
			posting_date: '2026-11-01',
			credit: '100.00',
			debit: '0.00',
			is_cancelled: '0',
			voucher_type: 'Sales Invoice',
			modified: '2026-11-01 10:00:00.000001',
		})
		const { project, sandboxes } = await setUp({
			versions: [invoice('A', '2026-11-01T15:00:00Z', '2026-11-01 10:00:00.000001'), line, entry],
		})
		sandboxes.setHidden('erpnext', doctype, field, true)
		const [before] = (await project.run({ streams: [stream] })).streams
		expect(before).toMatchObject({
			outcome: 'failed',
			appended: 0,
			error: {
				code: 'fields.withheld',
				message: expect.stringContaining(field),
				next: expect.stringMatching(/Role Permissions Manager.*level/),
			},
		})
		sandboxes.setHidden('erpnext', doctype, field, false)
		expect((await project.run({ streams: [stream] })).streams[0]).toMatchObject({ outcome: 'loaded', appended: 1 })
	},
)

test('OAuth: a refresh token that is replaced each time is kept, and an ended session is renewed', async () => {
	const { clientId, clientSecret, refreshToken } = erpnextCredentials
	const oauth = { client_id: clientId, client_secret: clientSecret, refresh_token: refreshToken }
	const { project, sandboxes } = await setUp(
		{ versions: [invoice('A', '2026-11-01T15:00:00Z', '2026-11-01 10:00:00.000001')] },
		{ ...oauth, api_key: undefined, api_secret: undefined },
	)
	expect((await project.run({ streams: ['invoices'] })).streams[0]).toMatchObject({ outcome: 'loaded', appended: 1 })
	sandboxes.expireTokens()
	expect((await project.run({ streams: ['invoices'] })).streams[0]).toMatchObject({ outcome: 'loaded' })
})

test('a day later brings exactly that day’s changes of the sample company', { timeout: 60_000 }, async () => {
	const scale = 0.01
	const versions = [...recordVersions({ scale, pair })].filter(({ system }) => system === 'erpnext')
	const { project, moveTo } = await setUp({ scale })
	const names = 'customers orders order_lines invoices invoice_lines invoice_charges payments gl_entries'.split(' ')
	await project.run({ streams: names })
	moveTo(start + day)
	const { streams } = await project.run({ streams: names })
	expect(streams.filter(({ outcome }) => outcome !== 'loaded')).toEqual([])
	for (const stream of erpnext.streams.filter(({ name }) => names.includes(name))) {
		const rows = await project.rows<{ _key: string }>(
			`select distinct _key from raw.erpnext__${stream.name} where _run_id = '${streams.find((one) => one.stream === stream.name)!.runId}' order by 1`,
		)
		expect({ stream: stream.name, keys: rows.map(({ _key }) => _key) }).toEqual({
			stream: stream.name,
			keys: changedKeys(versions, stream, start, start + day),
		})
	}
})

/** Names of the records of a stream that look otherwise at `to` than at `from`, in the fields that it reads. */
function changedKeys(versions: RecordVersion[], stream: (typeof erpnext.streams)[number], from: number, to: number) {
	const filters: [string, string, unknown][] = stream.filter ? JSON.parse(stream.filter) : []
	const look = (at: number) => {
		const seen = new Map<string, string>()
		for (const { object, id, from: since, values } of versions) {
			if (object !== stream.object || since > at) continue
			if (!values) seen.delete(id)
			else if (filters.every(([field, , value]) => String(values[field] ?? value) === String(value)))
				seen.set(id, JSON.stringify(Object.values(stream.columns).map(({ field }) => values[field] ?? null)))
		}
		return seen
	}
	const [before, after] = [look(from), look(to)]
	return [...new Set([...before.keys(), ...after.keys()])].filter((key) => before.get(key) !== after.get(key)).sort()
}

test('doctor is told whose token it is, what the site’s clock says, and what may be hidden', async () => {
	const { project } = await setUp({ versions: [invoice('A', '2026-11-01T15:00:00Z', '2026-11-01 10:00:00.000001')] })
	const { source, connection } = sourceOf(project.connections[0]!)
	const client = createClient(source, connection, project.resources.state)
	const found = await source.probe!(connection.options, client.ask)
	await client.close()
	expect(found.map(({ name, detail }) => `${name}: ${detail}`)).toEqual([
		'user: tieout.reader@halvorsen.example',
		'site clock: the newest invoice is stamped 2026-11-01 10:00:00; that must be the time in America/New_York',
		'User Permissions: this user may not look them up: make sure that none names it, or rows are missing unseen',
	])
})

test('doctor finds the orders of a company that is said to write none', async () => {
	const { project } = await setUp({ scale: 0.001 })
	const { source, connection } = sourceOf(project.connections[0]!)
	const client = createClient(source, connection, project.resources.state)
	const of = async (orders: boolean) =>
		(await source.probe!({ ...connection.options, orders }, client.ask)).filter(({ name }) => name === 'Sales Orders')
	expect(await of(true)).toEqual([])
	expect(await of(false)).toMatchObject([{ fix: 'take orders: false out of the options' }])
	await client.close()
})
