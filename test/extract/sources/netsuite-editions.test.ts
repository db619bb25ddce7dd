import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { SandboxOptions } from '../../../extract/sandbox/options.ts'
import { currentGeneration } from '../../../models/generation.ts'
import { type Database, openDatabase } from '../../../models/warehouse.ts'
import { examineConnections, type Finding } from '../../../server/examination.ts'
import { openState } from '../../../server/state.ts'
import { type SampleProject, startSampleProject } from '../../sample-project.ts'

let project: SampleProject
afterEach(async () => {
	await project.close().catch(() => {})
})

const company = { scale: 0.02, isOneEntity: true }

async function withDatabase<T>(file: string, work: (database: Database) => Promise<T>, readOnly = false): Promise<T> {
	const database = await openDatabase(file, { readOnly })
	try {
		return await work(database)
	} finally {
		await database.close()
	}
}

function rows(sql: string): Promise<Record<string, string>[]> {
	const { file } = currentGeneration(project.config().project.published)!
	return withDatabase(file, (database) => database.all(sql), true)
}

function rewrite(change: (text: string) => string): void {
	const file = path.join(project.folder, 'tieout.yml')
	const before = readFileSync(file, 'utf8')
	const after = change(before)
	expect(after).not.toBe(before)
	writeFileSync(file, after)
}

/** What the product says of the company: what it booked and recognised, why they differ, and whether NetSuite's own sums tie. */
async function figures() {
	const cells = await rows(
		`select period_id, customer_id, currency, legal_entity, bookings_amount, revenue_amount, variance_amount, reporting_currency,
			revenue_reporting_amount from marts.cells order by all`,
	)
	const breaks = await rows(
		'select code, currency, legal_entity, amount, document_number from marts.breaks order by all',
	)
	const ties = await rows(
		`select measure, legal_entity, currency, state, count(*) as sums, sum(reported_amount) as amount, sum(reported_count) as records
		from marts.tie_out group by all order by all`,
	)
	const documents = await rows(
		`select object, currency, legal_entity, status, sum(amount) as amount, sum(base_amount) as base_amount, any_value(base_currency) as base_currency
		from marts.records group by all order by all`,
	)
	const chains = await rows('select sum(paid_amount) as paid, sum(credited_amount) as credited from marts.chain')
	const open = await rows('select sum(open_amount) as open, sum(overdue_amount) as overdue from marts.customer_360')
	return { cells, breaks, ties, documents, chains, open }
}

async function run(options: SandboxOptions) {
	project = await startSampleProject({ ...company, ...options })
	const { extracted, freshness } = await project.run()
	expect(extracted).toMatchObject({ failed: [], held: [], totals: { quarantined: 0 } })
	expect(freshness!.filter(({ status, outcome }) => status !== 'pass' || outcome)).toEqual([])
	return await figures()
}

/** What was proved of NetSuite's streams, their money as it was written down. */
async function certificates() {
	const found = await rows(
		"select stream, verdict, money from tieout.certificates where connection = 'erp' order by stream",
	)
	expect(found.filter(({ verdict }) => verdict !== 'proved')).toEqual([])
	return Object.fromEntries(found.map(({ stream, money }) => [stream!, JSON.parse(money!)]))
}

/** Money of one currency, in which the source, what landed and what was loaded add up to the same. */
function expectProved(money: Record<string, string>[], currency: string): void {
	expect(money.map((one) => one['currency'])).toEqual([currency])
	const { source, landed, loaded } = money[0]!
	expect([Number(source), Number(landed)]).toEqual([Number(loaded), Number(loaded)])
	expect(Number(loaded)).toBeGreaterThan(1_000_000)
}

test('a company of one entity and currency has the same figures, and proved ones, whatever its account has of OneWorld and Multiple Currencies', {
	timeout: 120_000,
}, async () => {
	const full = await run({ netsuiteFeatures: ['one_world', 'multiple_currencies'] })
	expect(full.cells.length).toBeGreaterThan(20)
	expect(Number(full.open[0]!['open'])).toBeGreaterThan(100_000)
	expect(Number(full.chains[0]!['paid'])).toBeGreaterThan(100_000)
	expect(full.ties.filter(({ state }) => state !== 'ties')).toEqual([])
	expect(full.ties.map(({ measure }) => measure)).toEqual(expect.arrayContaining(['receivables', 'revenue']))
	await project.close()

	expect(await run({ netsuiteFeatures: ['multiple_currencies'] })).toEqual(full)
	await project.close()

	expect(await run({ netsuiteFeatures: ['one_world', 'foreign_amounts'] })).toEqual(full)
	expectProved((await certificates())['transactions'], 'USD')
	await project.close()

	expect(await run({})).toEqual(full)
	const proved = await certificates()
	expect(proved['transactions']).toEqual([])
	expectProved(proved['transaction_accounting_lines'], 'USD')
	for (const stream of [
		'subsidiaries',
		'customer_subsidiaries',
		'currencies',
		'currency_rates',
		'consolidated_exchange_rates',
	])
		expect(proved).not.toHaveProperty(stream)
	expect(await rows('select distinct legal_entity, currency from marts.records')).toEqual([
		{ legal_entity: 'US', currency: 'USD' },
	])
})

async function doctor(): Promise<Finding[]> {
	const config = project.config()
	const state = await openState(config.project.state)
	try {
		const findings: Finding[] = []
		await examineConnections({ config, state, only: 'erp' }, (one) => findings.push(one), {
			now: project.sandboxes.now,
		})
		return findings.filter(({ status }) => status === 'fail')
	} finally {
		await state.close()
	}
}

test('an account that lacks a feature which the options do not say is off: doctor and the run say what to write', {
	timeout: 60_000,
}, async () => {
	project = await startSampleProject(company)
	rewrite((text) => text.replace('      one_world: false\n      currency: USD\n', ''))
	const findings = await doctor()
	expect(findings).toContainEqual({
		subject: 'erp.subsidiaries',
		status: 'fail',
		text: 'NetSuite has no table subsidiary: the account has no OneWorld, or the role may not see it',
		fix: "without OneWorld: write one_world: false under the connection's options; with it give the role the permission",
	})
	expect(findings).toContainEqual({
		subject: 'erp.transactions',
		status: 'fail',
		text: "NetSuite's transaction has no currency, exchangerate, foreigntotal, foreigntaxtotal, foreignamountunpaid, foreignpaymentamountunused: the account has no Multiple Currencies, or the role may not see them",
		fix: "without Multiple Currencies: write currency: <its one currency, such as USD> under the connection's options; with it give the role the permission",
	})
	const { extracted } = await project.run()
	const failed = extracted!.failed.map(({ stream }) => stream)
	expect(failed).toEqual(expect.arrayContaining(['transactions', 'transaction_lines', 'subsidiaries', 'currencies']))
	rewrite((text) =>
		text.replace('      concurrency: 4\n', '      concurrency: 4\n      one_world: false\n      currency: USD\n'),
	)
	expect(await doctor()).toEqual([])
	expect((await project.run()).extracted).toMatchObject({ failed: [], held: [] })
})

test('an account that has a feature which the options say is off is not read as if it had not', {
	timeout: 60_000,
}, async () => {
	project = await startSampleProject({ scale: 0.02 })
	rewrite((text) =>
		text.replace('      concurrency: 4\n', '      concurrency: 4\n      one_world: false\n      currency: USD\n'),
	)
	const findings = await doctor()
	expect(findings.map(({ subject }) => subject).sort()).toEqual(['erp.transaction_lines', 'erp.transactions'])
	expect(findings.find(({ subject }) => subject === 'erp.transactions')).toMatchObject({
		text: 'the account has Multiple Currencies (NetSuite answers for its table currency), and the option currency says that it has not',
		fix: "take currency out of the connection's options, then tieout run --full: what was read before names nothing",
	})
	const { extracted } = await project.run()
	expect(extracted!.failed.map(({ stream }) => stream)).toEqual(
		expect.arrayContaining(['transactions', 'transaction_lines']),
	)
})

test('an account of several currencies is not taken for one of one when only the permission for the table of currencies is missing', {
	timeout: 60_000,
}, async () => {
	project = await startSampleProject({ scale: 0.02 })
	for (const table of ['currency', 'currencyrate', 'consolidatedexchangerate'])
		project.sandboxes.setHidden('netsuite', table, null, true)
	rewrite((text) => text.replace('      concurrency: 4\n', '      concurrency: 4\n      currency: USD\n'))
	const told = {
		text: 'transactions name several currencies (the ids 1 and 7 among them), and the option currency says that all are in USD',
		fix: "take currency out of the connection's options, give the role the permission Lists, Currency, then tieout run --full",
	}
	expect(await doctor()).toEqual([{ subject: 'erp.transactions', status: 'fail', ...told }])
})

test('currencies that records name win over the one of the options, and what is not known is not taken for it', {
	timeout: 60_000,
}, async () => {
	project = await startSampleProject({ scale: 0.02 })
	await project.run()
	const before = await figures()
	rewrite((text) => text.replace('      concurrency: 4\n', '      concurrency: 4\n      currency: EUR\n'))
	await project.run({ steps: ['build', 'check', 'publish'] })
	expect(await figures()).toEqual(before)
	const { warehouse, build } = project.config().project
	await withDatabase(warehouse, (database) => database.run('delete from raw.netsuite__currencies'))
	await project.run({ steps: ['build', 'check'] })
	const documents = 'select distinct currency from staging.base_netsuite__documents'
	expect(await withDatabase(build, (database) => database.all(documents))).toEqual([{ currency: null }])
})

test('a feature that is switched on later stops the run, and what its records name is read once the option is gone', {
	timeout: 60_000,
}, async () => {
	project = await startSampleProject({ ...company, netsuiteFeatures: ['one_world', 'multiple_currencies'] })
	const show = (isHidden: boolean) => {
		for (const table of ['subsidiary', 'customersubsidiaryrelationship', 'consolidatedexchangerate'])
			project.sandboxes.setHidden('netsuite', table, null, isHidden)
		for (const table of ['transactionline', 'revenueelement'])
			project.sandboxes.setHidden('netsuite', table, 'subsidiary', isHidden)
		for (const table of ['currency', 'currencyrate']) project.sandboxes.setHidden('netsuite', table, null, isHidden)
		for (const field of [
			'currency',
			'exchangerate',
			'foreigntotal',
			'foreigntaxtotal',
			'foreignamountunpaid',
			'foreignpaymentamountunused',
		])
			project.sandboxes.setHidden('netsuite', 'transaction', field, isHidden)
		project.sandboxes.setHidden('netsuite', 'transactionline', 'foreignamount', isHidden)
	}
	show(true)
	const options = '      one_world: false\n      currency: USD\n'
	rewrite((text) => text.replace('      concurrency: 4\n', `      concurrency: 4\n${options}`))
	await project.run()
	const before = await figures()
	show(false)
	const { extracted } = await project.run()
	const failed = extracted!.failed.map(({ stream }) => stream)
	expect(failed).toEqual(expect.arrayContaining(['transactions', 'transaction_lines']))
	rewrite((text) => text.replace(options, ''))
	expect((await project.run({ full: true })).extracted).toMatchObject({ failed: [], held: [] })
	expect(await figures()).toEqual(before)
	const { warehouse } = project.config().project
	const named =
		'select count(*) filter (where currency is null) as unnamed from raw.netsuite__transactions where _extracted_at = (select max(_extracted_at) from raw.netsuite__transactions)'
	expect(await withDatabase(warehouse, (database) => database.all(named), true)).toEqual([{ unnamed: '0' }])
})

test('the configuration is asked for the company’s code of what is the account’s own legal entity', {
	timeout: 60_000,
}, async () => {
	project = await startSampleProject(company)
	rewrite((text) => text.replace('US: { crm: US, erp: 1 }', 'US: { crm: US }'))
	expect(() => project.config()).toThrow(
		'the records of connections.erp name no legal entity: they are of "1", which legal_entities does not name for it',
	)
})
