-- HubSpot line items of deals; those of quotes and of nothing are left out. A discount in money is one of each unit. One row per line item of a deal.
-- key: opportunity_line_id
with lines as (
    select * from staging.base_hubspot__line_items
),

numbered_links as (
    select
        links._connection, links.line_item_id, links.deal_id,
        row_number() over (
            partition by links._connection, links.line_item_id
            order by links._deleted, links._extracted_at desc, length(links.deal_id), links.deal_id
        ) as place
    from staging.base_hubspot__line_item_deal_links as links
),

links as (
    select * from numbered_links where place = 1
),

deals as (
    select * from staging.base_hubspot__deals
),

products as (
    select * from staging.base_hubspot__products
),

company_currencies as (
    select * from staging.base_hubspot__own_currencies
),

renamed as (
    select
        lines._connection || ':' || lines.hs_object_id as opportunity_line_id,
        lines._connection as source,
        lines.hs_object_id as source_id,
        lines._connection || ':' || links.deal_id as opportunity_id,
        cast(try_cast(lines.hs_position_on_quote as decimal(18, 0)) as bigint) + 1 as line_number,
        case lower(products.family) when 'tax' then 'tax' when 'freight' then 'freight' else 'item' end as kind,
        lines._connection || ':' || lines.hs_product_id as product_id,
        coalesce(lines.hs_sku, products.hs_sku) as product_code,
        coalesce(lines.description, lines.name) as description,
        try_cast(lines.quantity as decimal(18, 6)) as quantity,
        coalesce(lines.unit, products.unit) as unit,
        cast(case
            when lines.hs_discount_percentage is null and lines.discount is not null
                then coalesce(cast(try_cast(lines.price as decimal(18, 8)) as decimal(38, 8)), try_cast(lines.price as decimal(38, 8))) - coalesce(cast(try_cast(lines.discount as decimal(18, 8)) as decimal(38, 8)), try_cast(lines.discount as decimal(38, 8)))
            else coalesce(cast(try_cast(lines.price as decimal(18, 8)) as decimal(38, 8)), try_cast(lines.price as decimal(38, 8)))
        end as decimal(38, 8)) as unit_price,
        cast(null as decimal(38, 8)) as list_price,
        try_cast(lines.hs_discount_percentage as decimal(18, 10)) as discount_percent,
        coalesce(cast(try_cast(lines.amount as decimal(18, 4)) as decimal(38, 4)), try_cast(lines.amount as decimal(38, 4))) as amount,
        coalesce(lines.currency, deals.currency, company_currencies.currency) as currency,
        try_cast(substr(lines.hs_recurring_billing_start_date, 1, 10) as date) as service_start_date,
        try_cast(substr(lines.service_end, 1, 10) as date) as service_end_date,
        try_cast(replace(substr(lines.createdate, 1, 19), 'T', ' ') as timestamp) as created_at,
        try_cast(replace(substr(lines.hs_lastmodifieddate, 1, 19), 'T', ' ') as timestamp) as modified_at,
        lines._deleted as is_deleted
    from lines
    inner join links
        on lines._connection = links._connection
        and lines.hs_object_id = links.line_item_id
    left join deals
        on links._connection = deals._connection
        and links.deal_id = deals.hs_object_id
    left join products
        on lines._connection = products._connection
        and lines.hs_product_id = products.hs_object_id
    left join company_currencies
        on lines._connection = company_currencies._connection
)

select * from renamed
