-- What Oracle's general ledger itself says: credits less debits of the revenue accounts by posted journals of every source, Receivables and
-- Revenue Management among them, per legal entity and period, all accounts together. Where a ledger is of several legal entities, or something
-- names none, or one that no business unit has, those of the connection are added up. 0 for whatever is recorded where the ledger has nothing. One row per sum.
-- key: reported_total_id
with entries as (
    select * from staging.base_oracle__ledger_revenue
    where not is_deleted
),

recorded as (
    select * from staging.stg_oracle__revenue_entries
    where not is_deleted
),

shared_ledgers as (
    select source from staging.base_oracle__places
    where ledger_name is not null
    group by source, ledger_name
    having count(distinct legal_entity_id) > 1
    union
    select source from entries
    where legal_entity_id is null
    union
    select recorded.source
    from recorded
    left join staging.base_oracle__places as places
        on recorded.legal_entity_id = places.legal_entity_id
    where places.legal_entity_id is null
),

-- What Revenue Management recognised is brought into the ledger's currency here, event by event.
translated as (
    select distinct source from recorded
    where kind = 'recognition' and account is null and currency <> base_currency
),

periods as (
    select * from staging.stg_tieout__periods
),

united as (
    select
        entries.source, entries.legal_entity_id, periods.period_id, entries.base_currency as currency, entries.base_amount as amount,
        entries.extracted_at
    from entries
    left join periods
        on entries.posting_date between periods.start_date and periods.end_date
    union all
    select distinct
        recorded.source, recorded.legal_entity_id, recorded.period_id, coalesce(recorded.base_currency, recorded.currency) as currency,
        cast(0 as decimal(38, 4)) as amount, cast(null as timestamp) as extracted_at
    from recorded
),

placed as (
    select
        united.source, case when shared_ledgers.source is null then united.legal_entity_id end as legal_entity_id,
        coalesce(united.period_id, '(none)') as period_id, united.currency, united.amount, united.extracted_at,
        translated.source is not null as is_translated_here
    from united
    left join shared_ledgers
        on united.source = shared_ledgers.source
    left join translated
        on united.source = translated.source
),

renamed as (
    select
        source || ':revenue:' || coalesce(legal_entity_id, '*') || ':' || period_id || ':' || coalesce(currency, '') as reported_total_id,
        source as source,
        'revenue:' || coalesce(legal_entity_id, '*') || ':' || period_id || ':' || coalesce(currency, '') as source_id,
        'revenue' as measure,
        legal_entity_id as legal_entity_id,
        cast(null as varchar) as account,
        period_id as period_id,
        cast(null as varchar) as due_month,
        cast(null as varchar) as of_currency,
        cast(sum(amount) as decimal(38, 4)) as amount,
        currency as currency,
        bool_or(is_translated_here) as is_translated_here,
        true as is_posted_later,
        cast(null as bigint) as record_count,
        max(extracted_at) as reported_at,
        false as is_deleted
    from placed
    group by source, legal_entity_id, period_id, currency
)

select * from renamed
