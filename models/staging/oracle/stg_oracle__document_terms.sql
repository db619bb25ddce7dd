-- Where Oracle sales orders and invoices are delivered: an order to the place that all its lines name, else to its own; an invoice to the site that
-- it names by number. One row per sales order or invoice that says where.
-- key: document_term_id
with orders as (
    select * from staging.base_oracle__current_orders
),

invoices as (
    select * from staging.base_oracle__invoices
    where coalesce(trim(ship_to_site), '') <> ''
),

line_places as (
    select
        _connection, _parent, min(postal_code) as postal_code, min(country) as country
    from staging.base_oracle__order_line_ship_tos
    where not _deleted and coalesce(trim(postal_code), '') <> ''
    group by _connection, _parent
    having count(distinct upper(trim(postal_code)) || ',' || coalesce(upper(trim(country)), '')) = 1
),

order_places as (
    select _connection, _parent, min(postal_code) as postal_code, min(country) as country
    from staging.base_oracle__order_ship_tos
    where not _deleted
    group by _connection, _parent
    having count(*) = 1
),

sites as (
    select _connection, address_number, min(postal_code) as postal_code, min(country) as country
    from staging.base_oracle__party_addresses
    where not _deleted and address_number is not null
    group by _connection, address_number
    having count(*) = 1
),

documents as (
    select
        'order' as object, orders.source as source, orders.source_id as source_id,
        case when line_places._parent is null then order_places.postal_code else line_places.postal_code end as postal_code,
        case when line_places._parent is null then order_places.country else line_places.country end as country,
        orders.is_deleted as is_deleted
    from orders
    left join line_places
        on orders.source = line_places._connection
        and orders.revision_key = line_places._parent
    left join order_places
        on orders.source = order_places._connection
        and orders.revision_key = order_places._parent
    union all
    select
        'invoice' as object, invoices._connection as source, invoices.customer_transaction_id as source_id, sites.postal_code as postal_code,
        sites.country as country, invoices._deleted as is_deleted
    from invoices
    inner join sites
        on invoices._connection = sites._connection
        and trim(invoices.ship_to_site) = sites.address_number
),

terms as (
    select
        documents.source || ':' || documents.object || ':' || documents.source_id as document_term_id,
        documents.source as source,
        documents.object || ':' || documents.source_id as source_id,
        documents.object as object,
        documents.source || ':' || documents.source_id as record_id,
        trim(documents.postal_code) || coalesce(', ' || nullif(upper(trim(documents.country)), ''), '') as ship_to,
        cast(null as varchar) as tax_area,
        documents.is_deleted as is_deleted
    from documents
    where coalesce(trim(documents.postal_code), '') <> ''
)

select * from terms
