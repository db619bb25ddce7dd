-- The CRM's rate of every pair of its currencies with the days on which it holds. A CRM keeps rates against its corporate currency; any other pair is
-- the product of both, rounded to 10 places. The corporate currency is the one to which most others have a rate, so it need not be the reporting
-- currency. A pair that the CRM itself has is taken as it is. One row per pair and start date.
-- key: from_currency, to_currency, start_date
with rates as (
    select
        from_currency, to_currency, start_date, coalesce(next_start_date, date '9999-12-31') as next_start_date, rate
    from intermediate.int_exchange_rates
    where kind = 'crm'
),

reporting as (
    select reporting_currency from intermediate.int_settings
),

candidates as (
    select to_currency as currency, count(distinct from_currency) as currency_count
    from rates
    group by to_currency
),

ranked as (
    select
        candidates.currency,
        row_number() over (
            order by candidates.currency_count desc, case when candidates.currency = reporting.reporting_currency then 0 else 1 end, candidates.currency
        ) as place
    from candidates
    cross join reporting
),

corporate as (
    select currency from ranked where place = 1
),

crossed as (
    select
        to_corporate.from_currency as from_currency,
        from_corporate.to_currency as to_currency,
        case when to_corporate.start_date > from_corporate.start_date then to_corporate.start_date else from_corporate.start_date end as start_date,
        case when to_corporate.next_start_date < from_corporate.next_start_date then to_corporate.next_start_date else from_corporate.next_start_date end
            as next_start_date,
        cast(to_corporate.rate * from_corporate.rate as decimal(18, 10)) as rate
    from corporate
    inner join rates as to_corporate
        on to_corporate.to_currency = corporate.currency
    inner join rates as from_corporate
        on from_corporate.from_currency = corporate.currency
        and from_corporate.to_currency <> to_corporate.from_currency
        and from_corporate.start_date < to_corporate.next_start_date
        and to_corporate.start_date < from_corporate.next_start_date
    where not exists (
        select 1 from rates as own
        where own.from_currency = to_corporate.from_currency and own.to_currency = from_corporate.to_currency
    )
),

all_pairs as (
    select from_currency, to_currency, start_date, next_start_date, rate from rates
    union all
    select from_currency, to_currency, start_date, next_start_date, rate from crossed
)

select * from all_pairs
