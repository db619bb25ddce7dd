-- When each legal entity's ERP recognised for each period: a line that was invoiced after that is recognised with the next one. Periods after the newest
-- one have not been recognised yet. One row per source, legal entity and period.
-- key: source, legal_entity_id, period_id
with entries as (
    select * from canonical.revenue_entries
    where kind = 'recognition' and not is_deleted
),

periods as (
    select * from staging.stg_tieout__periods
),

runs as (
    select source, legal_entity_id, period_id, max(created_at) as ran_at
    from entries
    group by source, legal_entity_id, period_id
),

newest as (
    select runs.source, runs.legal_entity_id, max(periods.start_date) as newest_start_date
    from runs
    inner join periods
        on runs.period_id = periods.period_id
    group by runs.source, runs.legal_entity_id
),

listed as (
    select
        newest.source as source,
        newest.legal_entity_id as legal_entity_id,
        periods.period_id as period_id,
        runs.ran_at as ran_at
    from newest
    inner join periods
        on periods.start_date <= newest.newest_start_date
    left join runs
        on newest.source = runs.source
        and newest.legal_entity_id = runs.legal_entity_id
        and periods.period_id = runs.period_id
)

select * from listed
