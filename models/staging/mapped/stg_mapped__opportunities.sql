-- Deals of mapped sources (files): the newest version of each record as of the moment asked for, ids made global.
-- One row per deal.
-- key: opportunity_id
with versions as (
    select
        records.*,
        row_number() over (
            partition by records._connection, records._key
            order by records._extracted_at desc, records._cursor desc, records._loaded_at desc
        ) as version
    from raw.mapped__opportunities as records
    where records._loaded_at <= (select as_of.loaded_until from raw.as_of as as_of)
        and records._extracted_at <= (select as_of.extracted_until from raw.as_of as as_of)
),

records as (
    select * from versions where version = 1
),

renamed as (
    select
        records._connection || ':' || records.opportunity_id as opportunity_id,
        records._connection as source,
        records.opportunity_id as source_id,
        records.erp_reference as erp_reference,
        records._connection || ':' || records.customer_id as customer_id,
        records.name as name,
        records.stage as stage,
        coalesce(records.is_closed = 'true', false) as is_closed,
        coalesce(records.is_won = 'true', false) as is_won,
        coalesce(cast(try_cast(records.amount as decimal(18, 4)) as decimal(38, 4)), try_cast(records.amount as decimal(38, 4))) as amount,
        upper(records.currency) as currency,
        try_cast(substr(records.close_date, 1, 10) as date) as close_date,
        lower(records.kind) as kind,
        lower(records.channel) as channel,
        try_cast(records.probability_percent as decimal(18, 10)) as probability_percent,
        records.legal_entity_reference as legal_entity_reference,
        records._connection || ':' || records.owner_id as owner_id,
        records._connection || ':' || records.merged_into_id as merged_into_id,
        try_cast(substr(records.created_at, 1, 19) as timestamp) as created_at,
        try_cast(substr(records.modified_at, 1, 19) as timestamp) as modified_at,
        records._deleted or coalesce(records.is_deleted = 'true', false) as is_deleted
    from records
)

select * from renamed
