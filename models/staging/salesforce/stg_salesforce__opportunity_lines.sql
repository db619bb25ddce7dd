-- Salesforce opportunity products. The product's family Tax or Freight makes the line's kind. One row per opportunity product.
-- key: opportunity_line_id
with lines as (
    select * from staging.base_salesforce__opportunity_lines
),

products as (
    select * from staging.base_salesforce__products
),

connections as (
    select * from staging.stg_tieout__connections
),

renamed as (
    select
        lines._connection || ':' || lines.id as opportunity_line_id,
        lines._connection as source,
        lines.id as source_id,
        lines._connection || ':' || lines.opportunity_id as opportunity_id,
        cast(try_cast(lines.sort_order as decimal(18, 0)) as bigint) as line_number,
        case lower(products.family) when 'tax' then 'tax' when 'freight' then 'freight' else 'item' end as kind,
        lines._connection || ':' || lines.product2_id as product_id,
        lines.product_code as product_code,
        lines.description as description,
        try_cast(lines.quantity as decimal(18, 6)) as quantity,
        coalesce(lines.unit, products.quantity_unit_of_measure) as unit,
        coalesce(cast(try_cast(lines.unit_price as decimal(18, 8)) as decimal(38, 8)), try_cast(lines.unit_price as decimal(38, 8))) as unit_price,
        coalesce(cast(try_cast(lines.list_price as decimal(18, 8)) as decimal(38, 8)), try_cast(lines.list_price as decimal(38, 8))) as list_price,
        try_cast(lines.discount as decimal(18, 10)) as discount_percent,
        coalesce(cast(try_cast(lines.total_price as decimal(18, 4)) as decimal(38, 4)), try_cast(lines.total_price as decimal(38, 4))) as amount,
        coalesce(lines.currency_iso_code, connections.currency) as currency,
        try_cast(substr(lines.service_date, 1, 10) as date) as service_start_date,
        try_cast(substr(lines.service_end, 1, 10) as date) as service_end_date,
        try_cast(replace(substr(lines.created_date, 1, 19), 'T', ' ') as timestamp) as created_at,
        try_cast(replace(substr(lines.last_modified_date, 1, 19), 'T', ' ') as timestamp) as modified_at,
        (lines._deleted or coalesce(lines.is_deleted = 'true', false)) as is_deleted
    from lines
    left join products
        on lines._connection = products._connection
        and lines.product2_id = products.id
    left join connections
        on lines._connection = connections.connection
)

select * from renamed
