-- The revenue of invoice lines with a term as its rule computes it, period by period, beside what the ERP posted: a memo, never the figure. Nothing is due
-- before its invoice is there, unless the ERP posts before it too: a line invoiced after its period was recognised catches up in the next. Where nobody tells whether months or days count,
-- the one nearer to what was posted does; so with months and the company's own periods, where these are weeks. What was due and posted before the calendar counts to date. One row per invoice line and period.
-- key: invoice_line_id, period_id
with terms as (
    select * from intermediate.int_recognition_terms
),

line_terms as (
    select
        invoice_line_id, min(invoice_date) as invoice_date, min(created_at) as created_at, min(source) as source, min(legal_entity_id) as legal_entity_id,
        min(currency) as currency, min(minor_digits) as minor_digits, min(exchange_rate) as exchange_rate, min(told_by) as told_by,
        case when min(coalesce(method, '')) = max(coalesce(method, '')) then min(method) else 'mixed' end as told_method
    from terms
    group by invoice_line_id
),

calendar as (
    select min(start_date) as first_date from staging.stg_tieout__periods
),

periods as (
    select period_id, start_date, end_date from staging.stg_tieout__periods
    union all
    select '(before)' as period_id, date '0001-01-01' as start_date, cast(first_date - interval '1' day as date) as end_date from calendar
),

runs as (
    select * from intermediate.int_recognition_runs
),

terms_by_period as (
    select distinct term_id from intermediate.int_revenue_to_date
    where method = 'by_period'
),

-- A term without a method has a row for each; one that has it counts under all.
to_date as (
    select
        terms.invoice_line_id, revenue.period_id,
        sum(case
            when revenue.method <> 'by_period' and (revenue.method <> 'by_day' or terms.method is not null) then revenue.amount_to_date else 0
        end) as by_month_so_far,
        sum(case
            when revenue.method = 'by_period' or (revenue.method = 'by_month' and terms_by_period.term_id is null) then revenue.amount_to_date
            when revenue.method in ('by_day', 'milestone') and terms.method is not null then revenue.amount_to_date
            else 0
        end) as by_period_so_far,
        sum(case
            when revenue.method <> 'by_period' and (revenue.method <> 'by_month' or terms.method is not null) then revenue.amount_to_date else 0
        end) as by_day_so_far
    from intermediate.int_revenue_to_date as revenue
    inner join terms
        on revenue.term_id = terms.term_id
    left join terms_by_period
        on revenue.term_id = terms_by_period.term_id
    group by terms.invoice_line_id, revenue.period_id
),

entries as (
    select
        entries.invoice_line_id, entries.currency, entries.amount,
        coalesce(entries.period_id, case when entries.posting_date < calendar.first_date then '(before)' end) as period_id
    from canonical.revenue_entries as entries
    cross join calendar
    where not entries.is_deleted
),

posted as (
    select entries.invoice_line_id, entries.period_id, sum(entries.amount) as recognised_amount
    from entries
    inner join line_terms
        on entries.invoice_line_id = line_terms.invoice_line_id
        and entries.currency = line_terms.currency
    group by entries.invoice_line_id, entries.period_id
),

joined as (
    select
        to_date.invoice_line_id, to_date.period_id, periods.start_date, line_terms.told_by, line_terms.told_method,
        runs.period_id is not null and line_terms.told_by = 'ERP' as is_compared,
        coalesce(line_terms.created_at <= runs.ran_at, line_terms.invoice_date <= periods.end_date) as is_due,
        to_date.by_month_so_far, to_date.by_period_so_far, to_date.by_day_so_far,
        coalesce(posted.recognised_amount, 0) as recognised_amount,
        sum(coalesce(posted.recognised_amount, 0)) over (
            partition by to_date.invoice_line_id order by periods.start_date rows between unbounded preceding and current row
        ) as recognised_so_far,
        -- Each side rounds by half; an ERP that posts in another currency rounds in that one, twice at most.
        case line_terms.minor_digits when 0 then cast(1 as decimal(38, 4)) when 2 then cast(0.01 as decimal(38, 4)) when 3 then cast(0.001 as decimal(38, 4)) else cast(0.0001 as decimal(38, 4)) end as minor_unit,
        case when coalesce(line_terms.exchange_rate, 1) in (0, 1) then cast(0 as decimal(38, 4)) else cast(cast(0.02 as double) / cast(line_terms.exchange_rate as double) as decimal(38, 4)) end
            as conversion_tolerance
    from to_date
    inner join line_terms
        on to_date.invoice_line_id = line_terms.invoice_line_id
    inner join periods
        on to_date.period_id = periods.period_id
    left join runs
        on line_terms.source = runs.source
        and line_terms.legal_entity_id = runs.legal_entity_id
        and to_date.period_id = runs.period_id
    left join posted
        on to_date.invoice_line_id = posted.invoice_line_id
        and to_date.period_id = posted.period_id
),

due as (
    select
        joined.*,
        case when joined.is_due or joined.recognised_so_far <> 0 then joined.by_month_so_far else 0 end as due_by_month,
        case when joined.is_due or joined.recognised_so_far <> 0 then joined.by_period_so_far else 0 end as due_by_period,
        case when joined.is_due or joined.recognised_so_far <> 0 then joined.by_day_so_far else 0 end as due_by_day
    from joined
),

fits as (
    select
        invoice_line_id,
        max(abs(due_by_month - recognised_so_far)) as month_distance,
        max(abs(due_by_period - recognised_so_far)) as period_distance,
        max(abs(due_by_day - recognised_so_far)) as day_distance
    from due
    where is_compared
    group by invoice_line_id
),

-- In equal parts of months, or of the company's own periods.
in_equal_parts as (
    select
        due.*, fits.day_distance,
        case when fits.period_distance < fits.month_distance then fits.period_distance else fits.month_distance end as part_distance,
        case when fits.period_distance < fits.month_distance then due.due_by_period else due.due_by_month end as due_by_part
    from due
    left join fits
        on due.invoice_line_id = fits.invoice_line_id
),

chosen as (
    select
        in_equal_parts.*,
        case
            when in_equal_parts.told_method is not null then in_equal_parts.told_method
            when in_equal_parts.day_distance < in_equal_parts.part_distance then 'by_day'
            else 'by_month'
        end as method,
        case
            when in_equal_parts.told_method is null and in_equal_parts.day_distance < in_equal_parts.part_distance then in_equal_parts.due_by_day
            else in_equal_parts.due_by_part
        end as computed_so_far
    from in_equal_parts
),

computed as (
    select
        chosen.invoice_line_id as invoice_line_id,
        chosen.period_id as period_id,
        chosen.told_by as told_by,
        chosen.method as method,
        cast(
            chosen.computed_so_far
            - coalesce(lag(chosen.computed_so_far) over (partition by chosen.invoice_line_id order by chosen.start_date), 0) as decimal(38, 4)
        ) as computed_amount,
        cast(chosen.recognised_amount as decimal(38, 4)) as recognised_amount,
        cast(chosen.computed_so_far as decimal(38, 4)) as computed_to_date_amount,
        cast(chosen.recognised_so_far as decimal(38, 4)) as recognised_to_date_amount,
        cast(chosen.minor_unit + chosen.conversion_tolerance as decimal(38, 4)) as tolerance_amount,
        case
            when chosen.told_by = 'deal' then 'memo'
            when not chosen.is_compared then 'not recognised yet'
            when abs(chosen.computed_so_far - chosen.recognised_so_far) <= chosen.minor_unit + chosen.conversion_tolerance then 'agrees'
            else 'differs'
        end as state
    from chosen
),

listed as (
    select * from computed
    where period_id <> '(before)'
)

select * from listed
