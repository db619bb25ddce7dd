-- Every rate in the table of each system that goes by it, with the days on which it holds there; a currency against itself is 1 and is not in here. A
-- system's table has its own rates, and those that a system of another kind brings for it (an ERP's or a treasury's file with rates of the kind crm):
-- its own before them on the same day. Where a system (a file) has a daily rate into a legal entity's currency and none the other way round, that is its
-- inverse. rates_of is whose rate it is. One row per system, kind, pair and start date.
-- key: source, kind, from_currency, to_currency, start_date
with connections as (
    select
        connection, coalesce(place, 0) as place,
        case when role in ('crm', 'cpq', 'marketing', 'support') then 'crm' when role in ('erp', 'billing') then 'erp' else 'none' end as side
    from staging.stg_tieout__connections
),

-- A rate that holds from a day on is of no period, whatever a file writes beside it.
dated_rates as (
    select
        source, kind, case when kind = 'crm' then 'crm' else 'erp' end as side, from_currency, to_currency, start_date,
        case when kind not in ('crm', 'erp', 'erp_inverse') then period_id end as period_id, rate
    from canonical.exchange_rates
    where not is_deleted and rate is not null and rate > 0 and from_currency <> to_currency
),

near_inverses as (
    select
        daily.source, daily.to_currency as from_currency, daily.from_currency as to_currency, daily.start_date, daily.period_id,
        cast(daily.rate as decimal(18, 10)) as told_rate,
        cast(round(cast(cast(1 as double) / cast(daily.rate as double) as decimal(38, 15)), 10) as decimal(18, 10)) as rate
    from dated_rates as daily
    where daily.kind = 'erp' and daily.rate > 0.00000001
        and not exists (
            select 1 from dated_rates as told
            where told.kind = 'erp_inverse' and told.source = daily.source
                and told.from_currency = daily.to_currency and told.to_currency = daily.from_currency
        )
),

-- One by the rate to ten places, half up: found through a double, brought nearer by what exact multiplication leaves of it, then corrected.
nearer_inverses as (
    select
        near_inverses.*,
        near_inverses.rate
        + cast(round(cast(cast(1 - near_inverses.told_rate * near_inverses.rate as double) / cast(near_inverses.told_rate as double) as decimal(38, 15)), 10) as decimal(18, 10))
            as nearer_rate
    from near_inverses
),

inverse_rates as (
    select
        source, 'erp_inverse' as kind, 'erp' as side, from_currency, to_currency, start_date, period_id,
        cast(case
            when 1 - told_rate * nearer_rate >= told_rate * 0.00000000005 then nearer_rate + 0.0000000001
            when 1 - told_rate * nearer_rate < told_rate * -0.00000000005 then nearer_rate - 0.0000000001
            else nearer_rate
        end as decimal(18, 10)) as rate
    from nearer_inverses
),

all_rates as (
    select source, kind, side, from_currency, to_currency, start_date, period_id, rate from dated_rates
    union all
    select source, kind, side, from_currency, to_currency, start_date, period_id, rate from inverse_rates where rate > 0
),

rates as (
    select source, kind, side, from_currency, to_currency, start_date, period_id, max(rate) as rate
    from all_rates
    group by source, kind, side, from_currency, to_currency, start_date, period_id
),

sides as (
    select rates.source, rates.side, coalesce(connections.place, 0) as place, coalesce(connections.side, rates.side) as own_side
    from rates
    left join connections
        on rates.source = connections.connection
    group by rates.source, rates.side, coalesce(connections.place, 0), coalesce(connections.side, rates.side)
),

systems as (
    select connection as system, side from connections
    where side <> 'none'
    union
    select source as system, side from sides
    where own_side = side
),

tables as (
    select
        systems.system as source,
        rates.source as rates_of,
        rates.kind as kind,
        rates.from_currency as from_currency,
        rates.to_currency as to_currency,
        rates.start_date as start_date,
        rates.period_id as period_id,
        rates.rate as rate,
        row_number() over (
            partition by systems.system, rates.kind, rates.from_currency, rates.to_currency, rates.start_date, coalesce(rates.period_id, '')
            order by case when systems.system = rates.source then 0 else 1 end, sides.place, rates.source
        ) as preference
    from rates
    inner join sides
        on rates.source = sides.source
        and rates.side = sides.side
    inner join systems
        on rates.side = systems.side
        and (systems.system = rates.source or sides.own_side <> sides.side)
),

dated as (
    select
        tables.source, tables.rates_of, tables.kind, tables.from_currency, tables.to_currency, tables.start_date, tables.period_id, tables.rate,
        lead(tables.start_date) over (
            partition by tables.source, tables.kind, tables.from_currency, tables.to_currency
            order by tables.start_date
        ) as next_start_date
    from tables
    where tables.preference = 1
)

select * from dated
