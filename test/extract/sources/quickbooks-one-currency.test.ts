import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { sourceOf } from '../../../extract/run.ts'
import type { Sandboxes } from '../../../extract/sandbox/sandbox.ts'
import type { Json } from '../../../extract/sandbox/world/records/quickbooks/json.ts'
import type { Ask } from '../../../extract/source.ts'
import { projectFiles } from '../../../models/project-files.ts'
import { writeConfiguration } from '../../../models/raw-tables.ts'
import { openDatabase } from '../../../models/warehouse.ts'
import { monthsSet } from '../months.ts'
import { startProject } from '../vendor.ts'
import { buildStaging } from './build-staging.ts'
import { connection, number, record, startQuickbooks } from './quickbooks-sandbox.ts'

// A company with multicurrency switched off: its forms name no currency, and nothing has a rate.
const form = (id: string, amount: string, more: Record<string, Json> = {}) =>
	record('Invoice', id, {
		DocNumber: `INV-${id}`,
		TxnDate: '2026-10-15',
		CustomerRef: { value: '58', name: 'Acme' },
		TotalAmt: number(amount),
		Balance: number(amount),
		Line: [
			{
				Id: '1',
				LineNum: number('1'),
				Amount: number(amount),
				DetailType: 'SalesItemLineDetail',
				SalesItemLineDetail: { ItemRef: { value: '10' }, Qty: number('1'), UnitPrice: number(amount) },
			},
		],
		...more,
	})
const setup = [
	record('CompanyInfo', '1', { CompanyName: 'Halvorsen US', Country: 'US' }),
	record('Preferences', '1', { CurrencyPrefs: { HomeCurrency: { value: 'USD' }, MultiCurrencyEnabled: false } }),
	record('Account', '1', {
		Name: 'Sales',
		AcctNum: '41',
		Classification: 'Revenue',
		AccountType: 'Income',
		AccountSubType: 'SalesOfProductIncome',
		Active: true,
	}),
	record('Item', '10', { Name: 'Thing', Sku: 'GA-1', Type: 'Service', Active: true, IncomeAccountRef: { value: '1' } }),
	record('Customer', '58', { DisplayName: 'Acme', Active: true, CurrencyRef: { value: 'USD' } }),
]
const versions = [
	...setup,
	form('100', '100.1'),
	form('101', '20.0', { CurrencyRef: { value: 'USD', name: 'United States Dollar' } }),
	form('102', '3.0', { CurrencyRef: { value: 'EUR' }, ExchangeRate: number('1.1') }),
	form('103', '5.0', { CurrencyRef: { value: 'GBP' } }),
]

const now = Date.UTC(2026, 10, 4, 9)
let sandboxes: Sandboxes
const folder = mkdtempSync(path.join(tmpdir(), 'quickbooks-one-currency-'))
beforeAll(async () => {
	sandboxes = await startQuickbooks({ versions, now })
})
afterAll(async () => {
	await sandboxes.close()
	rmSync(folder, { recursive: true, force: true })
})

type Project = Awaited<ReturnType<typeof startProject>>
let project: Project | undefined
afterEach(async () => {
	await project?.close()
	project = undefined
})

async function projectOf(more: Record<string, unknown> = {}, streams?: string[]): Promise<Project> {
	const usual = connection(sandboxes, 'US', more)
	project = await startProject([streams ? { ...usual, streams } : usual], { sources: [] })
	project.clock.now = now
	return project
}

/** What doctor says of the company's currency. */
async function probed(isMulticurrency: boolean, more: Record<string, unknown> = {}): Promise<string> {
	const { source, connection: checked } = sourceOf(connection(sandboxes, 'US', more))
	const CurrencyPrefs = { HomeCurrency: { value: 'USD' }, MultiCurrencyEnabled: isMulticurrency }
	const ask = (async () => ({ json: { QueryResponse: { Preferences: [{ CurrencyPrefs }] } } })) as unknown as Ask
	return (await source.probe!(checked.options, ask)).find(({ name }) => name === 'currency')!.detail
}

test('what names no currency is in the company’s own; what names one keeps it, and its rate', async () => {
	const { run, close, folder: read } = await projectOf()
	const { streams } = await run()
	expect(streams.filter(({ outcome, quarantined }) => outcome !== 'loaded' || quarantined > 0)).toEqual([])
	expect(streams.map(({ stream }) => stream)).not.toContain('exchange_rates')
	await close()
	project = undefined
	const files = projectFiles(folder)
	mkdirSync(path.dirname(files.warehouse), { recursive: true })
	renameSync(path.join(read, 'warehouse.duckdb'), files.warehouse)
	const warehouse = await openDatabase(files.warehouse)
	const digits = { name: 'currencies' as const, columns: ['currency', 'minor_digits'], rows: [['USD', '2']] }
	await writeConfiguration(warehouse, [monthsSet('2026-10', '2026-11'), digits])
	await warehouse.close()
	const database = await openDatabase(await buildStaging(folder, 'quickbooks'), { readOnly: true })
	try {
		expect(
			await database.all(
				'select number, currency, exchange_rate, total_amount from staging.stg_quickbooks__invoices order by 1',
			),
		).toEqual([
			{ number: 'INV-100', currency: 'USD', exchange_rate: '1.0000000000', total_amount: '100.1000' },
			{ number: 'INV-101', currency: 'USD', exchange_rate: '1.0000000000', total_amount: '20.0000' },
			{ number: 'INV-102', currency: 'EUR', exchange_rate: '1.1000000000', total_amount: '3.0000' },
			{ number: 'INV-103', currency: 'GBP', exchange_rate: null, total_amount: '5.0000' },
		])
		expect(
			await database.all(
				'select source_id, currency, base_amount, base_currency from staging.stg_quickbooks__revenue_entries order by 1',
			),
		).toEqual([
			{ source_id: '100:1', currency: 'USD', base_amount: '100.1000', base_currency: 'USD' },
			{ source_id: '101:1', currency: 'USD', base_amount: '20.0000', base_currency: 'USD' },
			{ source_id: '102:1', currency: 'EUR', base_amount: '3.3000', base_currency: 'USD' },
			// Nothing is guessed: its cell has no rate (amounts_have_a_rate).
			{ source_id: '103:1', currency: 'GBP', base_amount: null, base_currency: 'USD' },
		])
	} finally {
		await database.close()
	}
}, 60_000)

test('its money is proved: what names no currency is added up apart', async () => {
	const { run, db } = await projectOf({}, ['invoices'])
	await run()
	const [certificate] = (await db
		.selectFrom('certificates' as never)
		.selectAll()
		.execute()) as { verdict: string; money: string }[]
	expect(certificate!.verdict).toBe('proved')
	expect(JSON.parse(certificate!.money)).toEqual(
		[
			['(none)', '100.1000'],
			['EUR', '3.0000'],
			['GBP', '5.0000'],
			['USD', '20.0000'],
		].map(([currency, amount]) => ({ currency, source: null, landed: amount, loaded: amount })),
	)
})

test('rates of a company that has none are refused, with what to write instead', async () => {
	const { run } = await projectOf({ currencies: 'EUR', rates_from: '2026-09-01' }, ['exchange_rates'])
	const { streams } = await run()
	expect(streams).toMatchObject([{ outcome: 'failed', error: { code: 'vendor.config' } }])
	expect(streams[0]!.error!.next).toBe(
		'the company has multicurrency switched off, and no rates: take `currencies` and `rates_from` out of the connection’s options',
	)
})

test('doctor says of how many currencies the company is, and whether their rates are read', async () => {
	expect(await probed(false)).toBe('USD, one currency')
	expect(await probed(true)).toBe('USD, several currencies: no rates are read, since `currencies` is not set')
	const rates = { currencies: 'EUR, GBP', rates_from: '2026-09-01' }
	expect(await probed(true, rates)).toBe('USD, several currencies: rates of EUR, GBP')
})
