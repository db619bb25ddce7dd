-- Proves that in every cell the breaks add up to bookings less revenue, both taken from the canonical layer by another way than the breaks.
-- owner: finance
-- severity: error
-- blocks: true
with survivors as (
    select source_customer_id, customer_id from intermediate.int_customer_links
),

deal_codes as (
    select connection, reference, legal_entity from staging.stg_tieout__legal_entity_codes
),

opportunities as (
    select * from canonical.opportunities
    where is_won and not is_deleted and amount is not null
),

bookings as (
    select
        coalesce(periods.period_id, '(none)') as period_id,
        coalesce(survivors.customer_id, opportunities.customer_id, '(none)') as customer_id,
        coalesce(opportunities.currency, '(none)') as currency,
        coalesce(own.legal_entity, of_account.legal_entity, '(none)') as legal_entity,
        opportunities.amount as measured_amount,
        cast(0 as decimal(38, 4)) as explained_amount
    from opportunities
    left join staging.stg_tieout__periods as periods
        on opportunities.close_date between periods.start_date and periods.end_date
    left join survivors
        on opportunities.customer_id = survivors.source_customer_id
    left join canonical.customers as accounts
        on opportunities.customer_id = accounts.customer_id
    left join deal_codes as own
        on opportunities.source = own.connection and opportunities.legal_entity_reference = own.reference
    left join deal_codes as of_account
        on accounts.source = of_account.connection and accounts.legal_entity_reference = of_account.reference
),

revenue as (
    select
        coalesce(entries.period_id, '(none)') as period_id,
        coalesce(links.customer_id, entries.customer_id, '(none)') as customer_id,
        entries.currency as currency,
        coalesce(codes.legal_entity, entries.legal_entity_id, '(none)') as legal_entity,
        -coalesce(entries.amount, 0) as measured_amount,
        cast(0 as decimal(38, 4)) as explained_amount
    from canonical.revenue_entries as entries
    left join survivors as links
        on entries.customer_id = links.source_customer_id
    left join canonical.legal_entities as legal_entities
        on entries.legal_entity_id = legal_entities.legal_entity_id
    left join deal_codes as codes
        on legal_entities.source = codes.connection and legal_entities.source_id = codes.reference
    where not entries.is_deleted
),

breaks as (
    select period_id, customer_id, currency, legal_entity, cast(0 as decimal(38, 4)) as measured_amount, amount as explained_amount
    from marts.breaks
),

sides as (
    select period_id, customer_id, currency, legal_entity, measured_amount, explained_amount from bookings
    union all
    select period_id, customer_id, currency, legal_entity, measured_amount, explained_amount from revenue
    union all
    select period_id, customer_id, currency, legal_entity, measured_amount, explained_amount from breaks
),

added_up as (
    select
        period_id, customer_id, currency, legal_entity, sum(measured_amount) as variance_amount, sum(explained_amount) as breaks_amount
    from sides
    group by period_id, customer_id, currency, legal_entity
),

problems as (
    select
        added_up.*,
        'the variance is ' || cast(variance_amount as varchar) || ' and its breaks add up to ' || cast(breaks_amount as varchar) as explanation
    from added_up
    where variance_amount is distinct from breaks_amount
)

select * from problems
