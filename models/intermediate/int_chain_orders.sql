-- What each chain was ordered for: the shares of its counting orders in the chain's order currency, added up. What an invoice bills again of what
-- was credited is no order. Lines of several
-- products or units (is_mixed, such as a kit that the order takes apart) have quantities that can't be added up. One row per chain with a counting order.
-- key: chain_id
with shares as (
    select
        shares.line_id, shares.chain_id, shares.document_id, shares.evidence,
        shares.quantity - coalesce(rebills.quantity, 0) as quantity,
        shares.gross_amount - coalesce(rebills.gross_amount, 0) as gross_amount,
        shares.amount - coalesce(rebills.amount, 0) as amount,
        lines.currency, lines.product_id, lines.product_code, lines.unit, lines.unit_group, lines.unit_base_quantity, lines.is_closed, lines.minor_digits
    from intermediate.int_order_line_shares as shares
    inner join intermediate.int_document_lines as lines
        on shares.line_id = lines.line_id
    inner join intermediate.int_chain_currencies as chain_currencies
        on shares.chain_id = chain_currencies.chain_id
        and lines.currency = chain_currencies.order_currency
    left join intermediate.int_chain_rebills as rebills
        on shares.chain_id = rebills.chain_id
        and shares.line_id = rebills.line_id
    where shares.class = 'counts' and not coalesce(rebills.is_whole, false)
),

states as (
    select * from intermediate.int_order_states
),

dated as (
    select
        shares.*, states.order_date, states.base_currency, states.number as order_number, states.created_at as ordered_at,
        shares.is_closed or states.is_closed as is_closed_short,
        row_number() over (partition by shares.chain_id order by states.order_date, shares.document_id, shares.line_id) as position
    from shares
    inner join states
        on shares.document_id = states.order_id
),

added_up as (
    select
        dated.chain_id as chain_id,
        min(dated.currency) as order_currency,
        min(dated.minor_digits) as order_minor_digits,
        min(case when dated.position = 1 then dated.document_id end) as order_id,
        min(case when dated.position = 1 then dated.order_number end) as order_number,
        min(case when dated.position = 1 then dated.order_date end) as order_date,
        min(dated.ordered_at) as ordered_at,
        min(case when dated.position = 1 then dated.base_currency end) as order_base_currency,
        min(case when dated.position = 1 then dated.product_code end) as order_product_code,
        min(case when dated.position = 1 then dated.unit end) as order_unit,
        min(case when dated.position = 1 then dated.unit_group end) as unit_group,
        min(case when dated.position = 1 then dated.unit_base_quantity end) as order_unit_base_quantity,
        min(case when dated.position = 1 then dated.evidence end) as evidence,
        case when sum(case when dated.quantity is null then 1 else 0 end) = 0 then cast(sum(dated.quantity) as decimal(18, 6)) end
            as ordered_quantity,
        cast(sum(dated.gross_amount) as decimal(38, 4)) as ordered_gross_amount,
        cast(sum(dated.amount) as decimal(38, 4)) as ordered_amount,
        count(*) as order_line_count,
        count(distinct coalesce(dated.product_code, dated.product_id, '')) > 1 or count(distinct lower(coalesce(dated.unit, ''))) > 1 as is_mixed,
        min(case when dated.is_closed_short then 1 else 0 end) = 1 as is_closed_short
    from dated
    group by dated.chain_id
)

select * from added_up
