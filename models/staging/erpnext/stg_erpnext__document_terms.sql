-- Where ERPNext sales orders and invoices are delivered (their shipping address) and how they are taxed (their tax category); returns left out.
-- One row per sales order or invoice.
-- key: document_term_id
with addresses as (
    select * from staging.base_erpnext__addresses
),

countries as (
    select * from staging.base_erpnext__countries
),

documents as (
    select _connection, name, 'order' as object, shipping_address_name, tax_category, _deleted
    from staging.base_erpnext__orders
    union all
    select _connection, name, 'invoice' as object, shipping_address_name, tax_category, _deleted
    from staging.base_erpnext__invoices
    where coalesce(is_return, '0') <> '1'
),

terms as (
    select
        documents._connection || ':' || documents.object || ':' || documents.name as document_term_id,
        documents._connection as source,
        documents.object || ':' || documents.name as source_id,
        documents.object as object,
        documents._connection || ':' || documents.name as record_id,
        nullif(trim(addresses.pincode), '') || coalesce(', ' || upper(countries.code), '') as ship_to,
        nullif(trim(documents.tax_category), '') as tax_area,
        documents._deleted as is_deleted
    from documents
    left join addresses
        on documents._connection = addresses._connection
        and documents.shipping_address_name = addresses.name
    left join countries
        on addresses._connection = countries._connection
        and addresses.country = countries.name
)

select * from terms
