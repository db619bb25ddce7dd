-- Lines of deals of mapped sources (files): the newest version of each record as of the moment asked for, ids made global.
-- One row per deal line.
-- key: opportunity_line_id
with versions as (
    select
        records.*,
        row_number() over (
            partition by records._connection, records._key
            order by records._extracted_at desc, records._cursor desc, records._loaded_at desc
        ) as version
    from raw.mapped__opportunity_lines as records
    where records._loaded_at <= (select as_of.loaded_until from raw.as_of as as_of)
        and records._extracted_at <= (select as_of.extracted_until from raw.as_of as as_of)
),

records as (
    select * from versions where version = 1
),

renamed as (
    select
        records._connection || ':' || records.opportunity_line_id as opportunity_line_id,
        records._connection as source,
        records.opportunity_line_id as source_id,
        records._connection || ':' || records.opportunity_id as opportunity_id,
        try_cast(records.line_number as bigint) as line_number,
        coalesce(lower(records.kind), 'item') as kind,
        records._connection || ':' || records.product_id as product_id,
        records.product_code as product_code,
        records.description as description,
        try_cast(records.quantity as decimal(18, 6)) as quantity,
        records.unit as unit,
        coalesce(cast(try_cast(records.unit_price as decimal(18, 8)) as decimal(38, 8)), try_cast(records.unit_price as decimal(38, 8))) as unit_price,
        coalesce(cast(try_cast(records.list_price as decimal(18, 8)) as decimal(38, 8)), try_cast(records.list_price as decimal(38, 8))) as list_price,
        try_cast(records.discount_percent as decimal(18, 10)) as discount_percent,
        coalesce(cast(try_cast(records.amount as decimal(18, 4)) as decimal(38, 4)), try_cast(records.amount as decimal(38, 4))) as amount,
        upper(records.currency) as currency,
        try_cast(substr(records.service_start_date, 1, 10) as date) as service_start_date,
        try_cast(substr(records.service_end_date, 1, 10) as date) as service_end_date,
        try_cast(substr(records.created_at, 1, 19) as timestamp) as created_at,
        try_cast(substr(records.modified_at, 1, 19) as timestamp) as modified_at,
        records._deleted or coalesce(records.is_deleted = 'true', false) as is_deleted
    from records
)

select * from renamed
