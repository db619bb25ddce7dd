-- NetSuite's commercial lines (no header row, no tax line, no cost of goods), with the unit's name and the line's kind. Quantity and
-- amount keep NetSuite's sign: negative on sales. NetSuite keeps the quantity in the base unit of the item's units,
-- here it is in the line's unit. A discount line reduces the line above it, or, below a
-- subtotal, the whole document (applies_to_line_id is null). One row per line.
-- key: line_id
with lines as (
    select * from staging.base_netsuite__transaction_lines
    where coalesce(mainline, 'F') = 'F' and coalesce(taxline, 'F') = 'F' and coalesce(iscogs, 'F') = 'F'
),

items as (
    select * from staging.base_netsuite__items
),

units as (
    select * from staging.base_netsuite__units
),

documents as (
    select document_id, type, currency from staging.base_netsuite__documents
),

typed as (
    select
        lines._connection as _connection,
        lines._connection || ':' || lines._key as line_id,
        lines._key as source_id,
        lines._connection || ':' || lines.transaction as document_id,
        lines.transaction as document_source_id,
        lines.id as document_line,
        try_cast(lines.linesequencenumber as bigint) as line_number,
        nullif(trim(lines.crm_line), '') as crm_reference,
        case lines.itemtype when 'Discount' then 'discount' when 'ShipItem' then 'freight' when 'Subtotal' then 'subtotal' else 'item' end as kind,
        lines._connection || ':' || lines.item as product_id,
        case
            when try_cast(units.conversionrate as decimal(18, 6)) = 1 or try_cast(units.conversionrate as decimal(18, 6)) is null
                then try_cast(lines.quantity as decimal(18, 6))
            else cast(
                cast(try_cast(lines.quantity as decimal(18, 6)) as double)
                / cast(nullif(try_cast(units.conversionrate as decimal(18, 6)), 0) as double) as decimal(18, 6)
            )
        end as quantity,
        coalesce(units.unitname, lines.units) as unit,
        coalesce(cast(try_cast(lines.rate as decimal(18, 8)) as decimal(38, 8)), try_cast(lines.rate as decimal(38, 8))) as unit_price,
        coalesce(cast(try_cast(lines.foreignamount as decimal(18, 4)) as decimal(38, 4)), try_cast(lines.foreignamount as decimal(38, 4))) as amount,
        lines._connection || ':' || lines.subsidiary as legal_entity_id,
        lines._connection || ':' || lines.entity as customer_id,
        lines.revenueelement as revenue_element,
        coalesce(lines.isclosed = 'T', false) as is_closed,
        lines._deleted as is_deleted
    from lines
    left join items
        on lines._connection = items._connection
        and lines.item = items.id
    left join units
        on lines._connection = units._connection
        and items.unitstype = units.unitstype
        and lines.units = units.internalid
),

placed as (
    select
        typed.*,
        max(case when typed.kind <> 'discount' then typed.line_number end) over (
            partition by typed.document_id
            order by typed.line_number
            rows between unbounded preceding and current row
        ) as reduced_line_number
    from typed
),

reduced as (
    select
        placed.*,
        documents.type as type,
        documents.currency as currency,
        case when placed.kind = 'discount' and above.kind <> 'subtotal' then above.line_id end as applies_to_line_id
    from placed
    inner join documents
        on placed.document_id = documents.document_id
    left join typed as above
        on placed.document_id = above.document_id
        and placed.reduced_line_number = above.line_number
        and above.kind <> 'discount'
    where placed.kind <> 'subtotal'
)

select * from reduced
