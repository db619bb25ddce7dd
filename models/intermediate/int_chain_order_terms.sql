-- The steps from deal to order: what each differing term is worth, in the order's currency, each with the earlier ones already at the order's value. What is
-- less because the rest is ordered in another currency is told apart (elsewhere_difference).
-- One row per compared chain.
-- key: chain_id
with compared as (
    select * from intermediate.int_chain_currency_steps
),

in_parts as (
    select * from intermediate.int_deals_invoiced_in_parts
),

units as (
    select unit_group, lower(unit) as unit, max(base_quantity) as base_quantity from canonical.units group by unit_group, lower(unit)
),

unit_groups as (
    select code, min(unit_group) as unit_group from intermediate.int_products where unit_group is not null and not is_deleted group by code
),

order_taxes as (
    select links.opportunity_id, sum(states.tax_amount) as tax_amount
    from intermediate.int_order_deals as links
    inner join intermediate.int_order_states as states
        on links.order_id = states.order_id
        and states.state = 'counts'
    group by links.opportunity_id
),

measured_chains as (
    select
        compared.*,
        in_parts.opportunity_id is not null as is_in_parts,
        case compared.order_minor_digits when 0 then 1 when 2 then 0.01 when 3 then 0.001 else 0.0001 end
        * cast(case when compared.order_line_count > 1 then compared.order_line_count else 1 end as decimal(18, 4)) as tolerance,
        coalesce(order_taxes.tax_amount, 0) as tax_amount
    from compared
    left join in_parts
        on compared.opportunity_id = in_parts.opportunity_id
    left join order_taxes
        on compared.opportunity_id = order_taxes.opportunity_id
),

-- What invoices bill in parts is ordered as the deal has it, while more of it is to come; how many pieces a part has says nothing.
chains as (
    select
        chain_id, opportunity_id, kind, opportunity_line_id, booked_amount, product_id, product_code, quantity, unit, unit_price, discount_percent,
        customer_id, legal_entity, period_id, currency, close_date, scope_reason, twin_of_id, state, cause, order_currency, order_minor_digits, order_id,
        order_number, order_date, order_product_code, order_unit, unit_group, order_unit_base_quantity,
        case when not is_in_parts then ordered_quantity end as ordered_quantity,
        ordered_gross_amount,
        case
            when is_in_parts and kind <> 'own' and start_amount - ordered_amount > tolerance
                and start_amount > 0 and not (kind = 'deal' and tax_amount <> 0 and start_amount - ordered_amount = tax_amount) then start_amount
            else ordered_amount
        end as ordered_amount,
        order_line_count, is_closed_short, is_mixed, is_mismatch, price_factor, crm_amount, start_amount, mismatch_cause, tolerance, tax_amount
    from measured_chains
),

prepared as (
    select
        chains.*,
        cast(cast(chains.unit_price * (1 - chains.discount_percent * 0.01) as decimal(38, 8)) * chains.price_factor as decimal(38, 8)) as net_price,
        units.base_quantity as deal_unit_base_quantity,
        coalesce(lower(chains.unit) <> lower(chains.order_unit), false) as units_differ,
        chains.kind = 'line' and chains.quantity is not null and chains.unit_price is not null and chains.ordered_quantity is not null
            and not chains.is_mixed as has_terms
    from chains
    left join unit_groups
        on chains.product_code = unit_groups.code
    left join units
        on coalesce(unit_groups.unit_group, chains.unit_group) = units.unit_group
        and lower(chains.unit) = units.unit
),

multiplied as (
    select
        prepared.*,
        prepared.units_differ and coalesce(prepared.deal_unit_base_quantity, 0) > 0 and prepared.order_unit_base_quantity is not null as is_convertible,
        cast(prepared.quantity as decimal(38, 6)) * prepared.deal_unit_base_quantity as deal_base_quantity,
        cast(prepared.ordered_quantity as decimal(38, 6)) * prepared.order_unit_base_quantity as order_base_quantity,
        case prepared.order_minor_digits when 0 then cast(1 as decimal(5, 4)) when 2 then cast(0.01 as decimal(5, 4)) when 3 then cast(0.001 as decimal(5, 4)) else cast(0.0001 as decimal(5, 4)) end as minor_unit,
        case prepared.order_minor_digits
            when 0 then cast(round(prepared.ordered_quantity * prepared.net_price, 0) as decimal(38, 4))
            when 2 then cast(round(prepared.ordered_quantity * prepared.net_price, 2) as decimal(38, 4))
            when 3 then cast(round(prepared.ordered_quantity * prepared.net_price, 3) as decimal(38, 4))
            else cast(round(prepared.ordered_quantity * prepared.net_price, 4) as decimal(38, 4))
        end as stated_value,
        cast(prepared.ordered_quantity as decimal(38, 6)) * prepared.order_unit_base_quantity * prepared.net_price as converted_times_base,
        cast(cast(cast(prepared.ordered_quantity as decimal(38, 6)) * prepared.order_unit_base_quantity as double) / cast(nullif(prepared.deal_unit_base_quantity, 0) as double) as decimal(38, 12))
            as near_quantity,
        case prepared.order_minor_digits
            when 0 then cast(round(prepared.ordered_gross_amount * (1 - prepared.discount_percent * 0.01), 0) as decimal(38, 4))
            when 2 then cast(round(prepared.ordered_gross_amount * (1 - prepared.discount_percent * 0.01), 2) as decimal(38, 4))
            when 3 then cast(round(prepared.ordered_gross_amount * (1 - prepared.discount_percent * 0.01), 3) as decimal(38, 4))
            else cast(round(prepared.ordered_gross_amount * (1 - prepared.discount_percent * 0.01), 4) as decimal(38, 4))
        end as price_value
    from prepared
),

approximate as (
    select
        multiplied.*,
        case multiplied.order_minor_digits
            when 0 then cast(round(multiplied.near_quantity * multiplied.net_price, 0) as decimal(38, 4))
            when 2 then cast(round(multiplied.near_quantity * multiplied.net_price, 2) as decimal(38, 4))
            when 3 then cast(round(multiplied.near_quantity * multiplied.net_price, 3) as decimal(38, 4))
            else cast(round(multiplied.near_quantity * multiplied.net_price, 4) as decimal(38, 4))
        end as near_value
    from multiplied
),

measured as (
    select
        approximate.*,
        case
            when (approximate.converted_times_base >= 0 and (approximate.converted_times_base - approximate.near_value * approximate.deal_unit_base_quantity) * 2 >= approximate.deal_unit_base_quantity * approximate.minor_unit) or (approximate.converted_times_base < 0 and (approximate.converted_times_base - approximate.near_value * approximate.deal_unit_base_quantity) * 2 > approximate.deal_unit_base_quantity * approximate.minor_unit)
                then approximate.near_value + approximate.minor_unit
            when (approximate.converted_times_base < 0 and (approximate.converted_times_base - approximate.near_value * approximate.deal_unit_base_quantity) * 2 <= -approximate.deal_unit_base_quantity * approximate.minor_unit) or (approximate.converted_times_base >= 0 and (approximate.converted_times_base - approximate.near_value * approximate.deal_unit_base_quantity) * 2 < -approximate.deal_unit_base_quantity * approximate.minor_unit)
                then approximate.near_value - approximate.minor_unit
            else approximate.near_value
        end as converted_value
    from approximate
),

read_as as (
    select
        measured.*,
        case
            when not measured.has_terms then 'none'
            when not measured.is_convertible and measured.quantity = measured.ordered_quantity then 'same'
            when not measured.is_convertible then 'quantity'
            when measured.deal_base_quantity = measured.order_base_quantity then 'same'
            when case when measured.quantity > measured.ordered_quantity then measured.quantity else measured.ordered_quantity end
                * case when measured.deal_base_quantity < measured.order_base_quantity
                    then measured.deal_base_quantity else measured.order_base_quantity end
                < case when measured.deal_base_quantity > measured.order_base_quantity
                    then measured.deal_base_quantity else measured.order_base_quantity end
                * case when measured.quantity < measured.ordered_quantity then measured.quantity else measured.ordered_quantity end
                then 'stated'
            else 'converted'
        end as reading
    from measured
),

quantities as (
    select
        read_as.*,
        case read_as.reading
            when 'quantity' then read_as.start_amount - read_as.stated_value
            when 'stated' then
                case when read_as.quantity = read_as.ordered_quantity then 0 else read_as.start_amount - read_as.stated_value end
            when 'converted' then read_as.start_amount - read_as.converted_value
            else 0
        end as quantity_difference,
        case read_as.reading
            when 'stated' then
                case when read_as.quantity = read_as.ordered_quantity then read_as.start_amount else read_as.stated_value end
                - read_as.converted_value
            else 0
        end as unit_difference
    from read_as
),

prices as (
    select
        quantities.*,
        quantities.start_amount - quantities.quantity_difference - quantities.unit_difference as value_before_price,
        case
            when quantities.kind <> 'line' or not quantities.has_terms then cast(0 as decimal(38, 4))
            when abs(quantities.start_amount - quantities.quantity_difference - quantities.unit_difference - quantities.price_value)
                > quantities.tolerance
                then quantities.start_amount - quantities.quantity_difference - quantities.unit_difference - quantities.price_value
            else cast(0 as decimal(38, 4))
        end as price_difference
    from quantities
),

rests as (
    select prices.*, prices.value_before_price - prices.price_difference - prices.ordered_amount as rest_difference
    from prices
),

-- Orders in another currency are not followed; what of the deal they have is missing in those that are.
ordered_elsewhere as (
    select
        shares.chain_id, min(lines.currency) as currency, min(lower(lines.unit)) as first_unit, max(lower(lines.unit)) as last_unit,
        case when sum(case when shares.quantity is null then 1 else 0 end) = 0 then cast(sum(shares.quantity) as decimal(18, 6)) end as quantity
    from intermediate.int_order_line_shares as shares
    inner join intermediate.int_document_lines as lines
        on shares.line_id = lines.line_id
    inner join intermediate.int_chain_currencies as chain_currencies
        on shares.chain_id = chain_currencies.chain_id
        and lines.currency <> chain_currencies.order_currency
    where shares.class = 'counts' and shares.chain_kind in ('line', 'deal')
    group by shares.chain_id
),

parted as (
    select
        rests.*, ordered_elsewhere.currency as elsewhere_currency,
        case
            when ordered_elsewhere.chain_id is null then cast(0 as decimal(38, 4))
            when rests.has_terms and not rests.units_differ and rests.reading = 'quantity'
                and coalesce(ordered_elsewhere.first_unit, lower(rests.unit), '') = coalesce(lower(rests.unit), ordered_elsewhere.first_unit, '')
                and coalesce(ordered_elsewhere.last_unit, lower(rests.unit), '') = coalesce(lower(rests.unit), ordered_elsewhere.last_unit, '')
                and rests.quantity > rests.ordered_quantity and rests.ordered_quantity >= 0 and ordered_elsewhere.quantity > 0
                then case
                    when rests.ordered_quantity + ordered_elsewhere.quantity >= rests.quantity then cast(rests.quantity_difference as decimal(38, 4))
                    else case rests.order_minor_digits
                        when 0 then cast(round(ordered_elsewhere.quantity * rests.net_price, 0) as decimal(38, 4))
                        when 2 then cast(round(ordered_elsewhere.quantity * rests.net_price, 2) as decimal(38, 4))
                        when 3 then cast(round(ordered_elsewhere.quantity * rests.net_price, 3) as decimal(38, 4))
                        else cast(round(ordered_elsewhere.quantity * rests.net_price, 4) as decimal(38, 4))
                    end
                end
            else cast(0 as decimal(38, 4))
        end as quantity_elsewhere,
        case
            when ordered_elsewhere.chain_id is not null and not rests.has_terms and rests.kind in ('line', 'deal') and rests.start_amount > 0
                and rests.rest_difference > rests.tolerance then rests.rest_difference
            else cast(0 as decimal(38, 4))
        end as rest_elsewhere
    from rests
    left join ordered_elsewhere
        on rests.chain_id = ordered_elsewhere.chain_id
),

later_changes as (
    select opportunity_id, amount_now - amount_then as later_amount from intermediate.int_deals_changed_after_order
),

-- Deals whose lines exceed the order's by its tax, with the same quantities: their prices include it, unless they came to so much more only after
-- the order was made.
tax_inclusive as (
    select rests.opportunity_id as inclusive_opportunity_id
    from rests
    left join later_changes
        on rests.opportunity_id = later_changes.opportunity_id
    where rests.kind = 'line' and rests.tax_amount > 0
    group by rests.opportunity_id
    having (
            max(later_changes.later_amount) is null
            or abs(max(later_changes.later_amount) - sum(rests.start_amount - rests.ordered_amount)) > sum(rests.tolerance)
        )
        and abs(sum(rests.start_amount - rests.ordered_amount) - max(rests.tax_amount)) <= sum(rests.tolerance)
        and min(rests.start_amount - rests.ordered_amount) >= 0
        and max(case when rests.is_mismatch or not rests.has_terms then 1 else 0 end) = 0
        and max(abs(rests.quantity_difference) + abs(rests.unit_difference)) = 0
),

named as (
    select
        parted.*,
        case
            when parted.kind = 'charges' then 'tax_or_freight'
            when parted.kind = 'own' then 'quantity'
            when parted.kind = 'deal' and parted.rest_difference = parted.tax_amount and parted.tax_amount <> 0
                and coalesce(later_changes.later_amount, 0) <> parted.rest_difference
                then 'tax_or_freight'
            when abs(parted.rest_difference) <= parted.tolerance then 'rounding'
            when parted.has_terms then 'discount'
            else 'price'
        end as rest_code,
        case
            when parted.kind = 'line' and tax_inclusive.inclusive_opportunity_id is not null then 'tax_or_freight'
            when parted.units_differ and not parted.is_convertible then 'unit_of_measure'
            else 'price'
        end as price_code
    from parted
    left join tax_inclusive
        on parted.opportunity_id = tax_inclusive.inclusive_opportunity_id
    left join later_changes
        on parted.opportunity_id = later_changes.opportunity_id
),

-- what was needed on the way only is left behind
kept as (
    select
        chain_id, opportunity_id, kind, opportunity_line_id, booked_amount, product_id, product_code, quantity, unit, unit_price, discount_percent,
        customer_id, legal_entity, period_id, currency, close_date, scope_reason, twin_of_id, state, cause, order_currency, order_minor_digits, order_id,
        order_number, order_date, order_product_code, order_unit, unit_group, ordered_quantity, ordered_gross_amount, ordered_amount, order_line_count, is_closed_short,
        is_mixed, is_mismatch, crm_amount, start_amount, mismatch_cause, tolerance, units_differ, has_terms, minor_unit, price_value, reading,
        cast(quantity_difference - quantity_elsewhere as decimal(38, 4)) as quantity_difference, unit_difference, value_before_price, price_difference,
        cast(rest_difference - rest_elsewhere as decimal(38, 4)) as rest_difference, rest_code, price_code,
        cast(quantity_elsewhere + rest_elsewhere as decimal(38, 4)) as elsewhere_difference, elsewhere_currency
    from named
)

select * from kept
