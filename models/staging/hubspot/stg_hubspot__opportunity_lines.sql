-- HubSpot line items of deals; those of quotes and of nothing are left out. A discount in money is one of each unit. A recurring line's amount is that of
-- one billing; the deal's is by the account's choice that of the whole term, of a year or of a month. Of these the first counts whose lines add up to the
-- deal's amount; a line's quantity and price are then those of one billing, and left out. One row per line item of a deal.
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

connections as (
    select * from staging.stg_tieout__connections
),

worths as (
    select
        lines._connection, lines.hs_object_id, links.deal_id,
        case
            when connections.booked_amount_field is not null
                then coalesce(cast(try_cast(deals.booked_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(deals.booked_amount as decimal(38, 4)))
            else coalesce(cast(try_cast(deals.amount as decimal(18, 4)) as decimal(38, 4)), try_cast(deals.amount as decimal(38, 4)))
        end as deal_amount,
        coalesce(cast(try_cast(lines.amount as decimal(18, 4)) as decimal(38, 4)), try_cast(lines.amount as decimal(38, 4))) as amount,
        coalesce(cast(coalesce(cast(try_cast(lines.hs_tcv as decimal(18, 8)) as decimal(38, 8)), try_cast(lines.hs_tcv as decimal(38, 8))) as decimal(38, 4)), coalesce(cast(try_cast(lines.amount as decimal(18, 4)) as decimal(38, 4)), try_cast(lines.amount as decimal(38, 4)))) as term_amount,
        coalesce(cast(coalesce(cast(try_cast(lines.hs_acv as decimal(18, 8)) as decimal(38, 8)), try_cast(lines.hs_acv as decimal(38, 8))) as decimal(38, 4)), coalesce(cast(try_cast(lines.amount as decimal(18, 4)) as decimal(38, 4)), try_cast(lines.amount as decimal(38, 4)))) as year_amount,
        cast(coalesce(cast(try_cast(lines.hs_arr as decimal(18, 8)) as decimal(38, 8)), try_cast(lines.hs_arr as decimal(38, 8))) as decimal(38, 4)) as recurring_year_amount,
        cast(coalesce(cast(try_cast(lines.hs_mrr as decimal(18, 8)) as decimal(38, 8)), try_cast(lines.hs_mrr as decimal(38, 8))) as decimal(38, 4)) as recurring_month_amount
    from lines
    inner join links
        on lines._connection = links._connection
        and lines.hs_object_id = links.line_item_id
    inner join deals
        on links._connection = deals._connection
        and links.deal_id = deals.hs_object_id
    left join connections
        on lines._connection = connections.connection
    where not lines._deleted
),

-- Within a hundredth for each line, as what lines are rounded by.
measures as (
    select
        worths._connection, worths.deal_id,
        case
            when abs(sum(coalesce(worths.amount, 0)) - max(worths.deal_amount)) <= 0.01 * count(*) then 'one'
            when abs(sum(worths.term_amount) - max(worths.deal_amount)) <= 0.01 * count(*) then 'term'
            when abs(sum(worths.year_amount) - max(worths.deal_amount)) <= 0.01 * count(*) then 'year'
            when abs(sum(worths.recurring_year_amount) - max(worths.deal_amount)) <= 0.01 * count(*)
                then 'recurring year'
            when abs(sum(worths.recurring_month_amount) - max(worths.deal_amount)) <= 0.01 * count(*)
                then 'recurring month'
            else 'one'
        end as measure
    from worths
    group by worths._connection, worths.deal_id
),

measured as (
    select
        worths._connection, worths.hs_object_id,
        case measures.measure
            when 'term' then coalesce(worths.term_amount, 0)
            when 'year' then coalesce(worths.year_amount, 0)
            when 'recurring year' then coalesce(worths.recurring_year_amount, 0)
            else coalesce(worths.recurring_month_amount, 0)
        end as amount
    from worths
    inner join measures
        on worths._connection = measures._connection
        and worths.deal_id = measures.deal_id
    where measures.measure <> 'one'
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
        case when measured.amount is null or measured.amount = coalesce(cast(try_cast(lines.amount as decimal(18, 4)) as decimal(38, 4)), try_cast(lines.amount as decimal(38, 4))) then try_cast(lines.quantity as decimal(18, 6)) end as quantity,
        coalesce(lines.unit, products.unit) as unit,
        cast(case
            when measured.amount <> coalesce(cast(try_cast(lines.amount as decimal(18, 4)) as decimal(38, 4)), try_cast(lines.amount as decimal(38, 4))) then null
            when lines.hs_discount_percentage is null and lines.discount is not null
                then coalesce(cast(try_cast(lines.price as decimal(18, 8)) as decimal(38, 8)), try_cast(lines.price as decimal(38, 8))) - coalesce(cast(try_cast(lines.discount as decimal(18, 8)) as decimal(38, 8)), try_cast(lines.discount as decimal(38, 8)))
            else coalesce(cast(try_cast(lines.price as decimal(18, 8)) as decimal(38, 8)), try_cast(lines.price as decimal(38, 8)))
        end as decimal(38, 8)) as unit_price,
        cast(null as decimal(38, 8)) as list_price,
        try_cast(lines.hs_discount_percentage as decimal(18, 10)) as discount_percent,
        coalesce(measured.amount, cast(try_cast(lines.amount as decimal(18, 4)) as decimal(38, 4)), try_cast(lines.amount as decimal(38, 4))) as amount,
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
    left join measured
        on lines._connection = measured._connection
        and lines.hs_object_id = measured.hs_object_id
    left join products
        on lines._connection = products._connection
        and lines.hs_product_id = products.hs_object_id
    left join company_currencies
        on lines._connection = company_currencies._connection
)

select * from renamed
