import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase } from '../../../models/warehouse.ts'
import type { RecordChange } from '../../../reports/pages/close/change-data.ts'
import { warehouseEditors } from '../../../server/close/changed-by.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'tieout-editors-'))
const files = { warehouse: path.join(folder, 'warehouse.duckdb'), build: path.join(folder, 'build.duckdb') }
const stamps = `timestamp '2026-11-04' as _extracted_at, '1' as _cursor, timestamp '2026-11-04' as _loaded_at`

beforeAll(async () => {
	const warehouse = await openDatabase(files.warehouse)
	await warehouse.run(`create schema raw;
		create table raw.hubspot__deals as select 'crm' as _connection, '11' as _key, '9580003' as hs_updated_by_user_id, ${stamps};
		create table raw.hubspot__owners as select 'crm' as _connection, '77' as id, '9580003' as user_id_including_inactive, ${stamps};
		create table raw.espocrm__opportunities as select 'espo' as _connection, '12' as _key, 'u9' as modified_by_id, ${stamps};
		create table raw.erpnext__invoices as select 'erp' as _connection, 'SINV-1' as _key, 'pat@example.com' as modified_by, ${stamps};
		create table raw.netsuite__transactions as select 'ns' as _connection, unnest(['7', '8', '9']) as _key, '31' as lastmodifiedby, ${stamps};
		create table raw.netsuite__system_notes as select 'ns' as _connection, * from (values
			('1', '7', 'TRANDOC.MAMOUNTMAIN', '32', '2026-10-01 08:00:00'), ('2', '7', 'TRANDOC.MAMOUNTMAIN', '33', '2026-11-02 08:00:00'),
			('3', '7', 'TRANDOC.MAMOUNTMAIN', '34', '2026-11-03 09:00:00'), ('4', '7', 'TRANDOC.SMEMO', '31', '2026-11-03 10:00:00'),
			('5', '8', 'CUSTBODY_CHANNEL', '35', '2026-11-03 11:00:00')) as notes (id, recordid, field, name, date);
		create table raw.xero__invoices as select 'xero' as _connection, 'x1' as _key, ${stamps}`)
	await warehouse.close()
	const build = await openDatabase(files.build)
	await build.run(`create schema canonical; create table canonical.users as select * from (values
		('crm:77', '77', 'Rosa Diaz'), ('espo:u9', 'u9', 'Ken Abe'), ('erp:pat@example.com', 'pat@example.com', 'Pat Lee'), ('ns:33', '33', 'Ines Roy'), ('ns:34', '34', 'Bo Lind')) as users (user_id, source_id, name)`)
	await build.close()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const change = (
	object: string,
	source: string,
	source_id: string,
	changed_at: string | null = '2026-11-03',
	more = {},
) =>
	({
		object,
		source,
		source_id,
		document_id: `${source}:${source_id}`,
		changed_at,
		fields: [],
		...more,
	}) as unknown as RecordChange

test('who changed a record is named where the source says it: owners stand for HubSpot’s users; others say nothing', async () => {
	const models = {
		'canonical.opportunities': 'staging.deals',
		'staging.deals': 'raw.hubspot__deals, raw.espocrm__opportunities',
		'canonical.invoices': 'raw.erpnext__invoices, raw.xero__invoices',
	}
	const rows = async () => Object.entries(models).map(([name, reads]) => ({ name, reads }))
	const changes = [
		change('opportunity', 'crm', '11'),
		change('opportunity', 'espo', '12'),
		change('invoice', 'erp', 'SINV-1'),
		change('invoice', 'xero', 'x1'),
		change('opportunity', 'crm', '11', null),
	]
	const told = await warehouseEditors(files)(rows, changes, null)
	expect(told.map(({ changed_by }) => changed_by)).toEqual(['Rosa Diaz', 'Ken Abe', 'Pat Lee', null, null])
})

test('a line is changed by whoever changed its document, unless two tables name different people', async () => {
	const rows = async () => [{ name: 'canonical.invoices', reads: 'raw.erpnext__invoices, raw.espocrm__opportunities' }]
	const line = change('invoice_line', 'erp', 'SINV-1-3', '2026-11-03', { document_id: 'erp:SINV-1' })
	const told = await warehouseEditors(files)(rows, [line], null)
	expect(told.map(({ changed_by }) => changed_by)).toEqual(['Pat Lee'])
})

test('NetSuite’s notes say who changed which field since the signature, and when; without one it is who saved the document last', async () => {
	const rows = async () => [{ name: 'canonical.invoices', reads: 'raw.netsuite__transactions' }]
	const amount = { fields: [{ field: 'amount', from: '1', to: '2' }] }
	const changes = [
		change('invoice', 'ns', '7', '2026-11-03 10:00:00', amount),
		// A revenue entry has no stamp of its own: the note has one.
		change('revenue_entry', 'ns', '7:1:1', null, { ...amount, document_id: 'ns:7' }),
		change('invoice', 'ns', '8', '2026-11-03 11:00:00', amount),
		change('invoice', 'ns', '9', '2026-11-03 12:00:00', amount),
	]
	const told = await warehouseEditors(files)(rows, changes, '2026-11-01 00:00:00')
	expect(told.map(({ changed_by, changed_at }) => [changed_by, changed_at])).toEqual([
		['Ines Roy, Bo Lind', '2026-11-03 09:00:00'],
		['Ines Roy, Bo Lind', '2026-11-03 09:00:00'],
		['35', '2026-11-03 11:00:00'],
		['31', '2026-11-03 12:00:00'],
	])
})
