-- The rates that each ERP's records go by (erp; '(company)' for what is shown in the reporting currency): its own, and where it has none of the kind for
-- the pair and the day or the period, those of the next system that has some (int_rate_sources). table_of is whose table it is from. One row per ERP, kind,
-- pair and start date.
-- key: erp, kind, from_currency, to_currency, start_date
with rates as (
    select
        source, kind, from_currency, to_currency, start_date, coalesce(next_start_date, date '9999-12-31') as next_start_date, period_id, rate
    from intermediate.int_exchange_rates
    where kind <> 'crm'
),

sources as (
    select * from intermediate.int_rate_sources
    where role = 'erp'
),

-- From its first rate of a pair on a system has one for each day.
beginnings as (
    select source, kind, from_currency, to_currency, min(start_date) as first_date
    from rates
    where kind in ('erp', 'erp_inverse')
    group by source, kind, from_currency, to_currency
),

ends as (
    select
        sources.system, sources.source, beginnings.kind, beginnings.from_currency, beginnings.to_currency,
        min(beginnings.first_date) as end_date
    from sources
    inner join sources as preferred
        on sources.system = preferred.system
        and preferred.preference < sources.preference
    inner join beginnings
        on preferred.source = beginnings.source
    group by sources.system, sources.source, beginnings.kind, beginnings.from_currency, beginnings.to_currency
),

daily as (
    select
        sources.system as erp, rates.source as table_of, rates.kind as kind, rates.from_currency as from_currency, rates.to_currency as to_currency,
        rates.start_date as start_date, rates.period_id as period_id, rates.rate as rate,
        case when ends.end_date < rates.next_start_date then ends.end_date else rates.next_start_date end as next_start_date
    from rates
    inner join sources
        on rates.source = sources.source
    left join ends
        on sources.system = ends.system
        and rates.source = ends.source
        and rates.kind = ends.kind
        and rates.from_currency = ends.from_currency
        and rates.to_currency = ends.to_currency
    where rates.kind in ('erp', 'erp_inverse') and (ends.end_date is null or rates.start_date < ends.end_date)
),

of_periods as (
    select
        sources.system as erp, rates.source as table_of, rates.kind as kind, rates.from_currency as from_currency, rates.to_currency as to_currency,
        rates.start_date as start_date, rates.period_id as period_id, rates.rate as rate, rates.next_start_date as next_start_date,
        row_number() over (
            partition by sources.system, rates.kind, rates.from_currency, rates.to_currency, coalesce(rates.period_id, cast(rates.start_date as varchar))
            order by sources.preference, rates.start_date desc
        ) as place
    from rates
    inner join sources
        on rates.source = sources.source
    where rates.kind not in ('erp', 'erp_inverse')
),

all_rates as (
    select erp, table_of, kind, from_currency, to_currency, start_date, period_id, rate, next_start_date from daily
    union all
    select erp, table_of, kind, from_currency, to_currency, start_date, period_id, rate, next_start_date from of_periods where place = 1
)

select * from all_rates
