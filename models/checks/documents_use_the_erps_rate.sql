-- Proves that orders and invoices in a foreign currency are translated within 2 % of the ERP's own rate of their day.
-- owner: finance
-- severity: warning
with documents as (
    select source, order_id as document_id, number, currency, legal_entity_id, exchange_rate, order_date as document_date
    from canonical.orders
    where not is_deleted and not is_cancelled
    union all
    select source, invoice_id as document_id, number, currency, legal_entity_id, exchange_rate, invoice_date as document_date
    from canonical.invoices
    where not is_deleted and not is_voided
),

problems as (
    select documents.document_id, documents.number, documents.document_date, documents.currency, documents.exchange_rate, rates.rate as erp_rate
    from documents
    inner join canonical.legal_entities as legal_entities
        on documents.legal_entity_id = legal_entities.legal_entity_id
    inner join intermediate.int_erp_rates as rates
        on documents.source = rates.erp
        and rates.kind = 'erp'
        and documents.currency = rates.from_currency
        and legal_entities.currency = rates.to_currency
        and documents.document_date >= rates.start_date
        and documents.document_date < rates.next_start_date
    where abs(documents.exchange_rate - rates.rate) > rates.rate * 0.02
)

select * from problems
