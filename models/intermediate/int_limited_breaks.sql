-- What is open now of the break codes for which the company set a limit of age: the item's balance under the code, its age in days at the as-of moment and
-- the limit. What lies before the calendar is in no period and in no carried balance, and counts here all the same, from the day on which it opened. One
-- row per item, code, currency and legal entity.
-- key: item_id, code, currency, legal_entity
-- owner: finance
with settings as (
    select * from staging.stg_tieout__settings
),

limits as (
    select
        replace(settings.name, 'break_limit_days:', '') as code,
        cast(settings.value as integer) as limit_days
    from settings
    where settings.name like 'break_limit_days:%'
),

calendar as (
    select min(start_date) as first_date from staging.stg_tieout__periods
),

items as (
    select
        items.item_id, items.code, items.currency, items.legal_entity, items.break_id, items.customer_name, items.owner_name, items.open_amount,
        items.age_days
    from marts.carried_items as items
    inner join limits
        on items.code = limits.code
),

before as (
    select
        breaks.item_id, breaks.code, breaks.currency, breaks.legal_entity, min(breaks.break_id) as break_id,
        min(breaks.customer_name) as customer_name, min(breaks.owner_name) as owner_name, sum(breaks.amount) as amount,
        max(breaks.age_days) as age_days
    from marts.breaks as breaks
    inner join limits
        on breaks.code = limits.code
    cross join calendar
    where breaks.is_carried and breaks.period_id = '(none)' and breaks.opened_date < calendar.first_date
    group by breaks.item_id, breaks.code, breaks.currency, breaks.legal_entity
),

together as (
    select
        coalesce(items.item_id, before.item_id) as item_id,
        coalesce(items.code, before.code) as code,
        coalesce(items.currency, before.currency) as currency,
        coalesce(items.legal_entity, before.legal_entity) as legal_entity,
        coalesce(items.break_id, before.break_id) as break_id,
        coalesce(items.customer_name, before.customer_name) as customer_name,
        coalesce(items.owner_name, before.owner_name) as owner_name,
        cast(coalesce(items.open_amount, 0) + coalesce(before.amount, 0) as decimal(38, 4)) as balance_amount,
        coalesce(before.age_days, items.age_days) as age_days
    from items
    full join before
        on items.item_id = before.item_id
        and items.code = before.code
        and items.currency = before.currency
        and items.legal_entity = before.legal_entity
),

listed as (
    select
        together.item_id as item_id,
        together.code as code,
        together.currency as currency,
        together.legal_entity as legal_entity,
        together.break_id as break_id,
        together.customer_name as customer_name,
        together.owner_name as owner_name,
        together.balance_amount as balance_amount,
        together.age_days as age_days,
        limits.limit_days as limit_days
    from together
    inner join limits
        on together.code = limits.code
    where together.balance_amount <> 0
)

select * from listed
