-- The commercial lines of NetSuite's orders, invoices and credit memos (no header row, no tax line, no cost of goods, no words alone, no
-- payment that was received), with the unit's name and the line's kind. Quantity and
-- amount keep NetSuite's sign: negative on sales. NetSuite keeps the quantity in the base unit of the item's units
-- and the rate per such a unit in the subsidiary's currency; here both are the line's own. A discount line that reduces no line reduces the
-- whole document (applies_to_line_id is null). The lines that begin and end an item group charge nothing and are left out; what the first one
-- names holds for the members in between. Without Multiple Currencies a line's net amount is its amount. One row per line.
-- key: line_id
with lines as (
    select * from staging.base_netsuite__transaction_lines
    where coalesce(mainline, 'F') = 'F' and coalesce(taxline, 'F') = 'F' and coalesce(iscogs, 'F') = 'F'
        and coalesce(itemtype, '') not in ('Description', 'Payment')
),

items as (
    select * from staging.base_netsuite__items
),

units as (
    select * from staging.base_netsuite__units
),

documents as (
    select document_id, document, currency, coalesce(nullif(exchange_rate, 0), 1) as exchange_rate
    from staging.base_netsuite__documents
    where document in ('order', 'invoice', 'credit_note')
),

-- Accounts without OneWorld or Multiple Currencies: few rows, or none.
owned as (
    select
        source as connection,
        max(case when is_of_one_currency then 1 end) as one_currency,
        min(case when is_of_one_entity then legal_entity_id end) as legal_entity_id
    from staging.base_netsuite__documents
    where is_of_one_currency or is_of_one_entity
    group by source
),

currencies as (
    select * from staging.stg_tieout__currencies
),

relations as (
    select * from staging.base_netsuite__line_relations
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
        case lines.itemtype when 'Discount' then 'discount' when 'ShipItem' then 'freight' when 'Subtotal' then 'subtotal'
            when 'Group' then 'group' when 'EndGroup' then 'group_end' else 'item' end as kind,
        lines._connection || ':' || lines.item as product_id,
        try_cast(lines.quantity as decimal(18, 6)) as base_quantity,
        coalesce(nullif(try_cast(units.conversionrate as decimal(18, 6)), 0), 1) as unit_size,
        coalesce(units.unitname, lines.units) as unit,
        coalesce(cast(try_cast(lines.rate as decimal(18, 8)) as decimal(38, 8)), try_cast(lines.rate as decimal(38, 8))) as base_rate,
        coalesce(
            coalesce(cast(try_cast(lines.foreignamount as decimal(18, 4)) as decimal(38, 4)), try_cast(lines.foreignamount as decimal(38, 4))),
            case when owned.one_currency = 1 then coalesce(cast(try_cast(lines.netamount as decimal(18, 4)) as decimal(38, 4)), try_cast(lines.netamount as decimal(38, 4))) end
        ) as amount,
        coalesce(owned.legal_entity_id, lines._connection || ':' || lines.subsidiary) as legal_entity_id,
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
    left join owned
        on lines._connection = owned.connection
),

reduced as (
    select
        typed.*,
        documents.document as document,
        documents.currency as currency,
        documents.exchange_rate as exchange_rate,
        typed.unit_size = 1 and documents.exchange_rate = 1 as is_in_own_terms,
        case
            when typed.unit_size = 1 then typed.base_quantity
            else cast(cast(typed.base_quantity as double) / cast(nullif(typed.unit_size, 0) as double) as decimal(18, 6))
        end as quantity,
        case currencies.minor_digits
            when 0 then cast(0.5 as decimal(6, 5)) when 3 then cast(0.0005 as decimal(6, 5)) else cast(0.005 as decimal(6, 5))
        end as half_minor_unit,
        relations.applies_to_line_id as applies_to_line_id,
        relations.group_reference as group_reference
    from typed
    inner join documents
        on typed.document_id = documents.document_id
    left join currencies
        on documents.currency = currencies.currency
    left join relations
        on typed.line_id = relations.line_id
    where typed.kind not in ('subtotal', 'group', 'group_end')
),

-- Where a line is in its own terms there is nothing to turn back.
near as (
    select
        reduced.*,
        case when not is_in_own_terms then cast(cast(base_rate * unit_size as double) / cast(nullif(exchange_rate, 0) as double) as decimal(38, 8)) end
            as near_price,
        case when not is_in_own_terms then cast(cast(unit_size as double) / cast(nullif(exchange_rate * 10000, 0) as double) as decimal(38, 8)) end
            as price_noise,
        case when not is_in_own_terms then cast(cast(amount as double) / cast(nullif(quantity, 0) as double) as decimal(38, 8)) end as mean_price
    from reduced
),

rounded as (
    select
        near.*,
        cast(round(near.near_price, 2) as decimal(38, 8)) as price_2,
        cast(round(near.near_price, 3) as decimal(38, 8)) as price_3,
        cast(round(near.near_price, 4) as decimal(38, 8)) as price_4,
        cast(round(near.near_price, 6) as decimal(38, 8)) as price_6
    from near
),

-- The rate is per base unit and in the subsidiary's currency: back in the line's own terms it is the roundest price that is as near as its
-- digits tell and makes the amount. Where none does, it is what the amount says.
priced as (
    select
        rounded.*,
        case
            when is_in_own_terms or base_rate is null then base_rate
            when abs(price_2 - near_price) <= price_noise and coalesce(abs(price_2 * quantity - amount) <= half_minor_unit, true) then price_2
            when abs(price_3 - near_price) <= price_noise and coalesce(abs(price_3 * quantity - amount) <= half_minor_unit, true) then price_3
            when abs(price_4 - near_price) <= price_noise and coalesce(abs(price_4 * quantity - amount) <= half_minor_unit, true) then price_4
            when abs(price_6 - near_price) <= price_noise and coalesce(abs(price_6 * quantity - amount) <= half_minor_unit, true) then price_6
            else coalesce(mean_price, near_price)
        end as unit_price
    from rounded
),

renamed as (
    select
        _connection, line_id, source_id, document_id, document_source_id, document_line, line_number,
        coalesce(crm_reference, group_reference) as crm_reference, kind, product_id, quantity, unit, unit_price, amount, legal_entity_id, customer_id, revenue_element, is_closed, is_deleted, document, currency, applies_to_line_id
    from priced
)

select * from renamed
