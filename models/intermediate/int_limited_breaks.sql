-- What is open now of the break codes for which the company set a limit of age: the item's balance under the code, its age in days at the as-of moment and
-- the limit. One row per item, code, currency and legal entity.
-- key: item_id, code, currency, legal_entity
-- owner: finance
with settings as (
    select * from staging.stg_tieout__settings
),

items as (
    select * from marts.carried_items
    where is_open
),

limits as (
    select
        replace(settings.name, 'break_limit_days:', '') as code,
        cast(settings.value as integer) as limit_days
    from settings
    where settings.name like 'break_limit_days:%'
),

listed as (
    select
        items.item_id as item_id,
        items.code as code,
        items.currency as currency,
        items.legal_entity as legal_entity,
        items.break_id as break_id,
        items.customer_name as customer_name,
        items.owner_name as owner_name,
        items.open_amount as balance_amount,
        items.age_days as age_days,
        limits.limit_days as limit_days
    from items
    inner join limits
        on items.code = limits.code
)

select * from listed
