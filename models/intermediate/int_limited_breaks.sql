-- What is open now of the break codes for which the company set a limit of age: the item's balance under the code, its age in days at the as-of moment and
-- the limit. One row per item, code and currency.
-- key: item_id, code, currency
-- owner: finance
with settings as (
    select * from staging.stg_tieout__settings
),

breaks as (
    select * from marts.breaks
),

limits as (
    select
        replace(settings.name, 'break_limit_days:', '') as code,
        cast(settings.value as integer) as limit_days
    from settings
    where settings.name like 'break_limit_days:%'
),

balances as (
    select
        breaks.item_id, breaks.code, breaks.currency,
        min(breaks.break_id) as break_id,
        min(breaks.customer_name) as customer_name,
        min(breaks.owner_name) as owner_name,
        sum(breaks.amount) as balance_amount,
        max(breaks.age_days) as age_days
    from breaks
    where breaks.is_carried
    group by breaks.item_id, breaks.code, breaks.currency
),

listed as (
    select
        balances.item_id as item_id,
        balances.code as code,
        balances.currency as currency,
        balances.break_id as break_id,
        balances.customer_name as customer_name,
        balances.owner_name as owner_name,
        cast(balances.balance_amount as decimal(38, 4)) as balance_amount,
        balances.age_days as age_days,
        limits.limit_days as limit_days
    from balances
    inner join limits
        on balances.code = limits.code
    where balances.balance_amount <> 0
)

select * from listed
