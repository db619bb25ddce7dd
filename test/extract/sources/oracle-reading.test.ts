import { afterEach, expect, test } from 'vitest'
import { createClient } from '../../../extract/client.ts'
import { sourceOf } from '../../../extract/run.ts'
import type { SandboxOptions } from '../../../extract/sandbox/options.ts'
import { oracleAssertionKey, oracleCredentials } from '../../../extract/sandbox/oracle/credentials.ts'
import type { RecordVersion } from '../../../extract/sandbox/world/world.ts'
import { startCompany } from '../../company-sandboxes.ts'
import { sandboxConnections } from '../sandboxes.ts'
import { startProject } from '../vendor.ts'

const pair = { crm: 'salesforce', erp: 'oracle' } as const
const day = 24 * 3_600_000
const start = Date.parse('2026-11-04T09:00:00Z')
const open: { close(): Promise<void> }[] = []
afterEach(async () => {
	for (const one of open.splice(0).reverse()) await one.close()
})

async function setUp(given: SandboxOptions, more: Record<string, unknown> = {}) {
	const sandboxes = await startCompany({ pair, now: start, ...given })
	const [first] = sandboxConnections(sandboxes).filter(({ kind }) => kind === 'oracle')
	const connection = { ...first!, options: withoutNothing({ ...first!.options, ...more }) }
	const project = await startProject([connection])
	project.clock.now = sandboxes.now()
	open.push(sandboxes, project)
	const live = (stream: string, columns: string) =>
		project.rows(`select ${columns} from (select *, row_number() over (partition by _key
			order by _extracted_at desc, _cursor desc, _loaded_at desc) as version from raw.oracle__${stream})
			where version = 1 and not _deleted order by _key`)
	const moveTo = (moment: number) => {
		sandboxes.setClock(moment)
		project.clock.now = moment
	}
	return { sandboxes, project, connection, live, moveTo }
}

function withoutNothing(options: Record<string, unknown>) {
	return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

type Values = NonNullable<RecordVersion['values']>

/** One version of an invoice; ids have 15 digits. */
function invoice(number: number, at: string, values: Values | null = {}): RecordVersion {
	const id = String(300_100_180_148_000 + number)
	return {
		system: 'oracle',
		object: 'receivablesInvoices',
		id,
		from: Date.parse(at),
		values: values && {
			CustomerTransactionId: id,
			TransactionNumber: `INV-${number}`,
			InvoiceStatus: 'Complete',
			InvoiceCurrencyCode: 'USD',
			EnteredAmount: '100.00',
			CreationDate: '2026-11-01T00:00:00Z',
			LastUpdateDate: at,
			...values,
		},
	}
}

function line(number: number, of: number, at: string, values: Values | null = {}): RecordVersion {
	const id = String(300_200_180_148_000 + number)
	const parent = String(300_100_180_148_000 + of)
	return {
		system: 'oracle',
		object: 'receivablesInvoices.receivablesInvoiceLines',
		id,
		from: Date.parse(at),
		values: values && {
			parent_: parent,
			CustomerTransactionLineId: id,
			LineNumber: '1',
			LineAmount: '100.00',
			...values,
		},
	}
}

test('pages of 25 pass each other, many of one stamp; ids and money keep every digit that came', async () => {
	const versions = Array.from({ length: 130 }, (_, at) => invoice(at, '2026-11-02T10:00:00Z'))
	versions.push(
		invoice(500, '2026-11-03T10:00:00Z', { EnteredAmount: '1234567890123456.78', InvoiceBalanceAmount: '0.10' }),
	)
	versions.push(
		line(1, 500, '2026-11-03T10:00:00Z', { LineAmount: '90071992547409.93', UnitSellingPrice: '0.00000001' }),
	)
	const { project, live } = await setUp({ versions }, { page_size: 25 })
	const { streams } = await project.run({ streams: ['invoices'] })
	expect(streams[0]).toMatchObject({ outcome: 'loaded', appended: 131 })
	const rows = await live(
		'invoices',
		'customer_transaction_id as id, entered_amount as amount, invoice_balance_amount as open',
	)
	expect(new Set(rows.map(({ id }) => id)).size).toBe(131)
	expect(rows.at(-1)).toEqual({ id: '300100180148500', amount: '1234567890123456.78', open: '0.10' })
	expect(await live('invoice_lines', 'line_amount, unit_selling_price')).toEqual([
		{ line_amount: '90071992547409.93', unit_selling_price: '0.00000001' },
	])
	const certificate = await project.db
		.selectFrom('certificates')
		.selectAll()
		.where('stream', '=', 'invoices')
		.executeTakeFirstOrThrow()
	expect(certificate).toMatchObject({ verdict: 'proved', source_rows: 131 })
})

test('a day later exactly that day’s changes come; a line that left its invoice goes; a deleted invoice is found missing', async () => {
	const { project, live, moveTo } = await setUp({
		versions: [
			invoice(1, '2026-11-01T10:00:00Z', { InvoiceStatus: 'Incomplete' }),
			invoice(2, '2026-11-01T10:00:00Z'),
			line(21, 2, '2026-11-01T10:00:00Z'),
			line(22, 2, '2026-11-01T10:00:00Z'),
			invoice(3, '2026-11-01T10:00:00Z'),
			// Deleted before it was completed: nothing tells of it.
			invoice(1, '2026-11-04T12:00:00Z', null),
			invoice(2, '2026-11-04T13:00:00Z', { InvoiceBalanceAmount: '0' }),
			line(22, 2, '2026-11-04T13:00:00Z', null),
			invoice(4, '2026-11-04T14:00:00Z'),
		],
	})
	await project.run({ streams: ['invoices'] })
	const again = await project.run({ streams: ['invoices'] })
	expect(again.streams[0]).toMatchObject({ appended: 0, deleted: 0 })
	moveTo(start + day + 3_600_000)
	const { streams } = await project.run({ streams: ['invoices'] })
	expect(streams[0]).toMatchObject({ outcome: 'loaded', appended: 2, deleted: 1 })
	expect((await live('invoices', 'transaction_number as number')).map(({ number }) => number)).toEqual([
		'INV-2',
		'INV-3',
		'INV-4',
	])
	expect(await live('invoice_lines', 'customer_transaction_line_id as id')).toEqual([{ id: '300200180148021' }])
})

test('what was committed late with an older stamp is read again', async () => {
	const { project, live, moveTo } = await setUp({
		versions: [invoice(1, '2026-11-04T08:00:00Z'), { ...invoice(2, '2026-11-04T08:40:00Z'), from: start + 60_000 }],
	})
	await project.run({ streams: ['invoices'] })
	moveTo(start + 600_000)
	await project.run({ streams: ['invoices'] })
	expect(await live('invoices', 'transaction_number as number')).toHaveLength(2)
})

test('client credentials, and an assertion of a user, open the same; a token that ends is renewed', async () => {
	const { clientId, clientSecret, scope, username, keyId } = oracleCredentials
	const client = { username: undefined, password: undefined, client_id: clientId, client_secret: clientSecret, scope }
	const { sandboxes, project, connection } = await setUp({ versions: [invoice(1, '2026-11-01T10:00:00Z')] })
	await project.run({ streams: ['invoices'] })
	const token_url = `${sandboxes.url('oracle')}/oauth2/v1/token`
	for (const more of [{}, { user: username, key_id: keyId, private_key: oracleAssertionKey().privatePem }]) {
		const options = withoutNothing({ ...connection.options, ...client, token_url, ...more })
		const other = await startProject([{ ...connection, options }])
		open.push(other)
		other.clock.now = sandboxes.now()
		expect((await other.run({ streams: ['invoices'] })).streams[0]).toMatchObject({ outcome: 'loaded', appended: 1 })
		sandboxes.setFaults({ rate: 1, kinds: ['expired-token'] })
		expect((await other.run({ streams: ['invoices'] })).streams[0]).toMatchObject({ outcome: 'loaded' })
		sandboxes.setFaults({ rate: 0 })
	}
	expect(sandboxes.requests().oracle.tokensIssued).toBeGreaterThan(2)
})

test('wrong credentials stop the run and are told to nobody', async () => {
	const { project } = await setUp({ versions: [invoice(1, '2026-11-01T10:00:00Z')] }, { password: 'wrong-and-secret' })
	const result = await project.run({ streams: ['invoices'] })
	expect(result.streams[0]).toMatchObject({ outcome: 'failed' })
	expect(JSON.stringify(result)).not.toContain('wrong-and-secret')
	expect(JSON.stringify(result)).toContain('password')
})

test('a resource that the user may not see is a visible skip; one whose field is gone is drift', async () => {
	const { sandboxes, project } = await setUp({ versions: [invoice(1, '2026-11-01T10:00:00Z')] })
	sandboxes.setHidden('oracle', 'revenueContracts', null, true)
	const first = await project.run({ streams: ['invoices', 'revenue_contracts'] })
	expect(first.streams.map(({ stream, outcome }) => [stream, outcome]).sort()).toEqual([
		['invoices', 'loaded'],
		['revenue_contracts', 'denied'],
	])
	sandboxes.setHidden('oracle', 'receivablesInvoices', 'EnteredAmount', true)
	const second = await project.run({ streams: ['invoices'] })
	expect(second.streams[0]).toMatchObject({ outcome: 'failed' })
	expect(JSON.stringify(second.streams[0])).toContain('EnteredAmount')
})

test('doctor names the legal entities by id and the business units, and says whether Revenue Management is there', async () => {
	const { sandboxes, project } = await setUp({ scale: 0.001 })
	const { source, connection } = sourceOf(project.connections[0]!)
	const client = createClient(source, connection, project.resources.state)
	const [entities, units, management] = await source.probe!(connection.options, client.ask)
	expect(entities!.detail).toContain('300500000000010 Halvorsen Instruments, Inc.')
	expect(units!.detail).toContain('Halvorsen US, Halvorsen DE')
	const without = { ...connection.options, orders: false }
	expect((await source.probe!(without, client.ask))[3]).toMatchObject({
		detail: expect.stringContaining('and orders: false leaves them out'),
		fix: 'take orders: false out of the options',
	})
	expect(management!.detail).toMatch(/^there: /)
	expect(management).not.toHaveProperty('fix')
	const unused = { ...connection.options, revenue_management: false }
	expect((await source.probe!(unused, client.ask))[2]!.fix).toBe('take revenue_management: false out of the options')
	sandboxes.setHidden('oracle', 'revenueContracts', null, true)
	expect((await source.probe!(connection.options, client.ask))[2]).toMatchObject({
		detail: 'not there for this user: revenue is that of the invoices',
		fix: expect.stringContaining('revenue_management: false'),
	})
	expect((await source.probe!(unused, client.ask))[2]).not.toHaveProperty('fix')
	const ledger = (await source.probe!(connection.options, client.ask)).at(-1)
	expect(ledger).toMatchObject({ detail: expect.stringMatching(/^the user sees posted journals, such as /) })
	expect(ledger).not.toHaveProperty('fix')
	sandboxes.setHidden('oracle', 'journalBatches', null, true)
	expect((await source.probe!(connection.options, client.ask)).at(-1)).toMatchObject({
		name: 'general ledger',
		fix: expect.stringContaining('data access set'),
	})
	await client.close()
})
