-- The items of SAP sales orders, with their price. One row per item.
-- key: line_id
with items as (
    select * from staging.base_sap__sales_order_items
),

prices as (
    select * from staging.base_sap__prices
),

typed as (
    select
        items._connection as source,
        items._key as source_id,
        items._connection || ':' || items._key as line_id,
        items._connection || ':' || items._parent as document_id,
        try_cast(items.sales_order_item as bigint) as line_number,
        items.product as product,
        try_cast(items.requested_quantity as decimal(18, 6)) as quantity,
        items.unit as unit,
        coalesce(coalesce(cast(try_cast(items.net_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(items.net_amount as decimal(38, 4))), 0) as amount,
        coalesce(coalesce(cast(try_cast(items.tax_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(items.tax_amount as decimal(38, 4))), 0) as tax_amount,
        items.transaction_currency as currency,
        coalesce(items.sales_document_rjcn_reason, '') <> '' as is_closed,
        nullif(trim(items.crm_line), '') as crm_reference,
        items._deleted as is_deleted
    from items
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
