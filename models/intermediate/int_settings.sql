-- The settings that models need, side by side. One row per company.
-- key: company
with settings as (
    select * from staging.stg_tieout__settings
),

scope_rules as (
    select * from staging.stg_tieout__scope_rules
),

side_by_side as (
    select
        'company' as company,
        max(case when settings.name = 'reporting_currency' then settings.value end) as reporting_currency,
        max(case when settings.name = 'rate_policy' then settings.value end) as rate_policy,
        try_cast(max(case when settings.name = 'materiality_amount' then settings.value end) as decimal(38, 4)) as materiality_amount
    from settings
),

with_scope as (
    select
        side_by_side.*,
        (select max(cast(scope_rules.value as date)) from scope_rules where scope_rules.rule = 'go_live') as go_live,
        (select max(try_cast(scope_rules.value as decimal(38, 4))) from scope_rules where scope_rules.rule = 'minimum_amount')
            as minimum_amount,
        (select max(scope_rules.currency) from scope_rules where scope_rules.rule = 'minimum_amount') as minimum_currency
    from side_by_side
)

select * from with_scope
