-- What the systems' own reports add up against what was read record by record, to the cent: revenue per account, period and legal entity against the
-- trial balance; open invoices by due month against the receivables ageing; won deals per period and currency against the CRM's aggregate. A part that a
-- report leaves out is '*'. tolerance_amount is what converting each deal to the report's currency may leave; state is 'no rate' where the CRM converts
-- a deal that has no dated rate, and counts as many deals as we do; 'open period' where a ledger that is posted after the documents differs in a
-- period that has not ended.
-- One row per scope, measure, period, legal entity, account, due month and currencies.
-- key: scope, measure, period_id, legal_entity, account, due_month, of_currency, currency
-- owner: finance
with reported as (
    select * from intermediate.int_tie_reported
),

shapes as (
    select * from intermediate.int_tie_shapes
),

posted_later as (
    select distinct scope, measure from reported
    where is_posted_later
),

periods as (
    select * from staging.stg_tieout__periods
),

as_of as (
    select as_of_date as today from raw.as_of
),

recorded as (
    select
        shapes.scope, shapes.measure,
        case when shapes.period_id = '*' then '*' else records.period_id end as period_id,
        case
            when shapes.legal_entity = '*' then '*'
            when shapes.scope = '*' then records.legal_entity
            else records.own_legal_entity
        end as legal_entity,
        case when shapes.has_account then records.account else '*' end as account,
        case when shapes.has_due_month then records.due_month else '*' end as due_month,
        records.of_currency, records.currency, records.amount, records.tolerance_amount, records.record_count, records.unrated_count
    from intermediate.int_tie_recorded as records
    inner join shapes
        on records.measure = shapes.measure
        and shapes.scope in ('*', records.source)
        and shapes.period_id in ('*', '(any)', records.period_id)
        and shapes.legal_entity in ('*', '(any)', records.legal_entity)
),

sums as (
    select
        scope, measure, period_id, legal_entity, account, due_month, of_currency, currency, sum(amount) as amount,
        sum(tolerance_amount) as tolerance_amount, sum(record_count) as record_count, sum(unrated_count) as unrated_count
    from recorded
    group by scope, measure, period_id, legal_entity, account, due_month, of_currency, currency
),

compared as (
    select
        coalesce(reported.scope, sums.scope) as scope,
        coalesce(reported.measure, sums.measure) as measure,
        coalesce(reported.period_id, sums.period_id) as period_id,
        coalesce(reported.legal_entity, sums.legal_entity) as legal_entity,
        coalesce(reported.account, sums.account) as account,
        coalesce(reported.due_month, sums.due_month) as due_month,
        coalesce(reported.of_currency, sums.of_currency) as of_currency,
        coalesce(reported.currency, sums.currency) as currency,
        coalesce(reported.amount, 0) as reported_amount,
        coalesce(sums.amount, 0) as recorded_amount,
        coalesce(reported.amount, 0) - coalesce(sums.amount, 0) as difference_amount,
        coalesce(sums.tolerance_amount, 0) as tolerance_amount,
        reported.record_count as reported_count,
        sums.record_count as recorded_count,
        coalesce(sums.unrated_count, 0) as unrated_count,
        reported.reported_at as reported_at
    from reported
    full join sums
        on reported.scope = sums.scope
        and reported.measure = sums.measure
        and reported.period_id = sums.period_id
        and reported.legal_entity = sums.legal_entity
        and reported.account = sums.account
        and reported.due_month = sums.due_month
        and reported.of_currency = sums.of_currency
        and reported.currency = sums.currency
),

listed as (
    select
        compared.scope as scope,
        compared.measure as measure,
        compared.period_id as period_id,
        compared.legal_entity as legal_entity,
        compared.account as account,
        compared.due_month as due_month,
        compared.of_currency as of_currency,
        compared.currency as currency,
        cast(compared.reported_amount as decimal(38, 4)) as reported_amount,
        cast(compared.recorded_amount as decimal(38, 4)) as recorded_amount,
        cast(compared.difference_amount as decimal(38, 4)) as difference_amount,
        cast(compared.tolerance_amount as decimal(38, 4)) as tolerance_amount,
        case
            when abs(compared.difference_amount) <= compared.tolerance_amount then 'ties'
            when posted_later.scope is not null and periods.end_date >= as_of.today then 'open period'
            when compared.measure = 'bookings' and compared.unrated_count > 0 and compared.reported_count = compared.recorded_count then 'no rate'
            else 'differs'
        end as state,
        cast(compared.reported_count as bigint) as reported_count,
        cast(compared.recorded_count as bigint) as recorded_count,
        compared.reported_at as reported_at
    from compared
    left join posted_later
        on compared.scope = posted_later.scope
        and compared.measure = posted_later.measure
    left join periods
        on compared.period_id = periods.period_id
    cross join as_of
)

select * from listed
