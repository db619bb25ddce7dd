import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { startSandboxes } from '../../../extract/sandbox/sandbox.ts'
import type { RecordVersion } from '../../../extract/sandbox/world/world.ts'
import { configurationSets } from '../../../models/configuration-sets.ts'
import { projectFiles } from '../../../models/project-files.ts'
import { openDatabase } from '../../../models/warehouse.ts'
import { startCompany } from '../../company-sandboxes.ts'
import { startSampleProject } from '../../sample-project.ts'
import { monthsSet } from '../months.ts'
import { sandboxConnections } from '../sandboxes.ts'
import { startProject } from '../vendor.ts'
import { stagingOf, twoDigits } from './build-staging.ts'

const pair = { crm: 'salesforce', erp: 'sap' } as const
const scale = 0.02

/** Rows and exact sums of a stream's table. */
const figures = (table: string, where = 'true') =>
	`select count(*) as n, count(distinct _key) as keys, cast(sum(cast(amount_in_transaction_currency as decimal(38, 4))) as varchar) as money,
	cast(sum(cast(amount_in_company_code_currency as decimal(38, 4))) as varchar) as base from raw.${table} where not _deleted and ${where}`

test('the view has what the entry view shows, and what it does not show, each entry once', async () => {
	for (const hasNoEntryView of [false, true]) {
		const sandboxes = await startCompany({ pair, scale, hasNoEntryView })
		const [erp] = sandboxConnections(sandboxes).filter(({ kind }) => kind === 'sap')
		const read = async (from: string, table: string, more: Record<string, unknown> = {}, where?: string) => {
			const project = await startProject([{ ...erp!, options: { ...erp!.options, income_from: from, ...more } }])
			project.clock.now = sandboxes.now()
			const { streams } = await project.run({ streams: [table] })
			expect(streams).toMatchObject([{ stream: table, outcome: 'loaded', quarantined: 0 }])
			const certificate = await project.db.selectFrom('certificates').select(['verdict']).executeTakeFirstOrThrow()
			expect(certificate.verdict).toBe('proved')
			const [found] = await project.rows<Record<string, string>>(figures(`sap__${table}`, where))
			await project.close()
			expect(found!['keys']).toBe(found!['n'])
			return found!
		}
		const shown = await read('entry_view', 'income_items')
		const isShown = hasNoEntryView ? "reference_document_type <> 'PRRR'" : 'true'
		expect(await read('universal_journal', 'journal_items', { page_size: 90 }, isShown)).toEqual(shown)
		const without = await read('universal_journal', 'journal_items', {}, "accounting_document_category = 'U'")
		if (hasNoEntryView) expect(Number(without['n'])).toBeGreaterThan(100)
		else expect(Number(without['n'])).toBe(0)
		await sandboxes.close()
	}
}, 60_000)

/** Where a project takes SAP's revenue from, from now on. */
function takeFrom(folder: string, from: string): void {
	const file = path.join(folder, 'tieout.yml')
	writeFileSync(file, readFileSync(file, 'utf8').replace(/income_from: \w+/, `income_from: ${from}`))
}

test('who moves to the view counts no entry twice and misses none, and who moves back neither', async () => {
	const project = await startSampleProject({ pair, scale, hasNoEntryView: true })
	const run = async (from: string) => {
		takeFrom(project.folder, from)
		const { extracted } = await project.run()
		expect(extracted).toMatchObject({ failed: [], held: [], totals: { quarantined: 0 } })
		const database = await openDatabase(projectFiles(project.folder).build, { readOnly: true })
		try {
			const [found] = await database.all<{ entries: string; recognised: string; base: string }>(
				`select count(*) as entries, count(*) filter (kind = 'recognition') as recognised, cast(sum(base_amount) as varchar) as base
				from staging.stg_sap__revenue_entries where source = 'erp' and not is_deleted`,
			)
			const states = await database.all<{ state: string }>(
				`select distinct state from marts.tie_out where measure = 'revenue' order by 1`,
			)
			return { ...found!, states: states.map(({ state }) => state) }
		} finally {
			await database.close()
		}
	}
	try {
		const short = await run('entry_view')
		expect(Number(short.recognised)).toBe(0)
		expect(short.states).toContain('differs')
		const whole = await run('universal_journal')
		expect(Number(whole.recognised)).toBeGreaterThan(100)
		expect(whole.states).toEqual(['ties'])
		expect(await run('entry_view')).toEqual(short)
		expect(await run('universal_journal')).toEqual(whole)
	} finally {
		await project.close()
	}
}, 120_000)

const ms = (date: string) => `/Date(${Date.parse(`${date}T00:00:00Z`)})/`

function record(object: string, id: string, columns: Record<string, string | null>, body: object): RecordVersion {
	const values = { ...columns, changed: '2026-10-20T10:00:00Z', body: JSON.stringify({ ...columns, ...body }) }
	return { system: 'sap', object, id, from: Date.UTC(2026, 9, 1), values }
}

function entry(document: string, item: string, reference: string, amount: string): RecordVersion {
	const columns = {
		CompanyCode: '1010',
		FiscalYear: '2026',
		AccountingDocument: document,
		AccountingDocumentItem: item,
		FinancialAccountType: 'S',
		GLAccount: '41000000',
		PostingDate: '2026-10-15',
		AccountingDocumentCreationDate: '2026-10-15',
		LastChangeDate: null,
		ClearingCreationDate: null,
	}
	return record('A_OperationalAcctgDocItemCube', `${document}:${item}`, columns, {
		AccountingDocumentType: 'RR',
		ReferenceDocumentType: reference,
		BillingDocument: '0000009200',
		AmountInTransactionCurrency: amount,
		TransactionCurrency: 'EUR',
		AmountInCompanyCodeCurrency: amount,
		CompanyCodeCurrency: 'EUR',
		PostingDate: ms('2026-10-15'),
		AccountingDocumentCreationDate: ms('2026-10-15'),
		CreationTime: 'PT09H30M15S',
		Customer: '0010041000',
		SalesDocument: '0000000091',
		SalesDocumentItem: '000010',
		Material: 'GA-1',
		DocumentItemText: '',
	})
}

test('a number is a billing document’s only where the reference is one; money keeps its digits; another ledger is left out', async () => {
	const versions = [
		entry('9100', '001', 'VBRK', '-9007199254740993.12'),
		// Its own number is that of a billing document, which it is not about.
		entry('0000009200', '001', 'PRRR', '0.03'),
		entry('0000009200', '002', 'BKPF', '0.09'),
	]
	const sandboxes = await startSandboxes({ pair, versions, now: Date.UTC(2026, 11, 1), hasNoEntryView: true })
	const [erp] = sandboxConnections(sandboxes).filter(({ kind }) => kind === 'sap')
	const other = { ...erp!, name: 'parallel', options: { ...erp!.options, ledger: '2L' } }
	const project = await startProject([erp!, other], { sources: [] })
	const connection = (name: string, from: string | null) => [name, 'sap', 'erp', 'text', 'UTC', null, 'true', from]
	const configuration = [
		monthsSet('2026-10', '2026-11'),
		twoDigits('EUR'),
		// The second one's ledger was changed since: what was read of the other is not counted.
		{
			name: 'connections' as const,
			columns: [...configurationSets.connections],
			rows: [connection('erp', '0L'), connection('parallel', '0L')],
		},
	]
	const { database, close } = await stagingOf(project, 'sap', { now: sandboxes.now(), configuration })
	await sandboxes.close()
	try {
		expect(
			await database.all(
				'select source_id, is_billing, is_recognition, billing_id, cast(amount as varchar) as amount, material from staging.base_sap__income_entries order by 1',
			),
		).toEqual([
			{
				source_id: '0L:0L:1010:2026:0000009200:000001',
				is_billing: false,
				is_recognition: true,
				billing_id: null,
				amount: '-0.0300',
				material: 'GA-1',
			},
			{
				source_id: '0L:0L:1010:2026:0000009200:000002',
				is_billing: false,
				is_recognition: true,
				billing_id: null,
				amount: '-0.0900',
				material: 'GA-1',
			},
			{
				source_id: '0L:0L:1010:2026:9100:000001',
				is_billing: true,
				is_recognition: true,
				billing_id: 'erp:billing/9200',
				amount: '9007199254740993.1200',
				material: 'GA-1',
			},
		])
	} finally {
		await close()
	}
}, 60_000)
