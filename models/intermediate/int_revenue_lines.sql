-- Which lines of invoices and credit notes each revenue entry is of: a discount's own posting of the line that it reduces, or of its document's
-- lines as the whole discount was shared over them: what was posted of it to date, less what was before. A posting in another currency than its line
-- is of none. One row per revenue entry and line.
-- key: revenue_entry_id, line_id
with periods as (
    select * from staging.stg_tieout__periods
),

entries as (
    select
        revenue.revenue_entry_id as revenue_entry_id,
        coalesce(revenue.credit_note_line_id, revenue.invoice_line_id) as line_id,
        revenue.currency as currency,
        revenue.amount as amount,
        periods.start_date as period_start_date
    from intermediate.int_revenue as revenue
    left join periods
        on revenue.period_id = periods.period_id
    where revenue.invoice_line_id is not null or revenue.credit_note_line_id is not null
),

lines as (
    select line_id, document_id, kind, whole_discount_amount, currency, minor_digits from intermediate.int_document_lines
    where document <> 'order'
),

document_discounts as (
    select invoice_line_id as line_id, invoice_id as document_id, applies_to_line_id
    from canonical.invoice_lines
    where kind = 'discount' and not is_deleted
    union all
    select credit_note_line_id as line_id, credit_note_id as document_id, applies_to_line_id
    from canonical.credit_note_lines
    where kind = 'discount' and not is_deleted
),

discounts as (
    select document_discounts.line_id, document_discounts.document_id, lines.line_id as applies_to_line_id
    from document_discounts
    left join lines
        on document_discounts.applies_to_line_id = lines.line_id
        and document_discounts.document_id = lines.document_id
),

resolved as (
    select
        entries.revenue_entry_id as revenue_entry_id,
        entries.currency as currency,
        entries.amount as amount,
        entries.period_start_date as period_start_date,
        coalesce(discounts.applies_to_line_id, entries.line_id) as line_id,
        case when discounts.applies_to_line_id is null then discounts.document_id end as whole_document_id
    from entries
    left join discounts
        on entries.line_id = discounts.line_id
),

whole_entries as (
    select
        resolved.*,
        sum(resolved.amount) over (
            partition by resolved.whole_document_id, resolved.currency
            order by resolved.period_start_date nulls last, resolved.revenue_entry_id
        ) as amount_to_date
    from resolved
    where resolved.whole_document_id is not null
),

counted as (
    select
        whole_entries.revenue_entry_id as revenue_entry_id,
        whole_entries.period_start_date as period_start_date,
        whole_entries.amount_to_date as amount_to_date,
        lines.line_id as line_id,
        lines.minor_digits as minor_digits,
        abs(lines.whole_discount_amount) as weight,
        sum(abs(lines.whole_discount_amount)) over (partition by whole_entries.revenue_entry_id) as weight_sum,
        count(*) over (partition by whole_entries.revenue_entry_id) as line_count,
        row_number() over (
            partition by whole_entries.revenue_entry_id order by abs(lines.whole_discount_amount) desc, lines.line_id
        ) as size_rank
    from whole_entries
    inner join lines
        on whole_entries.whole_document_id = lines.document_id
        and whole_entries.currency = lines.currency
    where lines.kind = 'item' or lines.whole_discount_amount <> 0
),

weighted as (
    select
        counted.*,
        case counted.minor_digits when 0 then cast(1 as decimal(5, 4)) when 2 then cast(0.01 as decimal(5, 4)) when 3 then cast(0.001 as decimal(5, 4)) else cast(0.0001 as decimal(5, 4)) end as minor_unit,
        case when counted.weight_sum = 0 then cast(1 as decimal(38, 4)) else counted.weight end as share_weight,
        case when counted.weight_sum = 0 then cast(counted.line_count as decimal(38, 4)) else counted.weight_sum end as total_weight
    from counted
),

multiplied as (
    select
        weighted.*,
        weighted.amount_to_date * cast(cast(weighted.share_weight as double) / cast(nullif(weighted.total_weight, 0) as double) as decimal(38, 15))
            as near_exact,
        weighted.amount_to_date * weighted.share_weight as amount_times_weight
    from weighted
),

approximate as (
    select
        multiplied.*,
        case multiplied.minor_digits
            when 0 then cast(round(multiplied.near_exact, 0) as decimal(38, 4))
            when 2 then cast(round(multiplied.near_exact, 2) as decimal(38, 4))
            when 3 then cast(round(multiplied.near_exact, 3) as decimal(38, 4))
            else cast(round(multiplied.near_exact, 4) as decimal(38, 4))
        end as near_amount
    from multiplied
),

exact_shares as (
    select
        approximate.*,
        case
            when (approximate.amount_times_weight >= 0 and (approximate.amount_times_weight - approximate.near_amount * approximate.total_weight) * 2 >= approximate.total_weight * approximate.minor_unit) or (approximate.amount_times_weight < 0 and (approximate.amount_times_weight - approximate.near_amount * approximate.total_weight) * 2 > approximate.total_weight * approximate.minor_unit)
                then approximate.near_amount + approximate.minor_unit
            when (approximate.amount_times_weight < 0 and (approximate.amount_times_weight - approximate.near_amount * approximate.total_weight) * 2 <= -approximate.total_weight * approximate.minor_unit) or (approximate.amount_times_weight >= 0 and (approximate.amount_times_weight - approximate.near_amount * approximate.total_weight) * 2 < -approximate.total_weight * approximate.minor_unit)
                then approximate.near_amount - approximate.minor_unit
            else approximate.near_amount
        end as amount_share
    from approximate
),

completed as (
    select
        exact_shares.*,
        exact_shares.amount_share
        + case when exact_shares.size_rank = 1
            then exact_shares.amount_to_date - sum(exact_shares.amount_share) over (partition by exact_shares.revenue_entry_id)
            else 0 end as share_to_date
    from exact_shares
),

found as (
    select resolved.revenue_entry_id, resolved.line_id, resolved.amount, resolved.period_start_date
    from resolved
    inner join lines
        on resolved.line_id = lines.line_id
        and resolved.currency = lines.currency
    where resolved.whole_document_id is null
    union all
    select
        completed.revenue_entry_id, completed.line_id,
        cast(completed.share_to_date - coalesce(lag(completed.share_to_date) over (
            partition by completed.line_id order by completed.period_start_date nulls last, completed.revenue_entry_id
        ), 0) as decimal(38, 4)) as amount,
        completed.period_start_date
    from completed
)

select * from found
