-- The records that bookings, billings and revenue are made of, each at its own place: deals and their lines by close date, invoices and credit notes
-- with their lines and revenue entries by posting period. Lines stand at their document's place. A signed period is compared by these. Of an invoice
-- due_month is `none` without a due date, and open_amount what is unpaid. own_legal_entity is the one that a deal itself names, `(none)` where it
-- stands at its account's.
-- One row per record.
-- key: object, record_id
-- owner: finance
with deals as (
    select * from intermediate.int_deals
),

opportunities as (
    select * from canonical.opportunities
),

deal_places as (
    select * from intermediate.int_opportunity_places
),

document_places as (
    select * from intermediate.int_document_places
),

placed_deals as (
    select
        opportunities.opportunity_id as document_id,
        opportunities.name as document_number,
        opportunities.source as source,
        opportunities.source_id as source_id,
        opportunities.stage as status,
        opportunities.close_date as own_date,
        places.period_id as period_id,
        places.customer_id as customer_id,
        places.legal_entity as legal_entity,
        places.own_legal_entity as own_legal_entity,
        coalesce(deals.currency, opportunities.currency) as currency,
        opportunities.amount as amount,
        deals.opportunity_id is not null as is_counted,
        opportunities.modified_at as modified_at
    from opportunities
    inner join deal_places as places
        on opportunities.opportunity_id = places.opportunity_id
    left join deals
        on opportunities.opportunity_id = deals.opportunity_id
),

documents as (
    select
        'invoice' as object, invoice_id as document_id, number, source, source_id, status, invoice_date as own_date, currency, total_amount, tax_amount,
        is_posted and not is_voided and not is_deleted as is_counted, modified_at,
        coalesce(substr(cast(due_date as varchar), 1, 7), 'none') as due_month, open_amount
    from canonical.invoices
    union all
    select
        'credit_note' as object, credit_note_id as document_id, number, source, source_id, status, credit_date as own_date, currency, total_amount, tax_amount,
        is_posted and not is_voided and not is_deleted as is_counted, modified_at,
        cast(null as varchar) as due_month, cast(null as decimal(38, 4)) as open_amount
    from canonical.credit_notes
),

placed_documents as (
    select
        documents.*,
        places.period_id as period_id,
        places.customer_id as customer_id,
        places.legal_entity as legal_entity
    from documents
    inner join document_places as places
        on documents.document_id = places.document_id
),

document_lines as (
    select
        'invoice_line' as object, invoice_line_id as line_id, invoice_id as document_id, source_id, product_id, quantity, unit, unit_price, amount,
        currency, is_deleted
    from canonical.invoice_lines
    union all
    select
        'credit_note_line' as object, credit_note_line_id as line_id, credit_note_id as document_id, source_id, product_id, quantity, unit,
        unit_price, amount, currency, is_deleted
    from canonical.credit_note_lines
),

revenue as (
    select * from intermediate.int_revenue
),

records as (
    select
        'opportunity' as object, document_id as record_id, document_id, document_number, source, source_id, status, own_date, period_id, customer_id,
        legal_entity, currency, amount, cast(null as decimal(38, 4)) as base_amount, cast(null as varchar) as base_currency,
        cast(null as varchar) as product_id, cast(null as decimal(18, 6)) as quantity, cast(null as varchar) as unit,
        cast(null as decimal(38, 8)) as unit_price, cast(null as varchar) as account, is_counted, modified_at,
        cast(null as varchar) as due_month, cast(null as decimal(38, 4)) as open_amount, own_legal_entity
    from placed_deals
    union all
    select
        'opportunity_line' as object, lines.opportunity_line_id as record_id, lines.opportunity_id as document_id, placed_deals.document_number,
        lines.source, lines.source_id, placed_deals.status, placed_deals.own_date, placed_deals.period_id, placed_deals.customer_id,
        placed_deals.legal_entity, coalesce(lines.currency, placed_deals.currency) as currency, lines.amount,
        cast(null as decimal(38, 4)) as base_amount, cast(null as varchar) as base_currency, lines.product_id, lines.quantity, lines.unit,
        lines.unit_price, cast(null as varchar) as account, placed_deals.is_counted and not lines.is_deleted as is_counted, lines.modified_at,
        cast(null as varchar) as due_month, cast(null as decimal(38, 4)) as open_amount, placed_deals.own_legal_entity
    from canonical.opportunity_lines as lines
    inner join placed_deals
        on lines.opportunity_id = placed_deals.document_id
    union all
    select
        object, document_id as record_id, document_id, number as document_number, source, source_id, status, own_date,
        period_id, customer_id, legal_entity, currency,
        cast(total_amount - coalesce(tax_amount, 0) as decimal(38, 4)) as amount, cast(null as decimal(38, 4)) as base_amount,
        cast(null as varchar) as base_currency, cast(null as varchar) as product_id, cast(null as decimal(18, 6)) as quantity,
        cast(null as varchar) as unit, cast(null as decimal(38, 8)) as unit_price, cast(null as varchar) as account, is_counted, modified_at,
        due_month, open_amount, legal_entity as own_legal_entity
    from placed_documents
    union all
    select
        lines.object, lines.line_id as record_id, lines.document_id, documents.number as document_number, documents.source, lines.source_id,
        documents.status, documents.own_date, documents.period_id, documents.customer_id,
        documents.legal_entity, coalesce(lines.currency, documents.currency) as currency, lines.amount,
        cast(null as decimal(38, 4)) as base_amount, cast(null as varchar) as base_currency, lines.product_id, lines.quantity, lines.unit,
        lines.unit_price, cast(null as varchar) as account, documents.is_counted and not lines.is_deleted as is_counted, documents.modified_at,
        cast(null as varchar) as due_month, cast(null as decimal(38, 4)) as open_amount, documents.legal_entity as own_legal_entity
    from document_lines as lines
    inner join placed_documents as documents
        on lines.document_id = documents.document_id
    union all
    select
        'revenue_entry' as object, entries.revenue_entry_id as record_id, entries.document_id, entries.document_number, entries.source,
        entries.source_id, entries.kind as status, entries.posting_date as own_date, coalesce(revenue.period_id, entries.period_id, '(none)')
        as period_id, coalesce(revenue.customer_id, entries.customer_id, '(none)') as customer_id,
        coalesce(revenue.legal_entity, entries.legal_entity_id, '(none)') as legal_entity, entries.currency, entries.amount, entries.base_amount,
        entries.base_currency, cast(null as varchar) as product_id, cast(null as decimal(18, 6)) as quantity, cast(null as varchar) as unit,
        cast(null as decimal(38, 8)) as unit_price, entries.account, revenue.revenue_entry_id is not null as is_counted,
        entries.created_at as modified_at, cast(null as varchar) as due_month, cast(null as decimal(38, 4)) as open_amount,
        coalesce(revenue.legal_entity, entries.legal_entity_id, '(none)') as own_legal_entity
    from canonical.revenue_entries as entries
    left join revenue
        on entries.revenue_entry_id = revenue.revenue_entry_id
),

listed as (
    select
        records.object as object,
        records.record_id as record_id,
        records.document_id as document_id,
        records.document_number as document_number,
        records.source as source,
        records.source_id as source_id,
        records.status as status,
        records.own_date as own_date,
        records.period_id as period_id,
        records.customer_id as customer_id,
        records.legal_entity as legal_entity,
        records.currency as currency,
        records.amount as amount,
        records.base_amount as base_amount,
        records.base_currency as base_currency,
        records.product_id as product_id,
        records.quantity as quantity,
        records.unit as unit,
        records.unit_price as unit_price,
        records.account as account,
        records.is_counted as is_counted,
        records.modified_at as modified_at,
        records.due_month as due_month,
        records.open_amount as open_amount,
        records.own_legal_entity as own_legal_entity
    from records
)

select * from listed
