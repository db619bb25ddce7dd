-- Customers and accounts of mapped sources (files): the newest version of each record as of the moment asked for, ids made global.
-- One row per customer.
-- key: customer_id
with versions as (
    select
        records.*,
        row_number() over (
            partition by records._connection, records._key
            order by records._extracted_at desc, records._cursor desc, records._loaded_at desc
        ) as version
    from raw.mapped__customers as records
    where records._loaded_at <= (select as_of.loaded_until from raw.as_of as as_of)
        and records._extracted_at <= (select as_of.extracted_until from raw.as_of as as_of)
),

records as (
    select * from versions where version = 1
),

renamed as (
    select
        records._connection || ':' || records.customer_id as customer_id,
        records._connection as source,
        records.customer_id as source_id,
        records.other_reference as other_reference,
        records.number as number,
        records.name as name,
        lower(records.kind) as kind,
        lower(records.role) as role,
        records.legal_entity_reference as legal_entity_reference,
        upper(records.currency) as currency,
        records.tax_number as tax_number,
        records.email as email,
        records.website as website,
        records.phone as phone,
        records.street as street,
        records.city as city,
        records.state as state,
        records.postal_code as postal_code,
        upper(records.country) as country,
        records._connection || ':' || records.parent_id as parent_id,
        records._connection || ':' || records.owner_id as owner_id,
        records.segment as segment,
        records.payment_terms as payment_terms,
        coalesce(cast(try_cast(records.credit_limit_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(records.credit_limit_amount as decimal(38, 4))) as credit_limit_amount,
        records._connection || ':' || records.merged_into_id as merged_into_id,
        coalesce(records.is_active = 'true', true) as is_active,
        try_cast(substr(records.last_activity_date, 1, 10) as date) as last_activity_date,
        try_cast(substr(records.created_at, 1, 19) as timestamp) as created_at,
        try_cast(substr(records.modified_at, 1, 19) as timestamp) as modified_at,
        records._deleted or coalesce(records.is_deleted = 'true', false) as is_deleted
    from records
)

select * from renamed
