-- Proves that in every cell the breaks add up to bookings less revenue, both taken from staging by another way than the breaks. One row per cell that fails.
-- owner: finance
-- severity: error
-- blocks: true
with connections as (
    select connection, role from staging.stg_tieout__connections
),

bookings as (
    select
        periods.period_id, deals.customer_id, deals.currency, deals.legal_entity, sum(opportunities.amount) as amount
    from canonical.opportunities as opportunities
    inner join intermediate.int_deals as deals
        on opportunities.opportunity_id = deals.opportunity_id
    inner join staging.stg_tieout__periods as periods
        on opportunities.close_date between periods.start_date and periods.end_date
    where opportunities.is_won and not opportunities.is_deleted
    group by periods.period_id, deals.customer_id, deals.currency, deals.legal_entity
),

revenue as (
    select
        entries.period_id, links.customer_id, entries.currency, codes.legal_entity, sum(entries.amount) as amount
    from canonical.revenue_entries as entries
    inner join intermediate.int_customer_links as links
        on entries.customer_id = links.source_customer_id
    inner join canonical.legal_entities as legal_entities
        on entries.legal_entity_id = legal_entities.legal_entity_id
    inner join staging.stg_tieout__legal_entity_codes as codes
        on legal_entities.source = codes.connection and legal_entities.source_id = codes.reference
    where not entries.is_deleted
    group by entries.period_id, links.customer_id, entries.currency, codes.legal_entity
),

breaks as (
    select period_id, customer_id, currency, legal_entity, sum(amount) as amount
    from marts.breaks
    group by period_id, customer_id, currency, legal_entity
),

sides as (
    select period_id, customer_id, currency, legal_entity, amount as measured_amount, cast(0 as decimal(38, 4)) as explained_amount from bookings
    union all
    select period_id, customer_id, currency, legal_entity, -amount as measured_amount, cast(0 as decimal(38, 4)) as explained_amount from revenue
    union all
    select period_id, customer_id, currency, legal_entity, cast(0 as decimal(38, 4)) as measured_amount, amount as explained_amount from breaks
),

added_up as (
    select
        period_id, customer_id, currency, legal_entity, sum(measured_amount) as variance_amount, sum(explained_amount) as breaks_amount
    from sides
    group by period_id, customer_id, currency, legal_entity
),

problems as (
    select added_up.*, 'variance ' || cast(variance_amount as varchar) || ', breaks ' || cast(breaks_amount as varchar) as explanation
    from added_up
    where variance_amount <> breaks_amount and customer_id <> '(none)' and legal_entity <> '(none)'
)

select * from problems
