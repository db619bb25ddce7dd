-- Where NetSuite sales orders and invoices are delivered (their own shipping address) and by which nexus they are taxed (its internal id), where
-- they say so. One row per sales order or invoice that says either.
-- key: document_term_id
with documents as (
    select
        _connection, id, nexus, shippingaddress, _deleted,
        case type when 'SalesOrd' then 'order' else 'invoice' end as object
    from staging.base_netsuite__transactions
    where type in ('SalesOrd', 'CustInvc', 'CashSale')
        and (coalesce(shippingaddress, '') <> '' or coalesce(nexus, '') <> '')
),

addresses as (
    select * from staging.base_netsuite__shipping_addresses
    where not _deleted
),

terms as (
    select
        documents._connection || ':' || documents.object || ':' || documents.id as document_term_id,
        documents._connection as source,
        documents.object || ':' || documents.id as source_id,
        documents.object as object,
        documents._connection || ':' || documents.id as record_id,
        nullif(trim(addresses.zip), '') || coalesce(', ' || nullif(upper(trim(addresses.country)), ''), '') as ship_to,
        'nexus ' || nullif(trim(documents.nexus), '') as tax_area,
        documents._deleted as is_deleted
    from documents
    left join addresses
        on documents._connection = addresses._connection
        and documents.shippingaddress = addresses.nkey
)

select * from terms
