-- What each chain has of an invoice line's quantity in another unit than the line's: in those of its deal line and its order lines. Empty, where the
-- units of the line's product lack one of the two. The line's quantity is brought into the unit, rounded to a millionth (found through a double, then
-- corrected by exact multiplication), and then shared out like the line. One row per invoice line, chain and unit.
-- key: line_id, chain_id, unit
with lines as (
    select line_id, quantity, lower(unit) as unit, unit_group, unit_base_quantity
    from intermediate.int_document_lines
    where document = 'invoice' and quantity is not null and unit is not null
),

order_shares as (
    select shares.chain_id, lines.unit
    from intermediate.int_order_line_shares as shares
    inner join intermediate.int_document_lines as lines
        on shares.line_id = lines.line_id
),

chain_units as (
    select chain_id, lower(unit) as unit from order_shares where unit is not null
    union
    select chain_id, lower(unit) as unit from intermediate.int_chains where unit is not null
),

units as (
    select unit_group, lower(unit) as unit, max(base_quantity) as base_quantity from canonical.units group by unit_group, lower(unit)
),

invoice_shares as (
    select * from intermediate.int_invoice_line_shares
    where quantity is not null
),

in_another_unit as (
    select
        invoice_shares.line_id, invoice_shares.chain_id, chain_units.unit, lines.quantity,
        case when lines.unit_base_quantity > 0 and units.base_quantity > 0 then lines.unit_base_quantity end as line_factor,
        case when lines.unit_base_quantity > 0 and units.base_quantity > 0 then units.base_quantity end as unit_factor
    from invoice_shares
    inner join lines
        on invoice_shares.line_id = lines.line_id
    inner join chain_units
        on invoice_shares.chain_id = chain_units.chain_id
        and lines.unit <> chain_units.unit
    left join units
        on lines.unit_group = units.unit_group
        and chain_units.unit = units.unit
),

approximate as (
    select
        in_another_unit.*,
        cast(in_another_unit.quantity as decimal(38, 6)) * in_another_unit.line_factor as base_quantity,
        cast(round(cast(cast(cast(in_another_unit.quantity as decimal(38, 6)) * in_another_unit.line_factor as double) / cast(nullif(in_another_unit.unit_factor, 0) as double) as decimal(38, 12)), 6) as decimal(38, 6))
            as near_quantity
    from in_another_unit
),

converted as (
    select
        approximate.line_id, approximate.chain_id, approximate.unit,
        case
            when (approximate.base_quantity >= 0 and (approximate.base_quantity - approximate.near_quantity * approximate.unit_factor) * 2 >= approximate.unit_factor * 0.000001) or (approximate.base_quantity < 0 and (approximate.base_quantity - approximate.near_quantity * approximate.unit_factor) * 2 > approximate.unit_factor * 0.000001)
                then cast(approximate.near_quantity + 0.000001 as decimal(38, 6))
            when (approximate.base_quantity < 0 and (approximate.base_quantity - approximate.near_quantity * approximate.unit_factor) * 2 <= -approximate.unit_factor * 0.000001) or (approximate.base_quantity >= 0 and (approximate.base_quantity - approximate.near_quantity * approximate.unit_factor) * 2 < -approximate.unit_factor * 0.000001)
                then cast(approximate.near_quantity - 0.000001 as decimal(38, 6))
            else approximate.near_quantity
        end as line_quantity
    from approximate
),

weighted as (
    select
        invoice_shares.line_id, invoice_shares.chain_id, invoice_shares.weight,
        sum(invoice_shares.weight) over (partition by invoice_shares.line_id) as total_weight,
        row_number() over (partition by invoice_shares.line_id order by invoice_shares.weight desc, invoice_shares.chain_id) as size_rank
    from invoice_shares
    where exists (select 1 from converted where converted.line_id = invoice_shares.line_id)
),

ratios as (
    select
        weighted.line_id, weighted.chain_id, weighted.size_rank,
        cast(cast(weighted.weight as double) / cast(nullif(weighted.total_weight, 0) as double) as decimal(38, 15)) as ratio
    from weighted
),

-- Another chain of the line may have another unit: what it would have of the line in this one tells what rounding leaves.
shared_out as (
    select
        converted.line_id, converted.chain_id, converted.unit,
        cast(sum(cast(round(converted.line_quantity * ratios.ratio, 6) as decimal(38, 6))) as decimal(38, 6)) as quantity
    from converted
    inner join ratios
        on converted.line_id = ratios.line_id
    group by converted.line_id, converted.chain_id, converted.unit
),

shares as (
    select
        converted.line_id as line_id,
        converted.chain_id as chain_id,
        converted.unit as unit,
        cast(
            cast(round(converted.line_quantity * ratios.ratio, 6) as decimal(38, 6))
            + case when ratios.size_rank = 1 then converted.line_quantity - shared_out.quantity else cast(0 as decimal(38, 6)) end
            as decimal(38, 6)
        ) as quantity
    from converted
    inner join ratios
        on converted.line_id = ratios.line_id
        and converted.chain_id = ratios.chain_id
    inner join shared_out
        on converted.line_id = shared_out.line_id
        and converted.chain_id = shared_out.chain_id
        and converted.unit = shared_out.unit
)

select * from shares
