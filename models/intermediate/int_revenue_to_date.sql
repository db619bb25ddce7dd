-- What of each term of an invoice line is to be recognised up to each period's end, by months (equal parts) and by days, each in the share that has passed,
-- rounded by half; of a milestone all of it from its day on. A term that began before the calendar has a row '(before)'. One row per term, period and
-- method.
-- key: term_id, period_id, method
with terms as (
    select * from intermediate.int_recognition_terms
),

periods as (
    select
        period_id, start_date, end_date, cast(end_date + interval '1' day as date) as next_date
    from marts.periods
    union all
    select
        '(before)' as period_id, date '0001-01-01' as start_date, cast(min(start_date) - interval '1' day as date) as end_date,
        min(start_date) as next_date
    from marts.periods
),

revenue_ends as (
    select entries.invoice_line_id, max(periods.start_date) as last_start_date, min(periods.start_date) as first_start_date
    from canonical.revenue_entries as entries
    inner join periods
        on entries.period_id = periods.period_id
    where not entries.is_deleted and entries.invoice_line_id is not null
    group by entries.invoice_line_id
),

spread as (
    select
        terms.term_id, terms.method as told_method, terms.amount, terms.minor_digits, terms.start_date, terms.end_date, periods.period_id,
        periods.end_date as period_end_date,
        date_diff('day', terms.start_date, terms.end_date) + 1 as day_count,
        date_diff('day', terms.start_date, periods.next_date) as days_passed,
        extract(year from terms.end_date) * 12 + extract(month from terms.end_date) - extract(year from terms.start_date) * 12
        - extract(month from terms.start_date) + 1 as month_count,
        extract(year from periods.next_date) * 12 + extract(month from periods.next_date) - extract(year from terms.start_date) * 12
        - extract(month from terms.start_date) as months_passed
    from terms
    left join revenue_ends
        on terms.invoice_line_id = revenue_ends.invoice_line_id
    inner join periods
        on (periods.end_date >= terms.start_date or periods.start_date >= revenue_ends.first_start_date)
        and (
            periods.start_date <= terms.end_date or periods.start_date <= terms.invoice_date or periods.start_date <= revenue_ends.last_start_date
        )
),

parts as (
    select
        term_id, period_id, 'by_month' as method, amount, minor_digits, month_count as part_count,
        case when months_passed < 0 then 0 when months_passed > month_count then month_count else months_passed end as parts_passed
    from spread
    where coalesce(told_method, 'by_month') = 'by_month'
    union all
    select
        term_id, period_id, 'by_day' as method, amount, minor_digits, day_count as part_count,
        case when days_passed < 0 then 0 when days_passed > day_count then day_count else days_passed end as parts_passed
    from spread
    where coalesce(told_method, 'by_day') = 'by_day'
    union all
    select
        term_id, period_id, 'milestone' as method, amount, minor_digits, 1 as part_count,
        case when end_date <= period_end_date then 1 else 0 end as parts_passed
    from spread
    where told_method = 'milestone'
),

multiplied as (
    select
        parts.*,
        case parts.minor_digits when 0 then cast(1 as decimal(5, 4)) when 2 then cast(0.01 as decimal(5, 4)) when 3 then cast(0.001 as decimal(5, 4)) else cast(0.0001 as decimal(5, 4)) end as minor_unit,
        parts.amount * cast(parts.parts_passed as decimal(18, 0)) as amount_times_parts,
        parts.amount * cast(cast(parts.parts_passed as double) / cast(nullif(parts.part_count, 0) as double) as decimal(38, 15)) as near_exact
    from parts
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

offsets as (
    select
        approximate.*,
        (approximate.amount_times_parts - approximate.near_amount * cast(approximate.part_count as decimal(18, 0))) * 2 as twice_off,
        approximate.minor_unit * cast(approximate.part_count as decimal(18, 0)) as parts_unit
    from approximate
),

summed as (
    select
        offsets.term_id as term_id,
        offsets.period_id as period_id,
        offsets.method as method,
        cast(offsets.near_amount + offsets.minor_unit * case
            when (offsets.amount >= 0 and offsets.twice_off >= offsets.parts_unit) or offsets.twice_off > offsets.parts_unit then 1
            when (offsets.amount < 0 and offsets.twice_off <= -offsets.parts_unit) or offsets.twice_off < -offsets.parts_unit then -1
            else 0
        end as decimal(38, 4)) as amount_to_date
    from offsets
)

select * from summed
