import { cpSync, mkdirSync, mkdtempSync, renameSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { rawColumns } from '../../../extract/registry.ts'
import { startSandboxes } from '../../../extract/sandbox/sandbox.ts'
import { usualPair } from '../../../extract/sandbox/world/systems.ts'
import type { RecordVersion } from '../../../extract/sandbox/world/world.ts'
import { build } from '../../../models/build.ts'
import { projectFiles } from '../../../models/project-files.ts'
import { writeConfiguration } from '../../../models/raw-tables.ts'
import { openDatabase } from '../../../models/warehouse.ts'
import { monthsSet } from '../months.ts'
import { november, row, transaction } from '../sandbox/records.ts'
import { sandboxConnections } from '../sandboxes.ts'
import { startProject } from '../vendor.ts'

const place = (nkey: number, zip: string | null, country: string | null, from = november(1)) =>
	row('transactionshippingaddress', String(nkey), { nkey: String(nkey), zip, country }, from)
const document = (number: number, type: string, shippingaddress: string | null, nexus: string | null, from?: number) =>
	transaction(
		number,
		{
			type,
			shippingaddress,
			nexus,
			...(from && { lastmodifieddate: new Date(from).toISOString().replace('.000', '') }),
		},
		from,
	)

test('where orders and invoices are delivered and taxed: their addresses are asked for by those that changed', async () => {
	const later = november(3, '10:00')
	const versions = [
		document(1, 'SalesOrd', '501', '3'),
		document(2, 'CustInvc', '502', '4'),
		document(3, 'CustInvc', null, null),
		document(4, 'SalesOrd', '504', null),
		document(5, 'CustPymt', '505', '3'),
		place(501, '94105', 'US'),
		place(502, '10115', 'de'),
		place(504, null, 'HK'),
		place(505, '1', 'US'),
		place(506, '2', 'US'),
		document(1, 'SalesOrd', '507', '3', later),
		place(507, '80331', 'DE', later),
	]
	const sandboxes = await startSandboxes({ pair: usualPair, versions, now: november(2) })
	const project = await startProject(sandboxConnections(sandboxes).filter(({ kind }) => kind === 'netsuite'))
	const read = async (at: number) => {
		sandboxes.setClock(at)
		project.clock.now = at
		const { streams } = await project.run({ streams: ['transactions', 'shipping_addresses'] })
		return streams.map(({ outcome, landed }) => [outcome, landed])
	}
	expect(await read(november(2))).toEqual([
		['loaded', 5],
		['loaded', 4],
	])
	expect(await read(november(4))).toEqual([
		['loaded', 1],
		['loaded', 1],
	])
	await project.close()
	await sandboxes.close()
	const database = await staged(project.folder, [
		'base_netsuite__transactions',
		'base_netsuite__shipping_addresses',
		'stg_netsuite__document_terms',
	])
	const terms = await database.all(
		'select object, record_id, ship_to, tax_area from staging.stg_netsuite__document_terms order by record_id',
	)
	await database.close()
	expect(terms).toEqual([
		{ object: 'order', record_id: 'erp:1', ship_to: '80331, DE', tax_area: 'nexus 3' },
		{ object: 'invoice', record_id: 'erp:2', ship_to: '10115, DE', tax_area: 'nexus 4' },
		{ object: 'order', record_id: 'erp:4', ship_to: null, tax_area: null },
	])
})

test('quantities and rates are kept per base unit, rates in the subsidiary’s currency: a line has its own unit and price', async () => {
	const line = (
		id: number,
		item: string,
		quantity: string | null,
		units: string | null,
		rate: string,
		foreignamount: string,
		order = '1',
	) =>
		row('transactionline', `${order}:${id}`, {
			transaction: order,
			id: String(id),
			linesequencenumber: String(id),
			uniquekey: String(100 + id),
			item,
			itemtype: 'InvtPart',
			quantity,
			units,
			rate,
			foreignamount,
			mainline: false,
			taxline: false,
			iscogs: false,
			linelastmodifieddate: '2026-11-01T00:00:00Z',
		})
	const unit = (type: string, id: string, unitname: string, conversionrate: string) =>
		row('unitstypeuom', `${type}:${id}`, { unitstype: type, internalid: id, unitname, conversionrate })
	const item = (id: string, unitstype: string | null) =>
		row('item', id, { id, itemid: `I${id}`, unitstype, lastmodifieddate: '2026-11-01T00:00:00Z' })
	const versions = [
		transaction(1, { exchangerate: '1' }),
		transaction(2, { exchangerate: '1.37794' }),
		row('currency', '1', { id: '1', symbol: 'USD', name: 'US Dollar' }),
		item('11', '1'),
		item('12', '2'),
		item('13', null),
		unit('1', '1', 'Each', '1'),
		unit('1', '2', 'Case', '24'),
		unit('2', '3', 'Pounds', '1'),
		unit('2', '4', 'Kilograms', '2.204'),
		line(1, '11', '-48', '2', '4.16666667', '-200'),
		line(2, '11', '-36', '2', '4.16666667', '-150'),
		line(3, '11', '-5', '1', '12.3456', '-61.73'),
		line(4, '12', '-11.02', '4', '1', '-11.02'),
		line(5, '13', '-7', null, '3', '-20'),
		line(6, '13', null, null, '9.5', '-9.5'),
		line(7, '11', '-100', '1', '20.6553', '-1499', '2'),
		line(8, '11', '-24', '2', '4.1338', '-72', '2'),
		line(9, '11', '-50', '1', '0.0169', '-0.62', '2'),
		line(10, '11', '-10', '1', '13.7794', '-95', '2'),
		line(11, '13', null, null, '13.7794', '-10', '2'),
	]
	const lines = await orderLines(
		versions,
		'cast(quantity as varchar) as quantity, unit, cast(unit_price as varchar) as unit_price',
	)
	expect(lines.map((one) => Object.values(one))).toEqual([
		['2.000000', 'Case', '100.00000000'],
		['1.500000', 'Case', '100.00000000'],
		['5.000000', 'Each', '12.34560000'],
		['5.000000', 'Kilograms', '2.20400000'],
		['7.000000', null, '3.00000000'],
		[null, null, '9.50000000'],
		['100.000000', 'Each', '14.99000000'],
		['1.000000', 'Case', '72.00000000'],
		['50.000000', 'Each', '0.01230000'],
		['10.000000', 'Each', '9.50000000'],
		[null, null, '10.00000000'],
	])
})

test('the lines that begin and end an item group charge nothing: its members are lines, of the deal line that the group names', async () => {
	const line = (id: number, sequence: number, itemtype: string, amount: string | null, named: string | null = null) =>
		row('transactionline', `1:${id}`, {
			transaction: '1',
			id: String(id),
			linesequencenumber: String(sequence),
			item: itemtype === 'EndGroup' ? '0' : String(10 + id),
			itemtype,
			quantity: amount && itemtype !== 'Discount' ? '-1' : null,
			foreignamount: amount,
			mainline: false,
			taxline: false,
			iscogs: false,
			custcol_crm_line: named,
			linelastmodifieddate: '2026-11-01T00:00:00Z',
		})
	const versions = [
		transaction(1, { exchangerate: '1' }),
		row('currency', '1', { id: '1', symbol: 'USD', name: 'US Dollar' }),
		line(1, 1, 'InvtPart', '-40'),
		line(7, 2, 'Group', '0', 'L1'),
		line(2, 3, 'InvtPart', '-100'),
		line(3, 4, 'Discount', '10'),
		line(4, 5, 'Service', '-50', 'L2'),
		line(8, 6, 'EndGroup', '-140'),
		line(5, 7, 'Discount', '5'),
		line(6, 8, 'InvtPart', '-30'),
	]
	const lines = await orderLines(
		versions,
		'source_id, kind, crm_reference, cast(amount as varchar) as amount, applies_to_line_id',
	)
	expect(lines.map((one) => Object.values(one))).toEqual([
		['1:1', 'item', null, '40.0000', null],
		['1:2', 'item', 'L1', '100.0000', null],
		['1:3', 'discount', null, '-10.0000', 'erp:1:2'],
		['1:4', 'item', 'L2', '50.0000', null],
		['1:5', 'discount', null, '-5.0000', null],
		['1:6', 'item', null, '30.0000', null],
	])
})

test('a discount reduces the line above it, not one that is gone and had its number', async () => {
	const line = (id: number, sequence: number, itemtype: string, amount: string) =>
		row('transactionline', `1:${id}`, {
			transaction: '1',
			id: String(id),
			linesequencenumber: String(sequence),
			item: String(10 + id),
			itemtype,
			quantity: itemtype === 'Discount' ? null : '-1',
			foreignamount: amount,
			mainline: false,
			taxline: false,
			iscogs: false,
			linelastmodifieddate: '2026-11-01T00:00:00Z',
		})
	const gone = line(1, 1, 'InvtPart', '-40')
	const versions = [
		transaction(1, { exchangerate: '1' }),
		row('currency', '1', { id: '1', symbol: 'USD', name: 'US Dollar' }),
		gone,
		{ ...gone, from: november(3), values: null },
		line(2, 1, 'InvtPart', '-100'),
		line(3, 2, 'Discount', '10'),
	]
	const lines = await orderLines(versions, 'source_id, applies_to_line_id, is_deleted', november(5))
	expect(lines.map((one) => Object.values(one)).toSorted()).toEqual([
		['1:1', null, true],
		['1:2', null, false],
		['1:3', 'erp:1:2', false],
	])
})

/** Columns of the order lines that staging makes of what NetSuite has, in their order; read once more at a `later` moment. */
async function orderLines(versions: RecordVersion[], columns: string, later?: number) {
	const sandboxes = await startSandboxes({ pair: usualPair, versions, now: november(2) })
	const project = await startProject(sandboxConnections(sandboxes).filter(({ kind }) => kind === 'netsuite'))
	project.clock.now = november(2)
	const streams = ['transactions', 'transaction_lines', 'items', 'units', 'currencies', 'accounting_periods']
	await project.run({ streams })
	if (later !== undefined) {
		sandboxes.setClock(later)
		project.clock.now = later
		await project.run({ streams })
	}
	await project.close()
	await sandboxes.close()
	const database = await staged(project.folder, [
		'base_netsuite__transactions',
		'base_netsuite__transaction_lines',
		'base_netsuite__currencies',
		'base_netsuite__accounting_periods',
		'../tieout/stg_tieout__periods',
		'../tieout/stg_tieout__currencies',
		'base_netsuite__posting_periods',
		'base_netsuite__transaction_accounting_lines',
		'../tieout/stg_tieout__connections',
		'base_netsuite__editions',
		'base_netsuite__open_amounts',
		'base_netsuite__ledger_amounts',
		'base_netsuite__documents',
		'base_netsuite__items',
		'base_netsuite__units',
		'base_netsuite__line_relations',
		'base_netsuite__document_lines',
		'stg_netsuite__order_lines',
	])
	try {
		return await database.all(`select ${columns} from staging.stg_netsuite__order_lines order by line_number`)
	} finally {
		await database.close()
	}
}

/** The staging models of these names, built from what a project has read. */
async function staged(project: string, names: string[]) {
	const folder = mkdtempSync(path.join(tmpdir(), 'netsuite-staging-'))
	const files = projectFiles(folder)
	mkdirSync(path.dirname(files.warehouse), { recursive: true })
	renameSync(path.join(project, 'warehouse.duckdb'), files.warehouse)
	const warehouse = await openDatabase(files.warehouse)
	await writeConfiguration(warehouse, [monthsSet('2026-10', '2026-11')])
	await warehouse.close()
	const models = path.join(folder, 'models', 'staging', 'netsuite')
	mkdirSync(models, { recursive: true })
	for (const name of names)
		cpSync(
			path.join(import.meta.dirname, '../../../models/staging/netsuite', `${name}.sql`),
			path.join(models, `${path.basename(name)}.sql`),
		)
	const built = await build({
		project: folder,
		modelFolders: [path.join(folder, 'models')],
		kinds: ['netsuite'],
		rawColumns: rawColumns(),
	})
	return openDatabase(built.file, { readOnly: true })
}
