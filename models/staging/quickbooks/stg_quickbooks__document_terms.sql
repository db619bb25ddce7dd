-- Where QuickBooks invoices and sales receipts are delivered: the postal code of their shipping address, and its country where they name one
-- (mostly not their own). A form whose address a person has edited has lines of text in its place, and says nothing here. One row per form that
-- says where.
-- key: document_term_id
with forms as (
    select _connection, _key, ship_postal_code, ship_country, _deleted
    from staging.base_quickbooks__invoices
    union all
    select _connection, _key, ship_postal_code, ship_country, _deleted
    from staging.base_quickbooks__sales_receipts
),

countries as (
    select * from staging.stg_tieout__country_names
),

placed as (
    select
        forms.*,
        case when length(trim(forms.ship_country)) = 2 then upper(trim(forms.ship_country)) else countries.code end as country
    from forms
    left join countries
        on lower(trim(forms.ship_country)) = countries.name
    where coalesce(trim(forms.ship_postal_code), '') <> ''
),

terms as (
    select
        placed._connection || ':invoice:' || placed._key as document_term_id,
        placed._connection as source,
        'invoice:' || placed._key as source_id,
        'invoice' as object,
        placed._connection || ':' || placed._key as record_id,
        trim(placed.ship_postal_code) || coalesce(', ' || placed.country, '') as ship_to,
        cast(null as varchar) as tax_area,
        placed._deleted as is_deleted
    from placed
)

select * from terms
