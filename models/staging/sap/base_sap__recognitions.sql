-- The billing item that each entry of revenue recognition belongs to: of the billing document that it names, else of the first that bills the
-- sales document's item to which it is assigned. One row per entry.
-- key: entry_id
with entries as (
    select * from staging.base_sap__income_entries
    where is_recognition and not is_deleted
),

documents as (
    select document_id, is_cancelled, category from staging.base_sap__documents
    where not is_deleted
),

lines as (
    select
        lines.line_id, lines.document_id, lines.source, lines.sales_document, lines.sales_document_item, lines.product, lines.category,
        documents.is_cancelled
    from staging.base_sap__document_lines as lines
    inner join documents
        on lines.document_id = documents.document_id
    where not lines.is_deleted and lines.category in ('M', 'P', 'O')
),

candidates as (
    select
        entries.entry_id as entry_id,
        lines.line_id as line_id,
        lines.category as category,
        row_number() over (
            partition by entries.entry_id
            order by case when lines.document_id = coalesce(entries.cancelled_id, entries.document_id) then 0 else 1 end, lines.is_cancelled, lines.line_id
        ) as place
    from entries
    inner join lines
        on entries.source = lines.source
        and entries.sales_document = lines.sales_document
        and coalesce(entries.sales_document_item, '') = coalesce(lines.sales_document_item, '')
        and coalesce(entries.material, '') = coalesce(lines.product, '')
    where entries.document_id is null or lines.document_id = coalesce(entries.cancelled_id, entries.document_id)
),

traced as (
    select candidates.entry_id as entry_id, candidates.line_id as line_id, candidates.category as category
    from candidates
    where candidates.place = 1
)

select * from traced
