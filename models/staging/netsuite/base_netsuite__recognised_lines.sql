-- The invoice line whose amount each revenue element recognises. A void invoice has no amount, and the one that takes its place may have the same element:
-- then it is that one's. One row per revenue element of an invoice line.
-- key: _connection, revenue_element
with lines as (
    select * from staging.base_netsuite__document_lines
    where document = 'invoice' and revenue_element is not null and not is_deleted
),

documents as (
    select * from staging.base_netsuite__documents
),

placed as (
    select
        lines._connection, lines.revenue_element, lines.line_id, lines.source_id, lines.currency, lines.amount,
        row_number() over (
            partition by lines._connection, lines.revenue_element
            order by case when documents.is_voided or documents.is_deleted then 1 else 0 end, lines.line_id
        ) as place
    from lines
    inner join documents
        on lines.document_id = documents.document_id
),

chosen as (
    select _connection, revenue_element, line_id, source_id, currency, -amount as invoiced_amount
    from placed
    where place = 1
)

select * from chosen
