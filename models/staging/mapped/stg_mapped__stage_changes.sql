-- Changes of a deal's stage of mapped sources (files): the newest version of each record as of the moment asked for, ids made global.
-- One row per change of stage.
-- key: stage_change_id
with versions as (
    select
        records.*,
        row_number() over (
            partition by records._connection, records._key
            order by records._extracted_at desc, records._cursor desc, records._loaded_at desc
        ) as version
    from raw.mapped__stage_changes as records
    where records._loaded_at <= (select as_of.loaded_until from raw.as_of as as_of)
        and records._extracted_at <= (select as_of.extracted_until from raw.as_of as as_of)
),

records as (
    select * from versions where version = 1 and not _deleted
),

renamed as (
    select
        records._connection || ':' || records.stage_change_id as stage_change_id,
        records._connection as source,
        records.stage_change_id as source_id,
        records._connection || ':' || records.opportunity_id as opportunity_id,
        records.stage as stage,
        coalesce(records.is_won = 'true', false) as is_won,
        coalesce(cast(try_cast(records.amount as decimal(18, 4)) as decimal(38, 4)), try_cast(records.amount as decimal(38, 4))) as amount,
        upper(records.currency) as currency,
        try_cast(substr(records.close_date, 1, 10) as date) as close_date,
        try_cast(substr(records.changed_at, 1, 19) as timestamp) as changed_at,
        records._connection || ':' || records.changed_by_id as changed_by_id
    from records
)

select * from renamed
