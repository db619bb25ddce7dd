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
		create table raw.xero__invoices as select 'xero' as _connection, 'x1' as _key, ${stamps}`)
	await warehouse.close()
	const build = await openDatabase(files.build)
	await build.run(`create schema canonical; create table canonical.users as select * from (values
		('crm:77', '77', 'Rosa Diaz'), ('espo:u9', 'u9', 'Ken Abe'), ('erp:pat@example.com', 'pat@example.com', 'Pat Lee')) as users (user_id, source_id, name)`)
	await build.close()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('who changed a record is named where the source says it: owners stand for HubSpot’s users; others say nothing', async () => {
	const models = {
		'canonical.opportunities': 'staging.deals',
		'staging.deals': 'raw.hubspot__deals, raw.espocrm__opportunities',
		'canonical.invoices': 'raw.erpnext__invoices, raw.xero__invoices',
	}
	const rows = async () => Object.entries(models).map(([name, reads]) => ({ name, reads }))
	const change = (object: string, source: string, source_id: string, changed_at: string | null = '2026-11-03') =>
		({ object, source, source_id, changed_at }) as RecordChange
	const changes = [
		change('opportunity', 'crm', '11'),
		change('opportunity', 'espo', '12'),
		change('invoice', 'erp', 'SINV-1'),
		change('invoice', 'xero', 'x1'),
		change('opportunity', 'crm', '11', null),
	]
	const told = await warehouseEditors(files)(rows, changes)
	expect(told.map(({ changed_by }) => changed_by)).toEqual(['Rosa Diaz', 'Ken Abe', 'Pat Lee', null, null])
})
