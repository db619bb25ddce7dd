import { afterEach, expect, test } from 'vitest'
import { columns } from '../../extract/columns.ts'
import { decideHeldRun, replayLanding, replayQuarantine } from '../../extract/replay.ts'
import type { Stream } from '../../extract/source.ts'
import { smallConnection, startProject, startVendor, vendorSource } from './vendor.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
	for (const one of open.splice(0).reverse()) await one.close()
})

const freshness = { warn: 60, error: 120 }
const cursor = { column: 'changed', heldBack: 60, overlap: 60 }
const deletedWhen = { column: 'status', equals: 'DELETED' }

const bills: Stream = {
	name: 'bills',
	object: 'bill',
	key: ['id'],
	columns: columns('id currency:currency changed:datetime status Line:json', (field) => field.toLowerCase()),
	cursor,
	deletedWhen,
	freshness,
}

const lines: Stream = {
	name: 'bill_lines',
	object: 'bill',
	key: ['id'],
	columns: columns('Id Amount:amount ^^.currency:currency Detail.Price:price *project=CF_1', (field) =>
		field.split('.').at(-1)!.toLowerCase(),
	),
	cursor: null,
	money: { amount: 'amount', currency: 'currency' },
	freshness,
	within: { stream: 'bills', column: 'line' },
}

const links: Stream = {
	name: 'bill_links',
	object: 'bill',
	key: [],
	columns: columns('^.Id ^^.id Txn', (field) => ({ '^.Id': 'line_id', '^^.id': 'bill_id' })[field] ?? 'txn'),
	cursor: null,
	freshness,
	within: { stream: 'bills', column: 'line', inside: 'Links.Link' },
}

type Line = { id?: string; amount?: string; more?: string }

function bill(id: number, list: Line[] | null, { changed = '2026-03-01T10:00:00.000Z', more = '' } = {}): string {
	const texts = list?.map(
		({ id: line, amount = '10.50', more: rest = '' }) =>
			`{${line === undefined ? '' : `"Id":"${line}",`}"Amount":${amount},"Detail":{"Price": 1.25}${rest}}`,
	)
	const status = more.includes('status') ? '' : ',"status":"OPEN"'
	return `{"id":"${id}","currency":"USD","changed":"${changed}","Line": ${texts ? `[${texts.join(' , ')}]` : 'null'}${status}${more}}`
}

const two = [{ id: '1' }, { id: '2', amount: '90071992547409.93' }]

async function setUp(records: string[], options: Record<string, unknown> = {}, streams = [bills, lines, links]) {
	const vendor = await startVendor({ bill: records })
	const project = await startProject([smallConnection(vendor, options, { project: 'CF_7' })], {
		sources: [vendorSource(streams)],
	})
	open.push(vendor, project)
	const next = async (records: string[], request: Parameters<typeof project.run>[0] = {}, minutes = 60) => {
		vendor.objects['bill'] = records
		project.clock.now += minutes * 60_000
		return (await project.run(request)).streams[0]!
	}
	return { vendor, project, next }
}

const inForce = (table: string, columns: string) =>
	`select ${columns} from (select *, row_number() over (partition by _key order by _extracted_at desc, _cursor desc, _loaded_at desc) as version
		from raw.small__${table}) where version = 1 and not _deleted order by _key`

const later = { changed: '2026-03-02T09:30:00.000Z' }

test('each element becomes a row below its record, with every digit, its record’s columns and its custom fields', async () => {
	const { project } = await setUp([
		bill(1, [{ id: '1', more: ',"CF_7":"P-9","Memo":"x"' }, two[1]!]),
		bill(2, null),
		bill(3, []),
	])
	const { streams } = await project.run()
	expect(streams.map(({ stream, outcome }) => [stream, outcome])).toEqual([['bills', 'loaded']])
	expect(streams[0]!.nested).toMatchObject({ bill_lines: { landed: 2, loaded: 2, appended: 2, deleted: 0 } })
	expect(
		await project.rows(inForce('bill_lines', '_key, _parent, id, amount, currency, price, project, _extra, _cursor')),
	).toEqual([
		{
			_key: '1:1',
			_parent: '1',
			id: '1',
			amount: '10.50',
			currency: 'USD',
			price: '1.25',
			project: 'P-9',
			_extra: '{"Memo":"x"}',
			_cursor: '2026-03-01T10:00:00.000Z',
		},
		{
			_key: '1:2',
			_parent: '1',
			id: '2',
			amount: '90071992547409.93',
			currency: 'USD',
			price: '1.25',
			project: null,
			_extra: null,
			_cursor: '2026-03-01T10:00:00.000Z',
		},
	])
	const again = await project.run({ full: true })
	expect(again.streams[0]!.nested).toMatchObject({ bill_lines: { appended: 0, deleted: 0 } })
})

test('the tables are there after the first run, also when no record has an element', async () => {
	const { project } = await setUp([])
	await project.run()
	expect(await project.rows('select * from raw.small__bill_lines')).toEqual([])
	expect(await project.rows('select * from raw.small__bill_links')).toEqual([])
})

test('a changed element is appended, one that left the list gets a tombstone, all with their record’s stamps', async () => {
	const { project, next } = await setUp([bill(1, two), bill(2, two)])
	await project.run()
	const run = await next([bill(1, [{ id: '1', amount: '11' }, { id: '3' }], later), bill(2, two)])
	expect(run.nested!['bill_lines']).toMatchObject({ landed: 2, loaded: 2, appended: 2, deleted: 1 })
	expect(await project.rows(inForce('bill_lines', '_key, amount'))).toEqual([
		{ _key: '1:1', amount: '11' },
		{ _key: '1:3', amount: '10.50' },
		{ _key: '2:1', amount: '10.50' },
		{ _key: '2:2', amount: '90071992547409.93' },
	])
	const [buried] = await project.rows('select * from raw.small__bill_lines where _deleted')
	const [parent] = await project.rows("select * from raw.small__bills where id = '1' order by _extracted_at desc")
	for (const column of ['_run_id', '_extracted_at', '_cursor']) expect(buried![column]).toEqual(parent![column])
	expect(buried).toMatchObject({ _key: '1:2', amount: '90071992547409.93' })
})

test('a deleted record buries its elements: marked, listed or found missing; and when it comes back they live again', async () => {
	const { vendor, project, next } = await setUp([bill(1, two), bill(2, two), bill(3, two), bill(4, two)], {
		lists: true,
	})
	await project.run()
	vendor.deleted.push({ id: '2', at: '2026-03-02T09:10:00.000Z' })
	const marked = bill(1, two, { ...later, more: ',"status":"DELETED"' })
	await next([marked, bill(3, two), bill(4, two)])
	const keys = async () =>
		(await project.rows<{ _parent: string }>(inForce('bill_lines', 'distinct _parent, _key'))).map(
			({ _parent }) => _parent,
		)
	expect(await keys()).toEqual(['3', '3', '4', '4'])
	await next([marked, bill(4, two)], { full: true })
	expect(await keys()).toEqual(['4', '4'])
	await next([marked, bill(3, two), bill(4, two)], { full: true })
	expect(await keys()).toEqual(['3', '3', '4', '4'])
	expect((await next([marked, bill(3, two), bill(4, two)], { full: true })).nested!['bill_lines']).toMatchObject({
		appended: 0,
		deleted: 0,
	})
})

test('lists in lists are rows of their own, known by their place', async () => {
	const list = (...txns: string[]) => `,"Links":{"Link":[${txns.map((txn) => `{"Txn":${txn}}`).join(',')}]}`
	const { project, next } = await setUp([
		bill(1, [
			{ id: '7', more: list('501', '502') },
			{ id: '8', more: list('503') },
		]),
	])
	await project.run()
	expect(await project.rows(inForce('bill_links', '_key, bill_id, line_id, txn'))).toEqual([
		{ _key: '1:1.1', bill_id: '1', line_id: '7', txn: '501' },
		{ _key: '1:1.2', bill_id: '1', line_id: '7', txn: '502' },
		{ _key: '1:2.1', bill_id: '1', line_id: '8', txn: '503' },
	])
	// The link belongs to its own stream: the line does not change with it.
	const run = await next([
		bill(
			1,
			[
				{ id: '7', more: list('501') },
				{ id: '8', more: list('503') },
			],
			later,
		),
	])
	expect(run.nested).toMatchObject({
		bill_lines: { appended: 0, deleted: 0 },
		bill_links: { appended: 0, deleted: 1 },
	})
})

test('elements without a key, or with the same one twice, are all kept', async () => {
	const { project } = await setUp([bill(1, [{ id: '1' }, { id: '1', amount: '2' }, { amount: '3' }, { amount: '4' }])])
	await project.run()
	expect(await project.rows(inForce('bill_lines', '_key, amount'))).toEqual([
		{ _key: '1:#1', amount: '3' },
		{ _key: '1:#2', amount: '4' },
		{ _key: '1:1', amount: '10.50' },
		{ _key: '1:1#2', amount: '2' },
	])
})

test('a record with a bad element is quarantined whole, and a replay brings both', async () => {
	const { project } = await setUp([bill(1, [{ id: '1' }, { id: '2', amount: '1.23456' }]), bill(2, two)])
	const { streams } = await project.run()
	expect(streams[0]).toMatchObject({ loaded: 1, quarantined: 1 })
	const [waiting] = await project.resources.state.quarantined({})
	expect(waiting).toMatchObject({
		key: '1',
		code: 'too_many_decimals',
		reason: 'line[2]: Amount: "1.23456" has 5 decimals; 4 are held exactly',
	})
	const wider = { ...lines, columns: { ...lines.columns, amount: { field: 'Amount', type: 'price' as const } } }
	const resources = { ...project.resources, sources: [vendorSource([bills, wider, links])] }
	await replayQuarantine({ connections: project.connections }, resources, { now: () => project.clock.now + 5 })
	expect(await project.rows(inForce('bill_lines', '_key, amount'))).toHaveLength(4)
})

test('what is not a list is quarantined with its record; one object counts as a list of one', async () => {
	const raw = (id: number, line: string) =>
		`{"id":"${id}","currency":"USD","changed":"2026-03-01T10:00:00.000Z","status":"OPEN","Line":${line}}`
	const { project } = await setUp([raw(1, '"many"'), raw(2, '{"Id":"1","Amount":5}')])
	await project.run()
	expect((await project.resources.state.quarantined({})).map(({ code }) => code)).toEqual(['not_json'])
	expect(await project.rows(inForce('bill_lines', '_key, amount'))).toEqual([{ _key: '2:1', amount: '5' }])
})

test('a lost warehouse comes back with the same rows, and a list declared later gets its whole history', async () => {
	const { vendor, project, next } = await setUp([bill(1, two), bill(2, two), bill(3, two)], {}, [bills])
	await project.run()
	await next([bill(1, [{ id: '1', amount: '11' }], later), bill(2, two), bill(3, two)])
	await next([bill(1, [{ id: '1', amount: '11' }], later), bill(3, two)], { full: true })
	project.resources.sources = [vendorSource([bills, lines, links])]
	vendor.asked.length = 0
	await project.run({ streams: ['bill_lines'] })
	expect(vendor.asked.some((line) => line.includes('/data/bill'))).toBe(true)
	const history = 'select * exclude (_loaded_at) from raw.small__bill_lines order by all'
	const filled = await project.rows(history)
	expect(filled.filter((row) => row['_deleted'])).toHaveLength(3)
	expect(await project.rows(inForce('bill_lines', '_key'))).toHaveLength(3)
	await project.rows('drop schema raw cascade')
	await replayLanding({ connections: project.connections }, project.resources)
	expect(await project.rows(history)).toEqual(filled)
	const before = await project.rows('select * from raw.small__bill_lines order by all')
	const again = await replayLanding({ connections: project.connections }, project.resources)
	expect(again.appended).toEqual({ 'crm.bills': 0 })
	expect(await project.rows('select * from raw.small__bill_lines order by all')).toEqual(before)
})

test('a held run that is loaded late changes nothing of what came after it', async () => {
	const many = Array.from({ length: 60 }, (_, index) => bill(index + 1, two))
	const { project, next } = await setUp(many)
	await project.run()
	const few = [bill(1, [...two, { id: '3' }], later), ...many.slice(1, 20)]
	const held = await next(few, { full: true })
	expect(held.outcome).toBe('held')
	const newer = [bill(1, [{ id: '1' }], { changed: '2026-03-02T10:30:00.000Z' }), ...many.slice(1, 20)]
	await next(newer)
	expect(await project.rows(inForce('bill_lines', '_key'))).toHaveLength(119)
	await decideHeldRun(
		{ runId: held.runId!, decision: 'load', decidedBy: 'ada' },
		project.connections,
		project.resources,
		{ now: () => project.clock.now },
	)
	expect((await project.rows(inForce('bill_lines', '_key, _parent'))).filter((row) => row['_parent'] === '1')).toEqual([
		{ _key: '1:1', _parent: '1' },
	])
	expect(await project.rows(inForce('bill_lines', '_key'))).toHaveLength(39)
})

test('a list has its own certificate and is as fresh as its records; switched off, it is not loaded', async () => {
	const { project } = await setUp([bill(1, two)])
	await project.run()
	const certificates = await project.db.selectFrom('certificates').selectAll().orderBy('id').execute()
	expect(
		certificates.map(({ stream, verdict, reason, landed_rows, loaded_rows }) => [
			stream,
			verdict,
			reason,
			landed_rows,
			loaded_rows,
		]),
	).toEqual([
		['bills', 'proved', null, 1, 1],
		['bill_lines', 'proved', 'counted in the records of bills that are new or changed', 2, 2],
		['bill_links', 'proved', 'counted in the records of bills that are new or changed', 0, 0],
	])
	expect(JSON.parse(certificates[1]!.money)).toEqual([
		{ currency: 'USD', source: null, landed: null, loaded: '90071992547420.4300' },
	])
	const cursors = await project.db.selectFrom('stream_cursors').select(['stream', 'watermark']).execute()
	expect(new Set(cursors.map(({ watermark }) => watermark)).size).toBe(1)
	expect(cursors).toHaveLength(3)
	const some = { ...project.connections[0]!, streams: ['bills', 'bill_links'] }
	const other = await startProject([some], { sources: [vendorSource([bills, lines, links])] })
	open.push(other)
	await other.run()
	const tables = await other.rows<{ name: string }>(
		"select table_name as name from duckdb_tables() where schema_name = 'raw' order by 1",
	)
	expect(tables.map(({ name }) => name)).toEqual(['small__bill_links', 'small__bills'])
})

test('lists that are long together are taken apart in portions, the first time and later, and none of it shows', async () => {
	const long = (mark: string) =>
		`,"Memo":"${mark.repeat(700_000)}","Links":{"Link":[{"Txn":"a${mark}"},{"Txn":"b${mark}"}]}`
	const bills = (mark: string) =>
		Array.from({ length: 8 }, (_, id) =>
			bill(id + 1, [{ id: '1', more: long(id === 3 ? mark : 'x') }, { id: '2' }], {
				changed: `2026-03-01T1${mark === 'y' ? 1 : 0}:00:00.000Z`,
			}),
		)
	const { project, next } = await setUp(bills('x'))
	const counted = () =>
		project.rows(
			`select count(*) as rows, count(distinct _key) as keys, count(distinct _parent) as parents, sum(length(_extra)) as length
			from raw.small__bill_lines`,
		)
	expect((await project.run()).streams[0]).toMatchObject({ outcome: 'loaded', appended: 8 })
	expect(await counted()).toMatchObject([{ rows: '16', keys: '16', parents: '8' }])
	expect(
		await project.rows('select count(*) as rows, count(distinct line_id) as lines from raw.small__bill_links'),
	).toEqual([{ rows: '16', lines: '1' }])
	expect(await next(bills('y'), { full: true })).toMatchObject({ outcome: 'loaded', appended: 8 })
	// Of eight records that changed, one line is another.
	expect(await counted()).toMatchObject([{ rows: '17', keys: '16', parents: '8' }])
	expect(await project.rows(`select txn from raw.small__bill_links where txn like '%y' order by 1`)).toEqual([
		{ txn: 'ay' },
		{ txn: 'by' },
	])
	const certificates = await project.db
		.selectFrom('certificates')
		.select(['stream', 'verdict', 'landed_rows'])
		.execute()
	expect(new Set(certificates.map(({ verdict }) => verdict))).toEqual(new Set(['proved']))
})
