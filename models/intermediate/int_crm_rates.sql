-- The rate of every pair of currencies that each CRM's deals go by (crm; '(company)' for what is no single CRM's), with the days on which it holds. A CRM
-- keeps rates against its corporate currency; any other pair is the product of both, rounded to 10 places. The corporate currency is the one to which
-- most others of the CRM have a rate, so it need not be the reporting currency. A pair that the CRM itself has is taken as it is. Where a CRM has none
-- for the pair and the day, those of the next one that has some count (int_rate_sources); table_of is whose table it is from. One row per CRM, pair and start date.
-- key: crm, from_currency, to_currency, start_date
with rates as (
    select
        source, from_currency, to_currency, start_date, coalesce(next_start_date, date '9999-12-31') as next_start_date, rate
    from intermediate.int_exchange_rates
    where kind = 'crm'
),

reporting as (
    select reporting_currency from intermediate.int_settings
),

candidates as (
    select source, to_currency as currency, count(distinct from_currency) as currency_count
    from rates
    group by source, to_currency
),

ranked as (
    select
        candidates.source, candidates.currency,
        row_number() over (
            partition by candidates.source
            order by candidates.currency_count desc, case when candidates.currency = reporting.reporting_currency then 0 else 1 end, candidates.currency
        ) as place
    from candidates
    cross join reporting
),

corporate as (
    select source, currency from ranked where place = 1
),

crossed as (
    select
        corporate.source as source,
        to_corporate.from_currency as from_currency,
        from_corporate.to_currency as to_currency,
        case when to_corporate.start_date > from_corporate.start_date then to_corporate.start_date else from_corporate.start_date end as start_date,
        case when to_corporate.next_start_date < from_corporate.next_start_date then to_corporate.next_start_date else from_corporate.next_start_date end
            as next_start_date,
        cast(to_corporate.rate * from_corporate.rate as decimal(18, 10)) as rate
    from corporate
    inner join rates as to_corporate
        on to_corporate.source = corporate.source
        and to_corporate.to_currency = corporate.currency
    inner join rates as from_corporate
        on from_corporate.source = corporate.source
        and from_corporate.from_currency = corporate.currency
        and from_corporate.to_currency <> to_corporate.from_currency
        and from_corporate.start_date < to_corporate.next_start_date
        and to_corporate.start_date < from_corporate.next_start_date
    where not exists (
        select 1 from rates as own
        where own.source = corporate.source
            and own.from_currency = to_corporate.from_currency and own.to_currency = from_corporate.to_currency
    )
),

all_pairs as (
    select source, from_currency, to_currency, start_date, next_start_date, rate from rates
    union all
    select source, from_currency, to_currency, start_date, next_start_date, rate from crossed
),

sources as (
    select * from intermediate.int_rate_sources
    where role = 'crm'
),

-- From its first rate of a pair on a system has one for each day.
beginnings as (
    select source, from_currency, to_currency, min(start_date) as first_date
    from all_pairs
    group by source, from_currency, to_currency
),

ends as (
    select sources.system, sources.source, beginnings.from_currency, beginnings.to_currency, min(beginnings.first_date) as end_date
    from sources
    inner join sources as preferred
        on sources.system = preferred.system
        and preferred.preference < sources.preference
    inner join beginnings
        on preferred.source = beginnings.source
    group by sources.system, sources.source, beginnings.from_currency, beginnings.to_currency
),

of_each as (
    select
        sources.system as crm, all_pairs.source as table_of, all_pairs.from_currency as from_currency, all_pairs.to_currency as to_currency,
        all_pairs.start_date as start_date, all_pairs.rate as rate,
        case when ends.end_date < all_pairs.next_start_date then ends.end_date else all_pairs.next_start_date end as next_start_date
    from all_pairs
    inner join sources
        on all_pairs.source = sources.source
    left join ends
        on sources.system = ends.system
        and all_pairs.source = ends.source
        and all_pairs.from_currency = ends.from_currency
        and all_pairs.to_currency = ends.to_currency
    where ends.end_date is null or all_pairs.start_date < ends.end_date
)

select * from of_each
