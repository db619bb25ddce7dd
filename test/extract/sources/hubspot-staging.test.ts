import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startSandboxes } from '../../../extract/sandbox/sandbox.ts'
import { canonical, columnTypes } from '../../../models/canonical.ts'
import { deal, link, setting, version } from '../sandbox/hubspot/records.ts'
import { sandboxConnections } from '../sandboxes.ts'
import { startProject } from '../vendor.ts'

const at = '2026-11-03T10:00:00Z'
const folder = path.join(import.meta.dirname, '../../../models/staging/hubspot')

const versions = [
	version('companies', '900', '2026-11-01T10:00:00Z', { name: 'Old name', erp_id: '41007' }),
	version('companies', '900', at, null),
	version('companies', '901', '2026-11-01T10:00:00Z', { name: 'Acme', country: 'Germany', hs_country_code: 'de' }),
	version('companies', '901', at, {
		name: 'Acme',
		erp_id: ' 41008 ',
		country: 'Germany',
		hs_country_code: 'de',
		lifecyclestage: 'customer',
		type: 'OTHER',
		hs_merged_object_ids: '900;899',
		hubspot_owner_id: '41',
		currency: 'EUR',
		tax_number: '',
	}),
	version('companies', '902', at, { name: 'Partner Ltd', type: 'RESELLER', country: 'GB' }),
	setting('owners', '41', { email: 'a@x.example', firstName: 'Ada', lastName: 'Byron', userId: '7', archived: false }),
	setting('owners', '42', { email: 'c@x.example', firstName: 'Carl', lastName: '', userId: '8', archived: true }),
	setting('stages', 'contractsent', {
		label: 'Negotiation',
		displayOrder: '3',
		probability: '0.75',
		isClosed: 'false',
		archived: false,
	}),
	setting('stages', 'closedwon', {
		label: 'Closed Won',
		displayOrder: '4',
		probability: '1.0',
		isClosed: 'true',
		archived: false,
	}),
	rate('1', '1.09', '2026-09-30T22:00:00.000Z'),
	rate('2', '1.10', '2026-10-31T23:00:00.000Z'),
	rate('3', '1.123456', '2026-11-01T07:00:00.000Z'),
	version('products', '31', at, {
		name: 'Meter',
		hs_sku: 'MT-1',
		unit_of_measure: 'Each',
		product_family: 'Instruments',
	}),
	version('products', '32', at, { name: 'Freight', hs_sku: 'FRT', product_family: 'Freight' }),
	deal('11', '2026-11-01T10:00:00Z', {
		dealstage: 'contractsent',
		amount: '900.00',
		closedate: '2026-11-29T23:30:00.000Z',
	}),
	deal('11', '2026-11-02T10:00:00Z', {
		dealstage: 'closedwon',
		amount: '1000.50',
		closedate: '2026-10-31T23:30:00.000Z',
		hs_is_closed: 'true',
		hs_is_closed_won: 'true',
		hs_deal_stage_probability: '1',
		dealname: 'Acme 2026',
		hubspot_owner_id: '41',
		hs_updated_by_user_id: '8',
		legal_entity: '',
		sales_channel: 'Direct',
		erp_order_number: 'SO-1',
		hs_merged_object_ids: '10;9',
	}),
	deal('10', '2026-11-01T10:00:00Z', { dealname: 'Acme again', amount: '900.00' }),
	version('deals', '10', at, null),
	deal('12', at, {
		amount: '',
		deal_currency_code: null,
		hs_deal_stage_probability: '0.1000000000000000055511151231257827',
	}),
	deal('13', at, { dealstage: 'contractsent', deal_currency_code: null }),
	link('deal_company', '11', '901', '2026-11-02T10:00:00Z'),
	link('deal_company', '11', '902', '2026-11-02T10:00:00Z', false),
	link('deal_company', '12', '902', at, false),
	line('61', { hs_discount_percentage: '12.5', amount: '875.00', hs_position_on_quote: '0' }),
	line('62', { hs_discount_percentage: '', discount: '0.25', amount: '999.75', hs_line_item_currency_code: null }),
	line('63', { hs_product_id: '32', hs_sku: 'FRT', amount: '12.00', unit_of_measure: '' }),
	line('64', { amount: '5.00' }),
	...['61', '62', '63'].map((id) => link('line_item_deal', id, '11', at)),
	// A subscription of 100 a month for a year with 300 for setting up, in an account whose deals have the value of the whole term.
	deal('14', at, { amount: '1500.00' }),
	line('71', { quantity: '1', amount: '100.00', hs_tcv: '1200', hs_acv: '1200', hs_arr: '1200', hs_mrr: '100' }),
	line('72', { quantity: '3', amount: '300.00', hs_tcv: '300', hs_acv: '300', hs_arr: '0', hs_mrr: '0' }),
	// The same in one whose deals have what comes back every month; and a deal that no measure fits.
	deal('15', at, { amount: '100.00' }),
	line('73', { quantity: '1', amount: '100.00', hs_tcv: '2400', hs_acv: '1200', hs_arr: '1200', hs_mrr: '100' }),
	line('74', { quantity: '3', amount: '300.00', hs_tcv: '300', hs_acv: '300', hs_arr: '0', hs_mrr: '0' }),
	deal('16', at, { amount: '1234.00' }),
	line('75', { quantity: '1', amount: '100.00', hs_tcv: '1200', hs_acv: '1200', hs_arr: '1200', hs_mrr: '100' }),
	...['71', '72'].map((id) => link('line_item_deal', id, '14', at)),
	...['73', '74'].map((id) => link('line_item_deal', id, '15', at)),
	link('line_item_deal', '75', '16', at),
	version('contacts', '21', at, {
		firstname: 'Eva',
		lastname: 'Roe',
		email: 'eva@acme.example',
		associatedcompanyid: '901',
	}),
]

function rate(id: string, conversionRate: string, effectiveAt: string) {
	const values = { fromCurrencyCode: 'EUR', toCurrencyCode: 'USD', conversionRate, effectiveAt, visibleInUI: true }
	return setting('exchange_rates', id, values)
}

function line(id: string, values: Record<string, string | null>) {
	const plain = { name: 'Meter', hs_product_id: '31', hs_sku: 'MT-1', quantity: '10', price: '100.00' }
	return version('line_items', id, at, {
		...plain,
		hs_line_item_currency_code: 'EUR',
		unit_of_measure: 'Case',
		...values,
	})
}

let staged: (entity: string, columns: string) => Promise<Record<string, unknown>[]>
let types: (entity: string) => Promise<Record<string, string>>
let change: (sql: string) => Promise<unknown>
let close: () => Promise<void>
beforeAll(async () => {
	const sandboxes = await startSandboxes({
		pair: { crm: 'hubspot', erp: 'netsuite' },
		versions,
		now: Date.parse('2026-11-02T12:00:00Z'),
	})
	const [connection] = sandboxConnections(sandboxes)
	const project = await startProject([connection!])
	// One company is merged away between the two runs, another one was before the first.
	for (const moment of ['2026-11-02T12:00:00Z', '2026-11-04T09:00:00Z']) {
		sandboxes.setClock(Date.parse(moment))
		project.clock.now = sandboxes.now()
		const { streams } = await project.run({}, { sleep: async (milliseconds) => void (await delay(milliseconds)) })
		expect(streams.filter(({ outcome }) => outcome !== 'loaded')).toEqual([])
	}
	await project.resources.warehouse(async (database) => {
		await database.run('create schema staging')
		await database.run(
			`create table raw.as_of as select timestamp '2099-01-01' as loaded_until, timestamp '2099-01-01' as extracted_until,
				date '2099-01-01' as as_of_date`,
		)
		await database.run(
			`create table staging.stg_tieout__connections as select 'crm' as connection, 'DE' as legal_entity,
				cast(null as varchar) as booked_amount_field, cast(null as varchar) as booked_on_field`,
		)
		// Base models stand before the others in the alphabet.
		for (const file of readdirSync(folder).sort())
			await database.run(
				`create view staging.${file.replace('.sql', '')} as ${readFileSync(path.join(folder, file), 'utf8')}`,
			)
	})
	staged = (entity, columns) => project.rows(`select ${columns} from staging.stg_hubspot__${entity} order by 1`)
	types = async (entity) => {
		const rows = await project.rows<{ name: string; type: string }>(
			`select column_name as name, lower(data_type) as type from duckdb_columns() where schema_name = 'staging'
			and table_name = 'stg_hubspot__${entity}' order by column_index`,
		)
		return Object.fromEntries(rows.map(({ name, type }) => [name, type.replace(/,(?! )/, ', ')]))
	}
	change = (sql) => project.resources.warehouse((database) => database.run(sql))
	close = async () => {
		await project.close()
		await sandboxes.close()
	}
}, 60_000)
afterAll(() => close())

test.each(
	readdirSync(folder)
		.filter((file) => file.startsWith('stg_'))
		.map((file) => [file.slice('stg_hubspot__'.length, -'.sql'.length) as keyof typeof canonical]),
)('%s have exactly the canonical columns', async (entity) => {
	const expected = Object.entries(canonical[entity]).map(([name, type]) => [
		name,
		columnTypes[type as keyof typeof columnTypes],
	])
	expect(Object.entries(await types(entity))).toEqual(expected)
})

test('a recurring line has what its deal was added up from: of the term, a year or a month', async () => {
	const columns = `source_id, cast(amount as varchar) as amount, cast(quantity as varchar) as quantity, cast(unit_price as varchar) as price`
	const found = (await staged('opportunity_lines', columns)).filter(({ source_id }) => String(source_id) > '70')
	expect(found.map(({ source_id, amount, quantity, price }) => [source_id, amount, quantity, price])).toEqual([
		['71', '1200.0000', null, null],
		['72', '300.0000', '3.000000', '100.00000000'],
		['73', '100.0000', '1.000000', '100.00000000'],
		['74', '0.0000', null, null],
		['75', '100.0000', '1.000000', '100.00000000'],
	])
})

test('a merged company is a row of its own that leads to the one that lives on, also when it was never read', async () => {
	const columns = 'customer_id, name, other_reference, kind, country, merged_into_id, is_deleted, owner_id, tax_number'
	expect(await staged('customers', columns)).toEqual([
		customer('899', { name: 'Acme', merged_into_id: 'crm:901', is_deleted: true }),
		customer('900', {
			name: 'Old name',
			other_reference: '41007',
			kind: 'prospect',
			merged_into_id: 'crm:901',
			is_deleted: true,
		}),
		customer('901', { name: 'Acme', other_reference: '41008', kind: 'customer', country: 'DE', owner_id: 'crm:41' }),
		customer('902', { name: 'Partner Ltd', kind: 'reseller', country: 'GB' }),
	])
})

function customer(id: string, values: Record<string, unknown>) {
	const plain = { other_reference: null, kind: null, country: null, merged_into_id: null, is_deleted: false }
	return { customer_id: `crm:${id}`, ...plain, owner_id: null, tax_number: null, ...values }
}

test('a deal has its primary company, its day on the account’s clock, its stage by name', async () => {
	const columns = `source_id, customer_id, stage, is_closed, is_won, cast(amount as varchar) as amount, currency,
		cast(close_date as varchar) as close_date, channel, cast(probability_percent as varchar) as probability,
		legal_entity_reference as entity, erp_reference, owner_id`
	const living = (await staged('opportunities', columns)).filter(({ source_id }) =>
		['11', '12'].includes(String(source_id)),
	)
	expect(living).toEqual([
		{
			source_id: '11',
			customer_id: 'crm:901',
			stage: 'Closed Won',
			is_closed: true,
			is_won: true,
			amount: '1000.5000',
			currency: 'EUR',
			close_date: '2026-11-01',
			channel: 'direct',
			probability: '100.0000000000',
			entity: null,
			erp_reference: 'SO-1',
			owner_id: 'crm:41',
		},
		{
			source_id: '12',
			customer_id: 'crm:902',
			// The properties say nothing: the stage of the pipeline does.
			stage: 'Closed Won',
			is_closed: true,
			is_won: true,
			amount: null,
			currency: 'USD',
			close_date: null,
			channel: null,
			probability: '10.0000000000',
			entity: null,
			erp_reference: null,
			owner_id: null,
		},
	])
})

test('who names no legal entity belongs to the connection’s; a deal with a company leaves it to that', async () => {
	expect(await staged('customers', 'source_id, legal_entity_reference as entity, is_deleted')).toEqual(
		expect.arrayContaining([{ source_id: '902', entity: 'DE', is_deleted: false }]),
	)
	expect(
		await staged('opportunities', 'source_id, customer_id is null as is_alone, legal_entity_reference as entity'),
	).toEqual(
		expect.arrayContaining([
			{ source_id: '12', is_alone: false, entity: null },
			{ source_id: '13', is_alone: true, entity: 'DE' },
		]),
	)
})

test('a merged deal is a row of its own that leads to the one that lives on, also when it was never read', async () => {
	expect(await staged('opportunities', 'opportunity_id, name, merged_into_id, is_deleted')).toEqual([
		{ opportunity_id: 'crm:10', name: 'Acme again', merged_into_id: 'crm:11', is_deleted: true },
		{ opportunity_id: 'crm:11', name: 'Acme 2026', merged_into_id: null, is_deleted: false },
		{ opportunity_id: 'crm:12', name: null, merged_into_id: null, is_deleted: false },
		...['13', '14', '15', '16'].map((id) => ({
			opportunity_id: `crm:${id}`,
			name: null,
			merged_into_id: null,
			is_deleted: false,
		})),
		{ opportunity_id: 'crm:9', name: 'Acme 2026', merged_into_id: 'crm:11', is_deleted: true },
	])
})

test('lines of a deal have their price before the percentage and after a discount of the unit; one of no deal is none', async () => {
	const columns = `source_id, opportunity_id, kind, product_code, cast(quantity as varchar) as quantity, unit,
		cast(unit_price as varchar) as price, cast(discount_percent as varchar) as discount, cast(amount as varchar) as amount, currency, line_number`
	const plain = {
		opportunity_id: 'crm:11',
		kind: 'item',
		product_code: 'MT-1',
		quantity: '10.000000',
		unit: 'Case',
		currency: 'EUR',
	}
	const ofDeal = (await staged('opportunity_lines', columns)).filter((row) => row['opportunity_id'] === 'crm:11')
	expect(ofDeal).toEqual([
		{
			source_id: '61',
			...plain,
			price: '100.00000000',
			discount: '12.5000000000',
			amount: '875.0000',
			line_number: '1',
		},
		{ source_id: '62', ...plain, price: '99.75000000', discount: null, amount: '999.7500', line_number: null },
		{
			source_id: '63',
			...plain,
			kind: 'freight',
			product_code: 'FRT',
			unit: null,
			price: '100.00000000',
			discount: null,
			amount: '12.0000',
			line_number: null,
		},
	])
})

test('the moment of winning is in the history, with the amount and the close date as they were', async () => {
	const columns = `stage_change_id, stage, is_won, cast(amount as varchar) as amount, cast(close_date as varchar) as close_date,
		cast(changed_at as varchar) as changed_at, changed_by_id`
	const changes = await staged('stage_changes', columns)
	expect(changes.slice(0, 2)).toEqual([
		{
			stage_change_id: 'crm:11:2026-11-01T10:00:00Z',
			stage: 'Negotiation',
			is_won: false,
			amount: '900.0000',
			close_date: '2026-11-30',
			changed_at: '2026-11-01 10:00:00',
			changed_by_id: null,
		},
		{
			stage_change_id: 'crm:11:2026-11-02T10:00:00Z',
			stage: 'Closed Won',
			is_won: true,
			amount: '1000.5000',
			close_date: '2026-11-01',
			changed_at: '2026-11-02 10:00:00',
			changed_by_id: 'crm:42',
		},
	])
})

test('rates go both ways from their day on; of two for one day the later one holds', async () => {
	const columns = `exchange_rate_id, from_currency || to_currency as pair, cast(start_date as varchar) as start_date, cast(rate as varchar) as rate`
	expect(await staged('exchange_rates', columns)).toEqual([
		{ exchange_rate_id: 'crm:1:from', pair: 'EURUSD', start_date: '2026-10-01', rate: '1.0900000000' },
		{ exchange_rate_id: 'crm:1:to', pair: 'USDEUR', start_date: '2026-10-01', rate: '0.9174311927' },
		{ exchange_rate_id: 'crm:3:from', pair: 'EURUSD', start_date: '2026-11-01', rate: '1.1234560000' },
		{ exchange_rate_id: 'crm:3:to', pair: 'USDEUR', start_date: '2026-11-01', rate: '0.8901105161' },
	])
})

test('owners, products and contacts', async () => {
	expect(await staged('users', 'user_id, name, is_active')).toEqual([
		{ user_id: 'crm:41', name: 'Ada Byron', is_active: true },
		{ user_id: 'crm:42', name: 'Carl', is_active: false },
	])
	expect(await staged('products', 'product_id, code, kind, unit')).toEqual([
		{ product_id: 'crm:31', code: 'MT-1', kind: 'item', unit: 'Each' },
		{ product_id: 'crm:32', code: 'FRT', kind: 'freight', unit: null },
	])
	expect(await staged('contacts', 'contact_id, customer_id, name')).toEqual([
		{ contact_id: 'crm:21', customer_id: 'crm:901', name: 'Eva Roe' },
	])
})

test('where tieout.yml names another property for amount and date, the usual ones count no more, nor their history', async () => {
	const won = () =>
		staged('opportunities', `source_id, cast(amount as varchar) as amount, cast(close_date as varchar) as date`)
	const moves = () =>
		staged('stage_changes', `cast(max(amount) as varchar) as amount, cast(max(close_date) as varchar) as date`)
	expect(await won()).toContainEqual({ source_id: '11', amount: '1000.5000', date: '2026-11-01' })
	expect(await moves()).toEqual([{ amount: expect.any(String), date: expect.any(String) }])
	await change(
		`update staging.stg_tieout__connections set booked_amount_field = 'hs_tcv', booked_on_field = 'signed_on'`,
	)
	expect(await won()).toContainEqual({ source_id: '11', amount: null, date: null })
	expect(await moves()).toEqual([{ amount: null, date: null }])
})
