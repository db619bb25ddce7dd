-- What an order is in the chain: a sales order or, where an invoice has no order, the posted invoice itself. One row per order.
-- key: order_id
with orders as (
    select
        order_id, source, source_id, 'order' as document, number, customer_id, legal_entity_id, currency, exchange_rate,
        order_date, status, is_pending_approval, is_cancelled, is_closed, lower(channel) as channel, total_amount,
        coalesce(tax_amount, 0) as tax_amount, created_at
    from canonical.orders
    where not is_deleted
),

invoices as (
    select
        invoice_id as order_id, source, source_id, 'invoice' as document, number, customer_id, legal_entity_id, currency, exchange_rate,
        invoice_date as order_date, status, false as is_pending_approval, false as is_cancelled, false as is_closed,
        lower(channel) as channel, total_amount, coalesce(tax_amount, 0) as tax_amount, created_at
    from canonical.invoices as invoices
    where not is_deleted and is_posted and not is_voided
        and not exists (select 1 from intermediate.int_invoice_orders as billed where billed.invoice_id = invoices.invoice_id)
),

documents as (
    select * from orders
    union all
    select * from invoices
),

entity_codes as (
    select * from staging.stg_tieout__legal_entity_codes
),

legal_entities as (
    select * from canonical.legal_entities
),

customer_links as (
    select * from intermediate.int_customer_links
),

currencies as (
    select * from staging.stg_tieout__currencies
),

placed as (
    select
        documents.*,
        coalesce(customer_links.customer_id, documents.customer_id, '(none)') as linked_customer_id,
        coalesce(entity_codes.legal_entity, documents.legal_entity_id, '(none)') as legal_entity,
        legal_entities.currency as base_currency,
        coalesce(currencies.minor_digits, 2) as minor_digits
    from documents
    left join legal_entities
        on documents.legal_entity_id = legal_entities.legal_entity_id
    left join entity_codes
        on legal_entities.source = entity_codes.connection
        and legal_entities.source_id = entity_codes.reference
    left join customer_links
        on documents.customer_id = customer_links.source_customer_id
    left join currencies
        on documents.currency = currencies.currency
)

select * from placed
