-- What the systems' own reports say, added up to what is compared: per measure, period, legal entity, account, due month and currency. Sums that come from
-- a system of which we have the records are of that system alone (scope is its name), those of a file of all systems (scope '*'). Parts that a report
-- leaves out are '*'. One row per scope, measure, period, legal entity, account, due month and currencies.
-- key: scope, measure, period_id, legal_entity, account, due_month, of_currency, currency
with totals as (
    select * from canonical.reported_totals
    where not is_deleted
),

recorded as (
    select source from intermediate.int_revenue
    union
    select source from intermediate.int_deals
    union
    select source from canonical.invoices
),

entity_codes as (
    select legal_entities.legal_entity_id, codes.legal_entity
    from canonical.legal_entities as legal_entities
    inner join staging.stg_tieout__legal_entity_codes as codes
        on legal_entities.source = codes.connection
        and legal_entities.source_id = codes.reference
),

placed as (
    select
        coalesce(recorded.source, '*') as scope,
        totals.measure,
        coalesce(totals.period_id, '*') as period_id,
        coalesce(entity_codes.legal_entity, totals.legal_entity_id, '*') as legal_entity,
        coalesce(totals.account, '*') as account,
        coalesce(totals.due_month, '*') as due_month,
        coalesce(totals.of_currency, totals.currency) as of_currency,
        totals.currency, totals.amount, totals.record_count, totals.reported_at, coalesce(totals.is_posted_later, false) as is_posted_later
    from totals
    left join recorded
        on totals.source = recorded.source
    left join entity_codes
        on totals.legal_entity_id = entity_codes.legal_entity_id
),

added_up as (
    select
        scope as scope,
        measure as measure,
        period_id as period_id,
        legal_entity as legal_entity,
        account as account,
        due_month as due_month,
        of_currency as of_currency,
        currency as currency,
        cast(sum(amount) as decimal(38, 4)) as amount,
        cast(sum(record_count) as bigint) as record_count,
        max(reported_at) as reported_at,
        bool_or(is_posted_later) as is_posted_later
    from placed
    group by scope, measure, period_id, legal_entity, account, due_month, of_currency, currency
)

select * from added_up
