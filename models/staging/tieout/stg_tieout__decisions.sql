-- What people decided about which records belong together. One row per decision.
-- key: kind, crm_id, erp_id
with newest as (
    select max(sets._loaded_at) as loaded_at
    from raw.tieout__decisions as sets
    where sets._loaded_at <= (select as_of.loaded_until from raw.as_of as as_of)
),

in_force as (
    select
        sets.kind as kind,
        sets.crm_id as crm_id,
        sets.erp_id as erp_id,
        sets.reason as reason,
        sets.decided_by as decided_by,
        try_cast(replace(substr(sets.decided_at, 1, 19), 'T', ' ') as timestamp) as decided_at
    from raw.tieout__decisions as sets
    inner join newest
        on sets._loaded_at = newest.loaded_at
)

select * from in_force
