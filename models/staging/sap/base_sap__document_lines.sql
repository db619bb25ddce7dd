-- The items of SAP billing documents with their price, the sales document's item that they bill and the order's, where it is one. What stands
-- in the service as `000010` elsewhere is `10` here. One row per item.
-- key: line_id
with items as (
    select * from staging.base_sap__billing_items
),

documents as (
    select * from staging.base_sap__documents
),

prices as (
    select * from staging.base_sap__prices
),

typed as (
    select
        documents.source as source,
        items._key as source_id,
        documents.document_id || ':' || items.billing_document_item as line_id,
        documents.document_id as document_id,
        documents.category as category,
        try_cast(items.billing_document_item as bigint) as line_number,
        items.material as product,
        try_cast(items.billing_quantity as decimal(18, 6)) as quantity,
        items.billing_quantity_unit as unit,
        coalesce(coalesce(cast(try_cast(items.net_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(items.net_amount as decimal(38, 4))), 0) as amount,
        documents.currency as currency,
        nullif(coalesce(cast(try_cast(items.sales_document as bigint) as varchar), items.sales_document), '') as sales_document,
        nullif(coalesce(cast(try_cast(items.sales_document_item as bigint) as varchar), items.sales_document_item), '0') as sales_document_item,
        items.sales_sddocument_category as sales_document_category,
        nullif(trim(items.crm_line), '') as crm_reference,
        items._deleted or documents.is_deleted as is_deleted
    from items
    inner join documents
        on items._connection = documents.source
        and items._parent = documents.source_id
),

priced as (
    select
        typed.*,
        case when prices.unit is null or prices.unit = typed.unit then prices.unit_price end as unit_price
    from typed
    left join prices
        on typed.line_id = prices.item_id
)

select * from priced
