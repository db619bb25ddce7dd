-- Won opportunities that are not deleted, each with its cell's parts, the CRM's rate of its close date and the reason that puts it out of
-- scope. A deal that names no currency has '(none)', no rate, and is in no total. One row per deal.
-- key: opportunity_id
with opportunities as (
    select * from canonical.opportunities
    where is_won and not is_deleted and amount is not null
),

places as (
    select * from intermediate.int_opportunity_places
),

currencies as (
    select * from staging.stg_tieout__currencies
),

rates as (
    select * from intermediate.int_crm_rates
),

settings as (
    select * from intermediate.int_settings
),

placed as (
    select
        opportunities.opportunity_id as opportunity_id,
        opportunities.source as source,
        opportunities.source_id as source_id,
        opportunities.name as deal_name,
        opportunities.erp_reference as erp_reference,
        places.customer_id as customer_id,
        places.legal_entity as legal_entity,
        places.own_legal_entity as own_legal_entity,
        opportunities.amount as amount,
        coalesce(opportunities.currency, '(none)') as currency,
        opportunities.close_date as close_date,
        places.period_id as period_id,
        opportunities.kind as kind,
        opportunities.channel as channel,
        opportunities.owner_id as owner_id,
        opportunities.created_at as created_at,
        settings.go_live as go_live,
        settings.minimum_amount as minimum_amount,
        coalesce(settings.minimum_currency, settings.reporting_currency) as minimum_currency,
        settings.reporting_currency as reporting_currency
    from opportunities
    inner join places
        on opportunities.opportunity_id = places.opportunity_id
    cross join settings
),

rated as (
    select
        placed.*,
        coalesce(currencies.minor_digits, 2) as minor_digits,
        case when placed.currency = placed.reporting_currency then cast(1 as decimal(18, 10)) else reporting_rates.rate end
            as reporting_rate,
        case when placed.currency = placed.minimum_currency then cast(1 as decimal(18, 10)) else minimum_rates.rate end
            as minimum_rate
    from placed
    left join currencies
        on placed.currency = currencies.currency
    left join rates as reporting_rates
        on placed.source = reporting_rates.crm
        and placed.currency = reporting_rates.from_currency
        and placed.reporting_currency = reporting_rates.to_currency
        and placed.close_date >= reporting_rates.start_date
        and placed.close_date < reporting_rates.next_start_date
    left join rates as minimum_rates
        on placed.source = minimum_rates.crm
        and placed.currency = minimum_rates.from_currency
        and placed.minimum_currency = minimum_rates.to_currency
        and placed.close_date >= minimum_rates.start_date
        and placed.close_date < minimum_rates.next_start_date
),

scoped as (
    select
        rated.*,
        case
            when rated.close_date < rated.go_live then 'before go-live'
            when rated.amount * rated.minimum_rate < rated.minimum_amount then 'below the minimum amount'
            when exists (
                select 1 from staging.stg_tieout__scope_rules as scope_rules
                where scope_rules.rule = 'channel' and lower(scope_rules.value) = rated.channel
            ) then 'channel ' || rated.channel
        end as scope_reason
    from rated
)

select * from scoped
