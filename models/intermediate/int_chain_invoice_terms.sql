-- The steps from order to invoice, on what is invoiced, what of the order stands invoiced in another currency (elsewhere: by quantity, where it can be told,
-- else all that is left), what orders that were closed short leave, and what is still to be invoiced. One row per compared chain.
-- key: chain_id
with chains as (
    select * from intermediate.int_chain_order_terms
),

invoices as (
    select
        chain_id,
        case when sum(case when quantity is null then 1 else 0 end) = 0 then cast(sum(quantity - rebilled_quantity) as decimal(38, 6)) end as invoiced_quantity,
        cast(sum(gross_amount - rebilled_gross_amount) as decimal(38, 4)) as invoiced_gross_amount,
        cast(sum(amount - rebilled_amount) as decimal(38, 4)) as invoiced_amount,
        count(*) as invoice_line_count
    from intermediate.int_chain_invoices
    where not is_rebill
    group by chain_id
),

-- An order in that currency is none of what is compared, nor are its invoices.
of_orders_elsewhere as (
    select distinct lines.line_id
    from intermediate.int_document_lines as lines
    inner join intermediate.int_invoice_orders as billed
        on lines.document_id = billed.invoice_id
    inner join intermediate.int_orders as orders
        on billed.order_id = orders.order_id
        and lines.currency = orders.currency
    where lines.document = 'invoice'
),

-- What is not followed is in another currency. A line that can't be compared has no quantity.
in_other_currencies as (
    select
        shares.chain_id, sum(shares.amount) as amount, min(lines.currency) as currency,
        sum(case when in_order_unit.line_id is null then cast(shares.quantity as decimal(38, 6)) else in_order_unit.quantity end) as quantity,
        min(case when coalesce(in_order_unit.quantity, shares.quantity) is null or (in_order_unit.line_id is not null and in_order_unit.quantity is null) then 0 else 1 end) as has_quantities
    from intermediate.int_invoice_line_shares as shares
    inner join chains
        on shares.chain_id = chains.chain_id
    inner join intermediate.int_document_lines as lines
        on shares.line_id = lines.line_id
    left join intermediate.int_invoice_line_units as in_order_unit
        on shares.line_id = in_order_unit.line_id
        and shares.chain_id = in_order_unit.chain_id
        and lower(chains.order_unit) = in_order_unit.unit
    where not shares.is_followed
        and not exists (select 1 from of_orders_elsewhere where of_orders_elsewhere.line_id = shares.line_id)
    group by shares.chain_id
),

credited_in_other_currencies as (
    select chain_id, sum(amount) as amount
    from intermediate.int_credit_line_shares
    where not is_followed
    group by chain_id
),

-- Credited in full it stands no longer.
elsewhere as (
    select
        in_other_currencies.chain_id, in_other_currencies.currency,
        case when in_other_currencies.has_quantities = 1 then cast(in_other_currencies.quantity as decimal(38, 6)) end as quantity
    from in_other_currencies
    left join credited_in_other_currencies
        on in_other_currencies.chain_id = credited_in_other_currencies.chain_id
    where abs(in_other_currencies.amount) > abs(coalesce(credited_in_other_currencies.amount, 0))
),

-- What was ordered and invoiced of the orders that were closed short, where others of the chain were not.
closed_orders as (
    select
        shares.chain_id, shares.document_id as order_id,
        case when sum(case when shares.quantity is null then 1 else 0 end) = 0 then cast(sum(shares.quantity) as decimal(38, 6)) end as quantity,
        sum(shares.amount) as amount
    from intermediate.int_order_line_shares as shares
    inner join chains
        on shares.chain_id = chains.chain_id
    inner join intermediate.int_document_lines as lines
        on shares.line_id = lines.line_id
        and chains.order_currency = lines.currency
    inner join intermediate.int_order_states as states
        on shares.document_id = states.order_id
    where shares.class = 'counts' and shares.document = 'order' and not chains.is_closed_short
    group by shares.chain_id, shares.document_id
    having min(case when lines.is_closed or states.is_closed then 1 else 0 end) = 1
),

first_orders as (
    select invoice_id, min(order_id) as order_id from intermediate.int_invoice_orders group by invoice_id
),

billed_of_closed as (
    select billed.chain_id, coalesce(order_lines.document_id, invoices.order_id, first_orders.order_id) as order_id,
        billed.quantity - billed.rebilled_quantity as quantity, billed.amount - billed.rebilled_amount as amount
    from intermediate.int_chain_invoices as billed
    inner join (select distinct chain_id from closed_orders) as closed_chains
        on billed.chain_id = closed_chains.chain_id
    inner join intermediate.int_document_lines as lines
        on billed.line_id = lines.line_id
    inner join canonical.invoices as invoices
        on billed.invoice_id = invoices.invoice_id
    left join first_orders
        on billed.invoice_id = first_orders.invoice_id
    left join intermediate.int_document_lines as order_lines
        on lines.origin_line_id = order_lines.line_id
    where not billed.is_rebill
),

billed_sums as (
    select chain_id, order_id, sum(coalesce(quantity, 0)) as quantity, sum(amount) as amount
    from billed_of_closed
    group by chain_id, order_id
),

closed as (
    select
        closed_orders.chain_id,
        cast(sum(
            case when closed_orders.quantity > coalesce(billed_sums.quantity, 0) then closed_orders.quantity - coalesce(billed_sums.quantity, 0) else 0 end
        ) as decimal(38, 6)) as closed_quantity,
        cast(sum(
            case when closed_orders.amount > coalesce(billed_sums.amount, 0) then closed_orders.amount - coalesce(billed_sums.amount, 0) else 0 end
        ) as decimal(38, 4)) as closed_amount
    from closed_orders
    left join billed_sums
        on closed_orders.chain_id = billed_sums.chain_id
        and closed_orders.order_id = billed_sums.order_id
    group by closed_orders.chain_id
),

-- Shares of a quantity are rounded to a millionth: what differs by no more than that for each line is the same quantity.
measured as (
    select
        invoices.chain_id, invoices.invoiced_gross_amount, invoices.invoiced_amount, invoices.invoice_line_count,
        case
            when abs(invoices.invoiced_quantity - chains.ordered_quantity)
                <= 0.000001 * cast(invoices.invoice_line_count + chains.order_line_count as decimal(18, 0)) then chains.ordered_quantity
            else invoices.invoiced_quantity
        end as invoiced_quantity
    from invoices
    inner join chains
        on invoices.chain_id = chains.chain_id
),

-- Quantities of what is given back are turned round.
joined as (
    select
        chains.chain_id, chains.kind, abs(chains.ordered_quantity) as ordered_quantity, chains.ordered_gross_amount, chains.ordered_amount, chains.order_minor_digits,
        chains.is_closed_short, chains.is_mixed,
        case when chains.ordered_quantity < 0 then -measured.invoiced_quantity else measured.invoiced_quantity end as invoiced_quantity,
        coalesce(measured.invoiced_gross_amount, 0) as invoiced_gross_amount,
        coalesce(measured.invoiced_amount, 0) as invoiced_amount,
        coalesce(measured.invoice_line_count, 0) as invoice_line_count,
        elsewhere.chain_id is not null as is_elsewhere,
        elsewhere.currency as elsewhere_currency,
        case
            when chains.kind <> 'charges' and coalesce(chains.ordered_quantity, 0) <> 0 and not chains.is_mixed
                and (measured.chain_id is null or measured.invoiced_quantity is not null)
                then case when chains.ordered_quantity < 0 then -elsewhere.quantity else elsewhere.quantity end
        end as elsewhere_quantity,
        chains.kind <> 'charges' and coalesce(chains.ordered_quantity, 0) <> 0 and measured.invoiced_quantity is not null
            and (not chains.is_mixed or measured.invoiced_quantity = chains.ordered_quantity) as has_quantities,
        case chains.order_minor_digits when 0 then 1 when 2 then 0.01 when 3 then 0.001 else 0.0001 end
        * cast(coalesce(measured.invoice_line_count, 1) as decimal(18, 4)) as tolerance,
        cast(cast(measured.invoiced_quantity as double) / cast(nullif(chains.ordered_quantity, 0) as double) as decimal(38, 15)) as invoiced_ratio,
        closed.closed_quantity, coalesce(closed.closed_amount, 0) as closed_amount
    from chains
    left join measured
        on chains.chain_id = measured.chain_id
    left join elsewhere
        on chains.chain_id = elsewhere.chain_id
    left join closed
        on chains.chain_id = closed.chain_id
),

ratios as (
    select
        joined.*,
        cast(cast(joined.elsewhere_quantity as double) / cast(nullif(joined.ordered_quantity, 0) as double) as decimal(38, 15)) as elsewhere_ratio,
        cast(cast(joined.closed_quantity as double) / cast(nullif(joined.ordered_quantity, 0) as double) as decimal(38, 15)) as closed_ratio
    from joined
),

approximate as (
    select
        ratios.*,
        case ratios.order_minor_digits when 0 then cast(1 as decimal(5, 4)) when 2 then cast(0.01 as decimal(5, 4)) when 3 then cast(0.001 as decimal(5, 4)) else cast(0.0001 as decimal(5, 4)) end as minor_unit,
        ratios.ordered_amount * ratios.invoiced_quantity as amount_times_quantity,
        ratios.ordered_gross_amount * ratios.invoiced_quantity as gross_times_quantity,
        ratios.ordered_amount * ratios.elsewhere_quantity as amount_times_elsewhere,
        ratios.ordered_amount * ratios.closed_quantity as amount_times_closed,
        case ratios.order_minor_digits
            when 0 then cast(round(ratios.ordered_amount * ratios.elsewhere_ratio, 0) as decimal(38, 4))
            when 2 then cast(round(ratios.ordered_amount * ratios.elsewhere_ratio, 2) as decimal(38, 4))
            when 3 then cast(round(ratios.ordered_amount * ratios.elsewhere_ratio, 3) as decimal(38, 4))
            else cast(round(ratios.ordered_amount * ratios.elsewhere_ratio, 4) as decimal(38, 4))
        end as near_elsewhere,
        case ratios.order_minor_digits
            when 0 then cast(round(ratios.ordered_amount * ratios.closed_ratio, 0) as decimal(38, 4))
            when 2 then cast(round(ratios.ordered_amount * ratios.closed_ratio, 2) as decimal(38, 4))
            when 3 then cast(round(ratios.ordered_amount * ratios.closed_ratio, 3) as decimal(38, 4))
            else cast(round(ratios.ordered_amount * ratios.closed_ratio, 4) as decimal(38, 4))
        end as near_closed,
        case ratios.order_minor_digits
            when 0 then cast(round(ratios.ordered_amount * ratios.invoiced_ratio, 0) as decimal(38, 4))
            when 2 then cast(round(ratios.ordered_amount * ratios.invoiced_ratio, 2) as decimal(38, 4))
            when 3 then cast(round(ratios.ordered_amount * ratios.invoiced_ratio, 3) as decimal(38, 4))
            else cast(round(ratios.ordered_amount * ratios.invoiced_ratio, 4) as decimal(38, 4))
        end as near_amount,
        case ratios.order_minor_digits
            when 0 then cast(round(ratios.ordered_gross_amount * ratios.invoiced_ratio, 0) as decimal(38, 4))
            when 2 then cast(round(ratios.ordered_gross_amount * ratios.invoiced_ratio, 2) as decimal(38, 4))
            when 3 then cast(round(ratios.ordered_gross_amount * ratios.invoiced_ratio, 3) as decimal(38, 4))
            else cast(round(ratios.ordered_gross_amount * ratios.invoiced_ratio, 4) as decimal(38, 4))
        end as near_gross
    from ratios
),

exact_values as (
    select
        approximate.*,
        case
            when (approximate.amount_times_quantity >= 0 and (approximate.amount_times_quantity - approximate.near_amount * approximate.ordered_quantity) * 2 >= approximate.ordered_quantity * approximate.minor_unit) or (approximate.amount_times_quantity < 0 and (approximate.amount_times_quantity - approximate.near_amount * approximate.ordered_quantity) * 2 > approximate.ordered_quantity * approximate.minor_unit)
                then approximate.near_amount + approximate.minor_unit
            when (approximate.amount_times_quantity < 0 and (approximate.amount_times_quantity - approximate.near_amount * approximate.ordered_quantity) * 2 <= -approximate.ordered_quantity * approximate.minor_unit) or (approximate.amount_times_quantity >= 0 and (approximate.amount_times_quantity - approximate.near_amount * approximate.ordered_quantity) * 2 < -approximate.ordered_quantity * approximate.minor_unit)
                then approximate.near_amount - approximate.minor_unit
            else approximate.near_amount
        end as amount_at_quantity,
        case
            when (approximate.gross_times_quantity >= 0 and (approximate.gross_times_quantity - approximate.near_gross * approximate.ordered_quantity) * 2 >= approximate.ordered_quantity * approximate.minor_unit) or (approximate.gross_times_quantity < 0 and (approximate.gross_times_quantity - approximate.near_gross * approximate.ordered_quantity) * 2 > approximate.ordered_quantity * approximate.minor_unit)
                then approximate.near_gross + approximate.minor_unit
            when (approximate.gross_times_quantity < 0 and (approximate.gross_times_quantity - approximate.near_gross * approximate.ordered_quantity) * 2 <= -approximate.ordered_quantity * approximate.minor_unit) or (approximate.gross_times_quantity >= 0 and (approximate.gross_times_quantity - approximate.near_gross * approximate.ordered_quantity) * 2 < -approximate.ordered_quantity * approximate.minor_unit)
                then approximate.near_gross - approximate.minor_unit
            else approximate.near_gross
        end as gross_at_quantity,
        case
            when (approximate.amount_times_elsewhere >= 0 and (approximate.amount_times_elsewhere - approximate.near_elsewhere * approximate.ordered_quantity) * 2 >= approximate.ordered_quantity * approximate.minor_unit) or (approximate.amount_times_elsewhere < 0 and (approximate.amount_times_elsewhere - approximate.near_elsewhere * approximate.ordered_quantity) * 2 > approximate.ordered_quantity * approximate.minor_unit)
                then approximate.near_elsewhere + approximate.minor_unit
            when (approximate.amount_times_elsewhere < 0 and (approximate.amount_times_elsewhere - approximate.near_elsewhere * approximate.ordered_quantity) * 2 <= -approximate.ordered_quantity * approximate.minor_unit) or (approximate.amount_times_elsewhere >= 0 and (approximate.amount_times_elsewhere - approximate.near_elsewhere * approximate.ordered_quantity) * 2 < -approximate.ordered_quantity * approximate.minor_unit)
                then approximate.near_elsewhere - approximate.minor_unit
            else approximate.near_elsewhere
        end as elsewhere_at_quantity,
        case
            when (approximate.amount_times_closed >= 0 and (approximate.amount_times_closed - approximate.near_closed * approximate.ordered_quantity) * 2 >= approximate.ordered_quantity * approximate.minor_unit) or (approximate.amount_times_closed < 0 and (approximate.amount_times_closed - approximate.near_closed * approximate.ordered_quantity) * 2 > approximate.ordered_quantity * approximate.minor_unit)
                then approximate.near_closed + approximate.minor_unit
            when (approximate.amount_times_closed < 0 and (approximate.amount_times_closed - approximate.near_closed * approximate.ordered_quantity) * 2 <= -approximate.ordered_quantity * approximate.minor_unit) or (approximate.amount_times_closed >= 0 and (approximate.amount_times_closed - approximate.near_closed * approximate.ordered_quantity) * 2 < -approximate.ordered_quantity * approximate.minor_unit)
                then approximate.near_closed - approximate.minor_unit
            else approximate.near_closed
        end as closed_at_quantity
    from approximate
),

valued as (
    select
        exact_values.*,
        case
            when exact_values.invoice_line_count = 0 then cast(0 as decimal(38, 4))
            when exact_values.has_quantities and exact_values.invoiced_quantity = exact_values.ordered_quantity then exact_values.ordered_amount
            when exact_values.has_quantities then exact_values.amount_at_quantity
            when (exact_values.ordered_amount >= 0 and exact_values.invoiced_amount > exact_values.ordered_amount)
                or (exact_values.ordered_amount < 0 and exact_values.invoiced_amount < exact_values.ordered_amount)
                then exact_values.ordered_amount
            else exact_values.invoiced_amount
        end as value_at_order_terms,
        case
            when exact_values.has_quantities and exact_values.invoiced_quantity <> exact_values.ordered_quantity then exact_values.gross_at_quantity
            else exact_values.ordered_gross_amount
        end as gross_at_order_terms
    from exact_values
),

compared as (
    select
        valued.*,
        valued.has_quantities and valued.invoiced_quantity > valued.ordered_quantity as is_over_quantity,
        valued.value_at_order_terms - valued.invoiced_amount as terms_difference,
        valued.ordered_amount - valued.value_at_order_terms as rest_amount,
        case when valued.has_quantities then coalesce(valued.closed_at_quantity, 0) else valued.closed_amount end as closed_value
    from valued
),

divided as (
    select
        compared.*,
        case
            when not compared.is_elsewhere or compared.is_over_quantity then cast(0 as decimal(38, 4))
            when compared.elsewhere_quantity is null or abs(compared.elsewhere_at_quantity) >= abs(compared.rest_amount) then compared.rest_amount
            else compared.elsewhere_at_quantity
        end as elsewhere_amount
    from compared
),

-- Of what is left then, what the closed orders have of it, and what may still come.
closed_apart as (
    select
        divided.*,
        case
            when divided.closed_value <= 0 or divided.rest_amount - divided.elsewhere_amount <= 0 then cast(0 as decimal(38, 4))
            when divided.closed_value < divided.rest_amount - divided.elsewhere_amount then divided.closed_value
            else divided.rest_amount - divided.elsewhere_amount
        end as closed_remaining_amount
    from divided
),

named as (
    select
        closed_apart.*,
        closed_apart.rest_amount - closed_apart.elsewhere_amount - closed_apart.closed_remaining_amount as remaining_amount,
        case
            when closed_apart.invoice_line_count = 0 then 'none'
            when not closed_apart.has_quantities and closed_apart.kind = 'charges' then 'tax_or_freight'
            when not closed_apart.has_quantities then 'price'
            when abs(closed_apart.terms_difference) <= closed_apart.tolerance then 'rounding'
            when abs(closed_apart.gross_at_order_terms - closed_apart.invoiced_gross_amount) <= closed_apart.tolerance then 'discount'
            else 'price'
        end as terms_code,
        case
            when closed_apart.is_over_quantity then 'quantity'
            when closed_apart.is_closed_short then 'cancelled_or_credited'
            when closed_apart.invoice_line_count = 0 and closed_apart.elsewhere_amount = 0 then 'not_invoiced'
            else 'partly_invoiced'
        end as remaining_code
    from closed_apart
),

-- what was needed on the way only is left behind
kept as (
    select
        chain_id, kind, ordered_quantity, ordered_amount, is_closed_short, invoiced_amount, invoice_line_count, value_at_order_terms, is_over_quantity,
        terms_difference, elsewhere_amount, elsewhere_currency, closed_remaining_amount, remaining_amount, terms_code, remaining_code
    from named
)

select * from kept
