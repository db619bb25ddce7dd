import { expect, test } from 'vitest'
import { openDatabase } from '../../../models/warehouse.ts'
import { itemsTable } from '../../../server/close/tables.ts'

test('a balance of zero is not open, though rates of two months leave something of it; what is translated in part has no rate', async () => {
	const database = await openDatabase(':memory:', { threads: 1 })
	await database.run(`create schema marts;
		create table marts.periods as select * from (values
			('2026-09', date '2026-09-01', date '2026-09-30'), ('2026-10', date '2026-10-01', date '2026-10-31')) as t(period_id, start_date, end_date);
		create table marts.breaks as select break_id, item_id, code, period_id, cast(amount as decimal(38, 4)) as amount,
			cast(reporting_amount as decimal(38, 4)) as reporting_amount, code = 'timing' as is_carried, 'c' as customer_id, 'Acme' as customer_name,
			'DE' as legal_entity, 'EUR' as currency, date '2026-09-15' as opened_date, '' as explanation, '' as crm_value, '' as erp_value, '' as deal_name,
			'' as document_number, '' as owner_name, '' as opportunity_id, '' as order_id, '' as document_id
		from (values
			('1', 'cleared', 'timing', '2026-09', '100', '110'), ('2', 'cleared', 'timing', '2026-10', '-100', '-108.50'),
			('3', 'open', 'timing', '2026-09', '50', '55'),
			('4', 'rate', 'exchange_rate', '2026-10', '0', '7.25'),
			('5', 'rate', 'exchange_rate', '2026-09', '0', '3'),
			('6', 'half rated', 'timing', '2026-09', '80', '88'), ('7', 'half rated', 'timing', '2026-10', '-30', null))
			as t(break_id, item_id, code, period_id, amount, reporting_amount)`)
	const { sql, parameters } = itemsTable({
		paper: '2026-10',
		entity: null,
		periodId: '2026-10',
		startDate: '2026-10-01',
		endDate: '2026-10-31',
		isComplete: true,
	})
	const rows = await database.all<Record<string, string | null>>(sql, [...parameters])
	await database.close()
	expect(rows.map(({ item_id, amount, reporting_amount }) => [item_id, amount, reporting_amount])).toEqual([
		['half rated', '50.0000', null],
		['open', '50.0000', '55.0000'],
		['rate', '0.0000', '7.2500'],
	])
})
