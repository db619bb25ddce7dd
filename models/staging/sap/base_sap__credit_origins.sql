-- The billing item that each item of a SAP credit memo gives back: the one that its credit memo request was made from. One row per item.
-- key: line_id
with lines as (
    select * from staging.base_sap__document_lines
    where category = 'O'
),

request_items as (
    select
        requests._connection as source,
        coalesce(cast(try_cast(requests.credit_memo_request as bigint) as varchar), requests.credit_memo_request) as request,
        cast(try_cast(items.credit_memo_request_item as bigint) as varchar) as item,
        nullif(coalesce(cast(try_cast(requests.reference_sddocument as bigint) as varchar), requests.reference_sddocument), '') as request_document,
        nullif(coalesce(cast(try_cast(items.reference_sddocument as bigint) as varchar), items.reference_sddocument), '') as document,
        nullif(cast(try_cast(items.reference_sddocument_item as bigint) as varchar), '0') as document_item
    from staging.base_sap__credit_memo_requests as requests
    inner join staging.base_sap__credit_memo_request_items as items
        on requests._connection = items._connection
        and requests._key = items._parent
    where not requests._deleted and not items._deleted
),

billed as (
    select source, line_id, document_id, number, line_number
    from (
        select lines_all.source, lines_all.line_id, lines_all.document_id, documents.number, lines_all.line_number
        from staging.base_sap__document_lines as lines_all
        inner join staging.base_sap__documents as documents
            on lines_all.document_id = documents.document_id
    ) as billed_lines
),

traced as (
    select
        lines.line_id as line_id,
        lines.document_id as document_id,
        lines.source || ':billing/' || coalesce(request_items.document, request_items.request_document) as invoice_id,
        billed.line_id as invoice_line_id
    from lines
    left join request_items
        on lines.source = request_items.source
        and lines.sales_document = request_items.request
        and lines.sales_document_item = request_items.item
    left join billed
        on request_items.source = billed.source
        and request_items.document = billed.number
        and request_items.document_item = cast(billed.line_number as varchar)
)

select * from traced
