-- What was posted to income accounts, at its own place: the customer that the ERP customer is linked to, the company's legal entity, the
-- posting period, the transaction's currency. The base amount of one in another currency is never guessed: without it there is no rate. One row
-- per revenue entry.
-- key: revenue_entry_id
with entries as (
    select * from canonical.revenue_entries
    where not is_deleted
),

customer_links as (
    select * from intermediate.int_customer_links
),

legal_entities as (
    select * from canonical.legal_entities
),

entity_codes as (
    select * from staging.stg_tieout__legal_entity_codes
),

placed as (
    select
        entries.revenue_entry_id as revenue_entry_id,
        entries.source as source,
        entries.kind as kind,
        entries.document_id as document_id,
        entries.document_number as document_number,
        entries.invoice_line_id as invoice_line_id,
        entries.credit_note_line_id as credit_note_line_id,
        coalesce(customer_links.customer_id, entries.customer_id, '(none)') as customer_id,
        entries.customer_id as erp_customer_id,
        coalesce(entity_codes.legal_entity, entries.legal_entity_id, '(none)') as legal_entity,
        entries.account as account,
        entries.posting_date as posting_date,
        coalesce(entries.period_id, '(none)') as period_id,
        coalesce(entries.amount, 0) as amount,
        entries.currency as currency,
        coalesce(
            entries.base_amount,
            case
                when coalesce(entries.amount, 0) = 0 then 0
                when coalesce(entries.base_currency, entries.currency) = entries.currency then entries.amount
            end
        ) as base_amount,
        coalesce(entries.base_currency, entries.currency) as base_currency,
        entries.memo as memo,
        entries.created_at as created_at
    from entries
    left join customer_links
        on entries.customer_id = customer_links.source_customer_id
    left join legal_entities
        on entries.legal_entity_id = legal_entities.legal_entity_id
    left join entity_codes
        on legal_entities.source = entity_codes.connection
        and legal_entities.source_id = entity_codes.reference
)

select * from placed
