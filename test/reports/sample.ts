import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openDatabase } from '../../models/warehouse.ts'

/** How large the published sample is: rows of breaks and customers. */
export type SampleSize = { breaks: number; customers: number }

const small: SampleSize = { breaks: 420, customers: 40 }

/**
 * Publishes a generation into a new folder, as `tieout publish` would: every break code, five currencies (JPY and KWD among them),
 * names that are long or look like markup or a formula, a currency without a rate, four months of which the last is not over.
 * The cells are made from the breaks, so they add up. Gives the folder of the published files; `into` is one that exists.
 */
export async function publishSample(size: SampleSize = small, generation = 142, into?: string): Promise<string> {
	const folder = into ?? mkdtempSync(path.join(tmpdir(), 'tieout-sample-'))
	const database = await openDatabase(path.join(folder, `${generation}.duckdb`))
	await database.run('create schema marts; create schema tieout')
	for (const statement of [...marts(size), ...history(generation)]) await database.run(statement)
	await database.checkpoint()
	await database.close()
	writeFileSync(path.join(folder, 'current'), `${generation}.duckdb`)
	return folder
}

const names = [
	'Acme, Inc.',
	'Bäckerei Müller & Söhne GmbH',
	'Société Générale de Surveillance et d’Inspection des Équipements Industriels du Nord-Pas-de-Calais S.A.R.L.',
	'東京精密機械株式会社',
	'=Formula Holdings',
	'O’Brien <b>Bold</b> "Quoted" Ltd',
	'Al-Kuwait Petroleum Services Co. W.L.L.',
	'Northwind Traders (Branch 0042, Warehouse & Returns, Second Floor)',
	'Zürcher Präzisionswerke AG',
	'Globex Corporation',
	'Initech LLC',
	'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft',
]

const codes = [
	...[
		'timing',
		'not_ordered',
		'awaiting_approval',
		'not_invoiced',
		'partly_invoiced',
		'missing_in_crm',
		'price',
		'quantity',
	],
	...[
		'unit_of_measure',
		'discount',
		'tax_or_freight',
		'exchange_rate',
		'currency_mismatch',
		'duplicate',
		'cancelled_or_credited',
	],
	...['wrong_customer', 'wrong_entity', 'deferred', 'out_of_scope', 'rounding', 'unexplained'],
]

const list = (values: string[]) => `[${values.map((value) => `'${value.replaceAll("'", "''")}'`).join(', ')}]`
const pick = (values: string[], index: string) =>
	`list_element(${list(values)}, cast(1 + (${index}) % ${values.length} as integer))`
const customer = (index: string) =>
	`case when ${index} < ${names.length} then ${pick(names, index)} else 'Customer ' || lpad(cast(${index} as varchar), 4, '0') || ' Ltd' end`

function marts({ breaks, customers }: SampleSize): string[] {
	return [
		`create table marts.periods as select *, substr(period_id, 1, 4) as fiscal_year, cast(quarter(start_date) as integer) as fiscal_quarter,
			cast(month(start_date) as integer) as period_number from (values ('2026-08', date '2026-08-01', date '2026-08-31', true), ('2026-09', date '2026-09-01', date '2026-09-30', true),
			('2026-10', date '2026-10-01', date '2026-10-31', true), ('2026-11', date '2026-11-01', date '2026-11-30', false)) as t(period_id, start_date, end_date, is_complete)`,
		`create table marts.period_closes as select period_id, legal_entity, start_date, end_date, 'America/New_York' as time_zone,
			cast(end_date + 1 as timestamp) + interval 4 hour as ends_at, is_complete as has_ended, end_date + 7 as due_date
			from marts.periods cross join (values ('DE'), ('US')) as entities(legal_entity) order by period_id, legal_entity`,
		`create table marts.breaks as
		with numbered as (
			select i, (i * 7919) % 100003 as r, cast((i * 31) % ${customers} as integer) as c, ${pick(codes, '(i * 13 + i // 21)')} as code,
				${pick(['USD', 'USD', 'EUR', 'GBP', 'JPY', 'KWD', 'CHF'], `(i * 31) % ${customers}`)} as currency,
				${pick(['2026-08', '2026-09', '2026-10', '2026-10'], 'i')} as period_id,
				cast(((i * 7919) % 100003 - 40000) * 13.3717 as decimal(38, 4)) as size
			from range(${breaks}) as t(i)
		), priced as (
			select *, case code
				when 'rounding' then cast(cast(case currency when 'JPY' then 1 when 'KWD' then 0.001 else 0.01 end as decimal(18, 4)) * (case when i % 2 = 0 then 1 else -1 end) as decimal(38, 4))
				when 'unexplained' then cast(case when i % 5 = 0 then 880 else 0 end as decimal(38, 4))
				else case currency when 'JPY' then cast(round(size, 0) as decimal(38, 4)) when 'KWD' then cast(round(size, 3) as decimal(38, 4)) else cast(round(size, 2) as decimal(38, 4)) end end as amount
			from numbered
		)
		select 'b-' || lpad(cast(i as varchar), 6, '0') as break_id, 'chain-' || cast(i // 2 as varchar) as item_id, code,
			case when i % 3 = 0 then 'customer missing' when i % 7 = 0 then 'unit unknown' end as cause,
			case when i % 3 = 0 then 'no ERP customer is linked to the account' end as evidence,
			'The deal says ' || cast(amount as varchar) || ' ' || currency || ', the order says nothing of it: ' || replace(code, '_', ' ') || '.' as explanation,
			period_id, 'crm:001A' || lpad(cast(c as varchar), 6, '0') as customer_id, ${customer('c')} as customer_name, currency,
			${pick(['US', 'DE', 'JP', 'KW'], 'c')} as legal_entity, cast(amount as decimal(38, 4)) as amount,
			case when currency = 'CHF' then null else cast(round(amount * case currency when 'EUR' then 1.08 when 'GBP' then 1.27 when 'JPY' then 0.0067 when 'KWD' then 3.25 else 1 end, 2) as decimal(38, 4)) end as reporting_amount,
			code in ('timing', 'not_ordered', 'awaiting_approval', 'not_invoiced', 'partly_invoiced', 'deferred') as is_carried,
			cast(strptime(period_id || '-' || lpad(cast(1 + i % 28 as varchar), 2, '0'), '%Y-%m-%d') as date) - cast(i % 40 as integer) as opened_date,
			cast(i % 95 as integer) as age_days, cast(amount as varchar) || ' ' || currency as crm_value, case when i % 2 = 0 then '0.00 ' || currency end as erp_value,
			case when code <> 'missing_in_crm' then '0065g00000' || lpad(cast(i // 2 as varchar), 8, '0') end as opportunity_id,
			case when code <> 'missing_in_crm' then '00k5g00000' || lpad(cast(i as varchar), 8, '0') end as opportunity_line_id,
			case when code <> 'not_ordered' then cast(50000 + i as varchar) end as order_id, case when i % 2 = 0 then cast(70000 + i as varchar) end as invoice_id,
			case when i % 2 = 0 then cast(70000 + i as varchar) end as document_id, case when i % 2 = 0 then 'INV-' || lpad(cast(i as varchar), 5, '0') end as document_number,
			case when code <> 'missing_in_crm' then ${customer('c')} || ' renewal ' || cast(i as varchar) end as deal_name,
			${pick(['Ana Ortiz', 'Benedikt von Hohenzollern-Sigmaringen', 'Chloé Dubois'], 'c')} as owner_name,
			'https://crm.example.com/' || cast(i as varchar) as crm_url, case when i % 2 = 0 then 'https://erp.example.com/' || cast(i as varchar) end as erp_url, 'USD' as reporting_currency
		from priced where amount <> 0 order by period_id, break_id`,
		`create table marts.cells as
		select period_id, customer_id, min(customer_name) as customer_name, currency, legal_entity,
			cast(sum(amount) + 250000 as decimal(38, 4)) as bookings_amount, cast(240000 as decimal(38, 4)) as billings_amount, cast(250000 as decimal(38, 4)) as revenue_amount,
			cast(sum(amount) as decimal(38, 4)) as variance_amount, 'USD' as reporting_currency,
			case when currency <> 'CHF' then cast(sum(reporting_amount) + 250000 as decimal(38, 4)) end as bookings_reporting_amount,
			case when currency <> 'CHF' then cast(240000 as decimal(38, 4)) end as billings_reporting_amount,
			case when currency <> 'CHF' then cast(250000 as decimal(38, 4)) end as revenue_reporting_amount,
			case when currency <> 'CHF' then cast(sum(reporting_amount) as decimal(38, 4)) end as variance_reporting_amount,
			case when currency <> 'CHF' then cast(1.08 as decimal(18, 10)) end as policy_rate, currency <> 'CHF' as is_validated,
			case when currency = 'CHF' then cast(1.1 as decimal(18, 10)) end as memo_rate,
			case when currency = 'CHF' then cast((sum(amount) + 250000) * 1.1 as decimal(38, 4)) end as bookings_memo_amount,
			case when currency = 'CHF' then cast(264000 as decimal(38, 4)) end as billings_memo_amount,
			case when currency = 'CHF' then cast(275000 as decimal(38, 4)) end as revenue_memo_amount,
			case when currency = 'CHF' then cast(sum(amount) * 1.1 as decimal(38, 4)) end as variance_memo_amount
		from marts.breaks group by period_id, customer_id, currency, legal_entity order by period_id, customer_id, currency, legal_entity`,
		`create table marts.bookings_vs_revenue as
		select cells.*, ${codes.map((code) => `coalesce(sums.${code}_amount, 0) as ${code}_amount`).join(', ')}
		from marts.cells as cells left join (
			select period_id, customer_id, currency, legal_entity, ${codes.map((code) => `cast(sum(amount) filter (where code = '${code}') as decimal(38, 4)) as ${code}_amount`).join(', ')}
			from marts.breaks group by all) as sums using (period_id, customer_id, currency, legal_entity)
		order by period_id, customer_id, currency, legal_entity`,
		`create table marts.roll_forward as
		select period_id, code, currency, cast(1000 as decimal(38, 4)) as opening_amount, cast(sum(amount) as decimal(38, 4)) as new_amount,
			cast(400 as decimal(38, 4)) as cleared_amount, cast(sum(amount) + 600 as decimal(38, 4)) as closing_amount, count(*) as item_count, min(opened_date) as oldest_date
		from marts.breaks where is_carried group by period_id, code, currency order by period_id, code, currency`,
		`create table marts.ageing as
		select period_id, code, currency, legal_entity, 1 + cast(code = 'timing' as integer) as bucket_number, case when code = 'timing' then '31 to 60 days' else '0 to 30 days' end as bucket,
			cast(sum(amount) as decimal(38, 4)) as amount, count(*) as item_count, min(opened_date) as oldest_date
		from marts.breaks where is_carried group by period_id, code, currency, legal_entity order by period_id, code, currency, legal_entity`,
		`create table marts.open_items as
		select period_id, item_id, code, currency, legal_entity, amount, case when code = 'deferred' then 'deferred_revenue' else 'backlog' end as step,
			cast(1 + cast(code = 'timing' as integer) as integer) as bucket_number, case when code = 'timing' then '31 to 60 days' else '0 to 30 days' end as bucket,
			opened_date, cast(age_days as bigint) as age_days, customer_id, customer_name, owner_name, deal_name, document_number, break_id
		from marts.breaks where is_carried order by period_id, item_id, code`,
		`create table marts.carried_items as
		select item_id, code, currency, min(legal_entity) as legal_entity, min(customer_id) as customer_id, min(customer_name) as customer_name, min(owner_name) as owner_name,
			min(deal_name) as deal_name, min(document_number) as document_number, min(opened_date) as opened_date, min(period_id) as opened_period_id,
			case when count(*) > 1 then max(period_id) end as cleared_period_id, cast(case when count(*) > 1 then 0 else sum(amount) end as decimal(38, 4)) as open_amount,
			max(abs(amount)) as largest_amount, cast(max(age_days) as bigint) as age_days, count(*) = 1 as is_open, min(break_id) as break_id
		from marts.breaks where is_carried group by item_id, code, currency order by item_id, code, currency`,
		`create table marts.billings_roll_forward as
		select step, step_number, period_id, legal_entity, currency, cast(1000 as decimal(38, 4)) as opening_amount, cast(sum(amount) as decimal(38, 4)) as addition_amount,
			cast(250 as decimal(38, 4)) as reduction_amount, cast(0 as decimal(38, 4)) as difference_amount, cast(sum(amount) + 750 as decimal(38, 4)) as closing_amount,
			case when step = 'deferred_revenue' then cast(10 as decimal(38, 4)) end as unbilled_amount, case when step in ('backlog', 'deferred_revenue') then count(*) end as item_count
		from marts.breaks cross join (values (1, 'bookings'), (2, 'backlog'), (3, 'billings'), (4, 'deferred_revenue'), (5, 'revenue')) as steps(step_number, step)
		group by step, step_number, period_id, legal_entity, currency order by step, period_id, legal_entity, currency`,
		`create table marts.tie_out as select 'erp' as scope, 'revenue' as measure, period_id, legal_entity, '4000' as account, '*' as due_month, 'USD' as of_currency, 'USD' as currency,
			cast(100000 as decimal(38, 4)) as reported_amount, cast(99999.99 as decimal(38, 4)) as recorded_amount, cast(0.01 as decimal(38, 4)) as difference_amount,
			cast(0 as decimal(38, 4)) as tolerance_amount, 'differs' as state, cast(12 as bigint) as reported_count, cast(11 as bigint) as recorded_count,
			timestamp '2026-11-04 08:30:00' as reported_at
			from marts.periods cross join (values ('DE'), ('US')) as entities(legal_entity) order by period_id, legal_entity`,
		`create table marts.records as select 'invoice' as object, 'erp:' || cast(i as varchar) as record_id, 'erp:' || cast(i as varchar) as document_id, 'INV-' || cast(i as varchar) as document_number,
			'erp' as source, cast(i as varchar) as source_id, 'open' as status, date '2026-10-05' as own_date, '2026-10' as period_id, 'crm:001A000000' as customer_id, 'US' as legal_entity, 'USD' as currency,
			cast(i * 100 as decimal(38, 4)) as amount, case when i < 19 then cast(i * 100 as decimal(38, 4)) end as base_amount, case when i < 19 then case i % 2 when 0 then 'EUR' else 'USD' end end as base_currency, cast(null as varchar) as product_id, cast(null as decimal(18, 6)) as quantity,
			cast(null as varchar) as unit, cast(null as decimal(38, 8)) as unit_price, cast(null as varchar) as account, true as is_counted, timestamp '2026-10-05 10:00:00' as modified_at,
			'2026-11' as due_month, cast(i * 50 as decimal(38, 4)) as open_amount, 'US' as own_legal_entity
			from range(20) as t(i)`,
		`create table marts.chain as
		select 'chain-' || cast(i as varchar) as chain_id, '0065g00000' || lpad(cast(i as varchar), 8, '0') as opportunity_id,
			'00k5g00000' || lpad(cast(2 * i as varchar), 8, '0') as opportunity_line_id, ${customer('c')} || ' renewal ' || cast(i as varchar) as deal_name,
			'crm:001A' || lpad(cast(c as varchar), 6, '0') as customer_id, ${customer('c')} as customer_name, ${pick(['US', 'DE', 'JP', 'KW'], 'c')} as legal_entity,
			date '2026-10-05' - cast(i % 60 as integer) as close_date, ${pick(['2026-08', '2026-09', '2026-10'], 'i')} as period_id, 'USD' as currency, 'SKU-' || cast(i % 9 as varchar) as product_code,
			'Subscription, annual, including premium support and onboarding' as product_name, cast(12 as decimal(18, 6)) as quantity, cast(12000.5 as decimal(38, 4)) as booked_amount,
			case when i % 4 <> 0 then cast(50000 + i as varchar) end as order_id, case when i % 4 <> 0 then 'SO-' || cast(50000 + i as varchar) end as order_number,
			case when i % 4 <> 0 then cast(12000 as decimal(38, 4)) end as ordered_amount, case when i % 4 <> 0 then 'USD' end as order_currency,
			case when i % 4 <> 0 then cast(6000 as decimal(38, 4)) end as invoiced_amount, cast(0 as decimal(38, 4)) as credited_amount, cast(3000 as decimal(38, 4)) as paid_amount,
			cast(1000 as decimal(38, 4)) as recognised_amount, date '2026-10-09' as first_invoice_date, date '2026-10-30' as last_invoice_date,
			timestamp '2026-10-05 09:00:00' as won_at, case when i % 4 <> 0 then timestamp '2026-10-05 09:00:00' + to_minutes(cast(i % 200 as bigint)) end as ordered_at,
			case when i % 4 <> 0 then i % 200 end as won_to_order_minutes,
			case when i % 4 = 0 then 'no order' when i % 200 < 15 then 'under 15 minutes' when i % 200 <= 60 then '15 to 60 minutes' else 'over an hour' end as won_to_order_bucket,
			'order names the deal' as link_evidence, 'the order names the deal: 0065g00000' as order_link_evidence
		from (select i, cast((i * 62) % ${customers} as integer) as c from range(${Math.ceil(breaks / 2)}) as t(i)) order by chain_id`,
		`create table marts.customer_360 as
		select 'crm:001A' || lpad(cast(c as varchar), 6, '0') as customer_id, ${customer('c')} as customer_name, case when c % 9 <> 8 then '001A' || lpad(cast(c as varchar), 6, '0') end as crm_account_id,
			'https://crm.example.com/a/' || cast(c as varchar) as crm_url, case when c % 5 <> 4 then cast(1000 + c as varchar) || case when c % 6 = 0 then ', ' || cast(9000 + c as varchar) else '' end end as erp_customer_ids,
			case when c % 5 <> 4 then 'https://erp.example.com/c/' || cast(c as varchar) end as erp_url, ${pick(['Ana Ortiz', 'Benedikt von Hohenzollern-Sigmaringen', 'Chloé Dubois'], 'c')} as owner_name,
			${pick(['Enterprise', 'Mid-market', 'Public sector'], 'c')} as segment, ${pick(['US', 'DE', 'JP', 'KW', 'FR'], 'c')} as country, 'USD' as currency,
			case when c % 5 <> 4 then ${pick(['external id', 'tax number', 'decision'], 'c')} end as match_tier, case when c % 5 <> 4 then 'the ERP customer ' || cast(1000 + c as varchar) || ' names the account' end as match_evidence,
			case when c % 5 <> 4 then timestamp '2025-05-01 00:00:00' end as matched_since, cast(c * 1000 as decimal(38, 4)) as pipeline_amount, cast(c * 12345.67 as decimal(38, 4)) as bookings_amount,
			cast(c * 11000 as decimal(38, 4)) as billings_amount, cast(c * 10000 - 50000 as decimal(38, 4)) as revenue_amount, case when c % 2 = 0 then cast(c * 300 as decimal(38, 4)) end as margin_amount,
			cast(c % 7 * 500 as decimal(38, 4)) as open_amount, cast(c % 3 * 250 as decimal(38, 4)) as overdue_amount, 0 as cells_without_rate, 0 as open_deals_without_rate,
			case when c % 11 = 0 then 2 else 0 end as open_invoices_without_rate, 'USD' as reporting_currency,
			date '2026-10-20' as crm_last_activity_date, date '2026-10-30' as erp_last_activity_date, cast(c % 5 // 4 + c % 7 // 6 as integer) as problem_count,
			case when c % 5 = 4 then 'no ERP customer' when c % 7 = 6 then 'two candidates' end as worst_problem
		from (select cast(i as integer) as c from range(${customers}) as t(i)) order by customer_id`,
		`create table marts.customer_links as
		select customer_id, crm_account_id as source_customer_id, 'crm' as source, 'A-' || crm_account_id as number, customer_name as name, cast(null as varchar) as legal_entity, cast(null as varchar) as role,
			match_tier as tier, match_evidence as evidence, matched_since as since, crm_url from marts.customer_360 where crm_account_id is not null
		union all
		select customer_id, 'ns:' || split_part(erp_customer_ids, ', ', 1), 'erp', split_part(erp_customer_ids, ', ', 1), customer_name || ' (ERP)', 'US', 'sold-to', match_tier, match_evidence, matched_since, erp_url
		from marts.customer_360 where erp_customer_ids is not null order by 1, 3`,
		`create table marts.link_candidates as
			select 'erp:SO-9 crm:006D9' as candidate_id, 'fits' as state, 'same customer, same amount, 3 days apart' as evidence, 'the only one' as choice, 'crm:006D9' as opportunity_id,
				'Acme renewal' as deal_name, date '2026-10-09' as close_date, 'crm:C1' as customer_id, 'Acme, Inc.' as customer_name, 'USD' as currency,
				cast(1200 as decimal(38, 4)) as booked_amount, 'erp:SO-9' as order_id, 'SO9' as order_number, 'order' as document,
				date '2026-10-12' as order_date, 'crm:C1' as order_customer_id, 'Acme, Inc.' as order_customer_name, 'USD' as order_currency,
				cast(1200 as decimal(38, 4)) as ordered_amount, 'Ana Ortiz' as owner_name`,
		`create table marts.customer_candidates as
			select 'erp:1009 crm:C9' as candidate_id, 'fits' as state, 'same name, same domain acme.example' as evidence, 2 as evidence_count,
				'the only one' as choice, 'crm:C9' as crm_id, 'Acme, Inc.' as crm_name, 3 as won_deal_count, 'erp:1009' as erp_id, 'ACME INC' as erp_name,
				'1009' as erp_number, 'Ana Ortiz' as owner_name`,
		computedRevenue,
		`create table marts.exceptions as
		select 'e-' || customer_id as exception_id, worst_problem as kind, customer_id as subject_id, customer_name as subject_name, case when worst_problem = 'two candidates' then '1001, 1002' end as candidates,
			'The account has won a deal and no customer of the ERP names it.' as explanation, owner_name from marts.customer_360 where worst_problem is not null order by 1`,
		`create table marts.coverage as select * from (values ('accounts and customers', 3400, 2800, 2610, 550, 12), ('won deals and orders', 15000, 14200, 14100, 800, 34)) as t(measure, crm_count, erp_count, matched_count, expected_gap_count, unexplained_gap_count)`,
		`create table marts.field_drift as
		select customer_id, 'erp:' || split_part(coalesce(erp_customer_ids, '0'), ', ', 1) as source_customer_id, 'payment_terms' as field, 'ERP' as owner, 'Net 30' as owner_value, case when customer_id like '%1' then '' else 'Net 45' end as copy_value,
			timestamp '2026-10-01 10:00:00' as owner_changed_at, timestamp '2025-02-01 10:00:00' as copy_changed_at from marts.customer_360 where customer_id like '%1' or customer_id like '%5' order by 1`,
		`create table marts.term_differences as
		select 'payment_terms:' || order_id || ':' || opportunity_id as difference_id, 'payment_terms' as field,
			'The invoice is due at another time than the account''s terms say' as explanation, 'account' as agreed_in, 'Net 30' as agreed_value,
			'invoice' as found_in, '45 days' as found_value, opportunity_id, deal_name, order_id, invoice_id, document_number, opened_date as document_date,
			customer_id, customer_name, legal_entity, owner_name from marts.breaks where opportunity_id is not null and invoice_id is not null order by 1`,
	]
}

const computedRevenue = `create table marts.computed_revenue as
	select 'erp:1:' || i as invoice_line_id, '2026-1' || i as period_id, 'erp:1' as invoice_id, 'INV1' as document_number, 'crm:001A000001' as customer_id,
		'Acme, Inc.' as customer_name, 'US' as legal_entity, 'SUB-1' as product_code, 'ERP' as told_by, 'by_month' as method, date '2026-01-01' as start_date,
		date '2026-12-31' as end_date, 'USD' as currency, cast(1200 as decimal(38, 4)) as term_amount, cast(100 as decimal(38, 4)) as computed_amount,
		cast(100 as decimal(38, 4)) as recognised_amount, cast(0 as decimal(38, 4)) as difference_amount, cast(1000 as decimal(38, 4)) as computed_to_date_amount,
		cast(1000 as decimal(38, 4)) as recognised_to_date_amount, cast(0.01 as decimal(38, 4)) as tolerance_amount, 'agrees' as state
	from (select cast(i as integer) as i from range(2) as t(i))`

function history(generation: number): string[] {
	return [
		`create table tieout.generation as select ${generation} as generation, timestamp '2026-11-04 08:40:12' as built_at, timestamp '2026-11-04 08:39:50' as loaded_until, cast(null as timestamp) as extracted_until,
			'9f2c4b7e1d0a' as content_hash`,
		`create table tieout.runs as select * from (values
			('r-2', 'schedule', 'succeeded', timestamp '2026-11-04 08:30:00', timestamp '2026-11-04 08:40:30', ${generation}, 18211, 1204, 2, null, null),
			('r-1', 'person', 'failed', timestamp '2026-11-03 08:30:00', timestamp '2026-11-03 08:31:10', null, 200, 0, 0, 'netsuite refused the token: 401 invalid_grant', 'tieout doctor')
			) as t(run_id, trigger, outcome, started_at, finished_at, generation, rows_landed, rows_loaded, rows_quarantined, error, next_step)`,
		`create table tieout.certificates as select * from (values
			('r-2', 'crm', 'opportunities', 'proved', null, 15004, 15004, 812, 0, '[]', timestamp '2026-11-04 08:35:00'),
			('r-2', 'erp', 'transactions', 'short', '2 rows fewer than the source says', 21000, 20998, 392, 2, '[{"currency":"USD"}]', timestamp '2026-11-04 08:36:00'),
			('r-2', 'erp', 'employees', 'unverifiable', 'the vendor gives no count', null, 40, 0, 0, '[]', timestamp '2026-11-04 08:36:00')
			) as t(run_id, connection, stream, verdict, reason, source_rows, landed_rows, loaded_rows, quarantined_rows, money, certified_at)`,
		`create table tieout.freshness as select * from (values
			('crm', 'opportunities', timestamp '2026-11-04 08:30:00', 10, 60, 240, 'pass', 'Ana Ortiz'),
			('erp', 'transactions', timestamp '2026-11-03 23:30:00', 560, 60, 240, 'fail', 'Chloé Dubois'),
			('erp', 'revenue_plans', null, null, 1440, 2880, 'not run', null)
			) as t(connection, stream, watermark, age_minutes, warn_minutes, error_minutes, status, owner)`,
		`create table tieout.checks as select *, case
				when check_name = 'orders_have_deals' then '[{"customer_id":"crm:001A000001","owner_name":null,"break_id":"' || (select min(break_id) from marts.breaks) || '"}]'
				when problem_count > 0 then '[{"customer_id":"crm:001A000001","owner_name":null}]' end as sample from (values
			('breaks_add_up', 'Ana Ortiz', 'error', true, 'pass', 0, 'In every cell the breaks add up to bookings less revenue, measured from staging.', 'select * from marts.cells where false', timestamp '2026-11-04 08:40:00'),
			('customers_have_one_owner', 'Chloé Dubois', 'warning', false, 'warn', 3, 'Every customer that bought has an owner.', 'select customer_id from marts.customer_360 where owner_name is null', timestamp '2026-11-04 08:40:00'),
			('orders_have_deals', 'Ana Ortiz', 'error', true, 'fail', 12, 'Every order names a deal that exists.', null, timestamp '2026-11-04 08:40:00'),
			('rates_are_complete', null, 'error', false, 'broken', null, 'Every currency of the period has a closing rate.', 'select 1', timestamp '2026-11-04 08:40:00')
			) as t(check_name, owner, severity, is_blocking, status, problem_count, explanation, sql, checked_at)`,
		`create table tieout.models as select * from (values
			('marts.breaks', 'marts', 'break', 'break_id', 'Ana Ortiz', 'break_id, item_id, code', 'intermediate.int_deals, marts.periods', 'select * from x', 420, timestamp '2026-11-04 08:40:00'),
			('marts.periods', 'marts', 'period', 'period_id', null, 'period_id', 'staging.stg_tieout__periods', 'select * from x', 4, timestamp '2026-11-04 08:40:00'),
			('intermediate.int_deals', 'intermediate', 'deal', 'opportunity_id', null, 'opportunity_id', '', 'select * from x', 210, timestamp '2026-11-04 08:40:00')
			) as t(name, layer, one_row_per, key, owner, columns, reads, sql, row_count, built_at)`,
	]
}
