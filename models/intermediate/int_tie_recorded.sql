-- The same sums of what was read record by record: revenue as the ERP posted it in the legal entity's currency, what is open of posted invoices by the
-- month due, won deals at the CRM's rate into the currency of its report. tolerance_amount is what converting and rounding each deal may leave, or
-- each line that was translated here; it is 0 where nothing is converted. A deal without a dated rate has no amount here (unrated_count).
-- own_legal_entity is the deal's alone, without its account's: what a CRM adds up by.
-- One row per source, measure, period, legal entities, account, due month and currencies.
-- key: source, measure, period_id, legal_entity, own_legal_entity, account, due_month, of_currency, currency
with entity_codes as (
    select legal_entities.legal_entity_id, codes.legal_entity
    from canonical.legal_entities as legal_entities
    inner join staging.stg_tieout__legal_entity_codes as codes
        on legal_entities.source = codes.connection
        and legal_entities.source_id = codes.reference
),

translated_here as (
    select distinct source from canonical.reported_totals
    where is_translated_here
),

currencies as (
    select * from staging.stg_tieout__currencies
),

revenue as (
    select
        entries.source, 'revenue' as measure, entries.period_id, entries.legal_entity,
        entries.legal_entity as own_legal_entity, coalesce(entries.account, '*') as account, '*' as due_month,
        entries.base_currency as of_currency, entries.base_currency as currency, entries.base_amount as amount,
        case
            when translated_here.source is null or entries.currency = entries.base_currency then cast(0 as decimal(38, 4))
            else case coalesce(currencies.minor_digits, 2)
                when 0 then cast(0.5 as decimal(38, 4))
                when 2 then cast(0.005 as decimal(38, 4))
                when 3 then cast(0.0005 as decimal(38, 4))
                else cast(0.0001 as decimal(38, 4))
            end
        end as tolerance_amount
    from intermediate.int_revenue as entries
    left join translated_here
        on entries.source = translated_here.source
    left join currencies
        on entries.base_currency = currencies.currency
),

receivables as (
    select
        invoices.source, 'receivables' as measure, '*' as period_id,
        coalesce(entity_codes.legal_entity, invoices.legal_entity_id, '(none)') as legal_entity,
        coalesce(entity_codes.legal_entity, invoices.legal_entity_id, '(none)') as own_legal_entity, '*' as account,
        coalesce(substr(cast(invoices.due_date as varchar), 1, 7), 'none') as due_month, invoices.currency as of_currency,
        invoices.currency as currency, coalesce(invoices.open_amount, 0) as amount, cast(0 as decimal(38, 4)) as tolerance_amount
    from canonical.invoices as invoices
    left join entity_codes
        on invoices.legal_entity_id = entity_codes.legal_entity_id
    where invoices.is_posted and not invoices.is_voided and not invoices.is_deleted
),

report_currencies as (
    select distinct scope, of_currency, currency from intermediate.int_tie_reported
    where measure = 'bookings'
),

bookings as (
    select
        deals.source, 'bookings' as measure, deals.period_id, deals.legal_entity, deals.own_legal_entity, '*' as account, '*' as due_month,
        deals.currency as of_currency,
        coalesce(report_currencies.currency, deals.currency) as currency,
        case
            when coalesce(report_currencies.currency, deals.currency) = deals.currency then deals.amount
            else cast(round(deals.amount * rates.rate, 4) as decimal(38, 4))
        end as amount,
        case
            when coalesce(report_currencies.currency, deals.currency) = deals.currency then cast(0 as decimal(38, 4))
            else cast(round(abs(deals.amount) * cast(0.0000000001 as decimal(18, 10)) + 0.0002, 4) as decimal(38, 4))
        end as tolerance_amount
    from intermediate.int_deals as deals
    left join report_currencies
        on deals.source = report_currencies.scope
        and deals.currency = report_currencies.of_currency
    left join intermediate.int_crm_rates as rates
        on deals.source = rates.crm
        and deals.currency = rates.from_currency
        and report_currencies.currency = rates.to_currency
        and deals.close_date >= rates.start_date
        and deals.close_date < rates.next_start_date
),

records as (
    select source, measure, period_id, legal_entity, own_legal_entity, account, due_month, of_currency, currency, amount, tolerance_amount
    from revenue
    union all
    select source, measure, period_id, legal_entity, own_legal_entity, account, due_month, of_currency, currency, amount, tolerance_amount
    from receivables
    union all
    select source, measure, period_id, legal_entity, own_legal_entity, account, due_month, of_currency, currency, amount, tolerance_amount
    from bookings
),

added_up as (
    select
        source as source,
        measure as measure,
        period_id as period_id,
        legal_entity as legal_entity,
        own_legal_entity as own_legal_entity,
        account as account,
        due_month as due_month,
        of_currency as of_currency,
        currency as currency,
        cast(sum(amount) as decimal(38, 4)) as amount,
        cast(sum(tolerance_amount) as decimal(38, 4)) as tolerance_amount,
        count(*) as record_count,
        count(*) - count(amount) as unrated_count
    from records
    group by source, measure, period_id, legal_entity, own_legal_entity, account, due_month, of_currency, currency
)

select * from added_up
