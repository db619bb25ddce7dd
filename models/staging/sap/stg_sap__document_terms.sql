-- Where SAP sales orders and invoices are delivered (the address of the ship-to party, as the business partner has it) and the country from which
-- they are taxed, where they say so; an order mostly names one only if it is not its plant's. The function is SH or WE, as the log-on language has it.
-- One row per sales order or invoice.
-- key: document_term_id
with documents as (
    select _connection as source, _key as source_id, 'order' as object, order_id as record_id, tax_departure_country, _deleted as is_deleted
    from staging.base_sap__orders
    union all
    select
        documents.source as source, documents.source_id as source_id, 'invoice' as object, documents.document_id as record_id,
        billing_documents.tax_departure_country, documents.is_deleted
    from staging.base_sap__documents as documents
    inner join staging.base_sap__billing_documents as billing_documents
        on documents.source = billing_documents._connection
        and documents.source_id = billing_documents._key
    where documents.category in ('M', 'P')
),

partners as (
    select 'order' as object, _connection, _parent, partner_function, partner_function_internal_code, customer
    from staging.base_sap__sales_order_partners
    where not _deleted
    union all
    select 'invoice' as object, _connection, _parent, partner_function, partner_function_internal_code, customer
    from staging.base_sap__billing_partners
    where not _deleted
),

-- Shown with or without zeros in front.
ship_tos as (
    select
        object, _connection, _parent, min(coalesce(cast(try_cast(customer as bigint) as varchar), customer)) as customer
    from partners
    where coalesce(nullif(partner_function_internal_code, ''), partner_function) in ('SH', 'WE')
    group by object, _connection, _parent
),

addresses as (
    select
        partners._connection as _connection,
        coalesce(cast(try_cast(partners.customer as bigint) as varchar), partners.customer) as customer,
        addresses.postal_code as postal_code,
        addresses.country as country,
        row_number() over (
            partition by partners._connection, coalesce(cast(try_cast(partners.customer as bigint) as varchar), partners.customer)
            order by partners._key, addresses._key
        ) as place
    from staging.base_sap__business_partners as partners
    inner join staging.base_sap__partner_addresses as addresses
        on partners._connection = addresses._connection
        and partners._key = addresses._parent
    where not partners._deleted
        and not addresses._deleted
),

terms as (
    select
        documents.source || ':' || documents.object || ':' || documents.source_id as document_term_id,
        documents.source as source,
        documents.object || ':' || documents.source_id as source_id,
        documents.object as object,
        documents.record_id as record_id,
        nullif(trim(addresses.postal_code), '') || coalesce(', ' || nullif(upper(trim(addresses.country)), ''), '') as ship_to,
        nullif(trim(documents.tax_departure_country), '') as tax_area,
        documents.is_deleted as is_deleted
    from documents
    left join ship_tos
        on documents.source = ship_tos._connection
        and documents.object = ship_tos.object
        and documents.source_id = ship_tos._parent
    left join addresses
        on ship_tos._connection = addresses._connection
        and ship_tos.customer = addresses.customer
        and addresses.place = 1
)

select * from terms
