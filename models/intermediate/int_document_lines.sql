-- The lines of orders, invoices and credit notes with their discounts folded in: a discount line goes to the line that it reduces, one for the
-- whole document is shared over the item lines in proportion to their amounts. Gross is quantity times price, before any discount. What
-- charges the customer is positive on orders and invoices, what is given back is positive on credit notes. One row per item or freight line.
-- key: line_id
with document_lines as (
    select
        order_line_id as line_id, order_id as document_id, 'order' as document, cast(null as varchar) as origin_line_id, kind,
        applies_to_line_id, product_id, quantity, unit, unit_price, amount, currency, is_closed
    from canonical.order_lines
    where not is_deleted
    union all
    select
        invoice_line_id as line_id, invoice_id as document_id, 'invoice' as document, order_line_id as origin_line_id, kind,
        applies_to_line_id, product_id, quantity, unit, unit_price, amount, currency, false as is_closed
    from canonical.invoice_lines
    where not is_deleted
    union all
    select
        credit_note_line_id as line_id, credit_note_id as document_id, 'credit_note' as document, invoice_line_id as origin_line_id, kind,
        applies_to_line_id, product_id, quantity, unit, unit_price, amount, currency, false as is_closed
    from canonical.credit_note_lines
    where not is_deleted
),

currencies as (
    select * from staging.stg_tieout__currencies
),

products as (
    select * from intermediate.int_products
),

units as (
    select unit_group, lower(unit) as unit, max(base_quantity) as base_quantity from canonical.units group by unit_group, lower(unit)
),

bodies as (
    select
        document_lines.*,
        products.code as product_code,
        products.unit_group as unit_group,
        units.base_quantity as unit_base_quantity,
        coalesce(currencies.minor_digits, 2) as minor_digits,
        sum(case when document_lines.kind = 'item' then abs(document_lines.amount) else 0 end) over (partition by document_lines.document_id)
            as document_item_amount,
        row_number() over (
            partition by document_lines.document_id
            order by case when document_lines.kind = 'item' then 0 else 1 end, abs(document_lines.amount) desc, document_lines.line_id
        ) as size_rank
    from document_lines
    left join currencies
        on document_lines.currency = currencies.currency
    left join products
        on document_lines.product_id = products.product_id
    left join units
        on products.unit_group = units.unit_group
        and lower(document_lines.unit) = units.unit
    where document_lines.kind <> 'discount'
),

-- A discount that reduces no line of its document reduces the whole.
discounts as (
    select document_lines.document_id, document_lines.amount, bodies.line_id as reduced_line_id
    from document_lines
    left join bodies
        on document_lines.applies_to_line_id = bodies.line_id
        and document_lines.document_id = bodies.document_id
    where document_lines.kind = 'discount'
),

line_discounts as (
    select reduced_line_id, sum(amount) as amount
    from discounts
    where reduced_line_id is not null
    group by reduced_line_id
),

whole_discounts as (
    select document_id, sum(amount) as amount
    from discounts
    where reduced_line_id is null
    group by document_id
),

joined as (
    select
        bodies.*,
        coalesce(line_discounts.amount, 0) as line_discount,
        coalesce(whole_discounts.amount, 0) as whole_discount,
        case bodies.minor_digits when 0 then cast(1 as decimal(5, 4)) when 2 then cast(0.01 as decimal(5, 4)) when 3 then cast(0.001 as decimal(5, 4)) else cast(0.0001 as decimal(5, 4)) end as minor_unit,
        case when bodies.kind = 'item' then abs(bodies.amount) else cast(0 as decimal(38, 4)) end as discount_weight,
        case when bodies.document_item_amount = 0 then cast(1 as decimal(38, 4)) else bodies.document_item_amount end as total_weight
    from bodies
    left join line_discounts
        on bodies.line_id = line_discounts.reduced_line_id
    left join whole_discounts
        on bodies.document_id = whole_discounts.document_id
),

multiplied as (
    select
        joined.*,
        joined.whole_discount * joined.discount_weight as discount_times_weight,
        cast(cast(joined.discount_weight as double) / cast(nullif(joined.total_weight, 0) as double) as decimal(38, 15)) as ratio
    from joined
),

approximate as (
    select
        multiplied.*,
        case multiplied.minor_digits
            when 0 then cast(round(multiplied.whole_discount * multiplied.ratio, 0) as decimal(38, 4))
            when 2 then cast(round(multiplied.whole_discount * multiplied.ratio, 2) as decimal(38, 4))
            when 3 then cast(round(multiplied.whole_discount * multiplied.ratio, 3) as decimal(38, 4))
            else cast(round(multiplied.whole_discount * multiplied.ratio, 4) as decimal(38, 4))
        end as near_discount
    from multiplied
),

exact_discounts as (
    select
        approximate.*,
        case
            when (approximate.discount_times_weight >= 0 and (approximate.discount_times_weight - approximate.near_discount * approximate.total_weight) * 2 >= approximate.total_weight * approximate.minor_unit) or (approximate.discount_times_weight < 0 and (approximate.discount_times_weight - approximate.near_discount * approximate.total_weight) * 2 > approximate.total_weight * approximate.minor_unit)
                then approximate.near_discount + approximate.minor_unit
            when (approximate.discount_times_weight < 0 and (approximate.discount_times_weight - approximate.near_discount * approximate.total_weight) * 2 <= -approximate.total_weight * approximate.minor_unit) or (approximate.discount_times_weight >= 0 and (approximate.discount_times_weight - approximate.near_discount * approximate.total_weight) * 2 < -approximate.total_weight * approximate.minor_unit)
                then approximate.near_discount - approximate.minor_unit
            else approximate.near_discount
        end as whole_discount_share
    from approximate
),

completed as (
    select
        exact_discounts.*,
        exact_discounts.whole_discount_share
        + case
            when exact_discounts.size_rank = 1
                then exact_discounts.whole_discount - sum(exact_discounts.whole_discount_share) over (partition by exact_discounts.document_id)
            else 0
        end as final_whole_discount
    from exact_discounts
),

folded as (
    select
        completed.line_id as line_id,
        completed.document_id as document_id,
        completed.document as document,
        completed.origin_line_id as origin_line_id,
        completed.kind as kind,
        completed.product_id as product_id,
        completed.product_code as product_code,
        completed.quantity as quantity,
        completed.unit as unit,
        completed.unit_group as unit_group,
        completed.unit_base_quantity as unit_base_quantity,
        completed.unit_price as unit_price,
        case when completed.quantity is null or completed.unit_price is null then completed.amount else cast(case completed.minor_digits
            when 0 then cast(round(completed.quantity * completed.unit_price, 0) as decimal(38, 4))
            when 2 then cast(round(completed.quantity * completed.unit_price, 2) as decimal(38, 4))
            when 3 then cast(round(completed.quantity * completed.unit_price, 3) as decimal(38, 4))
            else cast(round(completed.quantity * completed.unit_price, 4) as decimal(38, 4))
        end as decimal(38, 4))
        end as gross_amount,
        cast(completed.amount + completed.line_discount + completed.final_whole_discount as decimal(38, 4)) as amount,
        completed.currency as currency,
        completed.minor_digits as minor_digits,
        cast(completed.final_whole_discount as decimal(38, 4)) as whole_discount_amount,
        completed.is_closed as is_closed
    from completed
)

select * from folded
