-- What of each term of an invoice line is to be recognised up to each period's end, by months (equal parts) and by days, each in the share that has passed,
-- rounded by half; of a milestone all of it from its day on. Where the company's periods are no calendar months, also in equal parts of the periods that the
-- term is in (by_period), if all of them are in the calendar. A term that began before the calendar has a row '(before)'. One row per term, period and
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

week_calendars as (
    select count(*) as period_count from staging.stg_tieout__periods where not is_calendar_month
),

numbered as (
    select
        terms.term_id, term_periods.period_id, term_periods.start_date, term_periods.end_date,
        row_number() over (partition by terms.term_id order by term_periods.start_date) as period_number
    from terms
    inner join staging.stg_tieout__periods as term_periods
        on terms.start_date <= term_periods.end_date
        and terms.end_date >= term_periods.start_date
    inner join week_calendars
        on week_calendars.period_count > 0
    where coalesce(terms.method, 'by_month') = 'by_month'
),

whole as (
    select numbered.term_id, count(*) as period_count, max(numbered.end_date) as last_date
    from numbered
    inner join terms
        on numbered.term_id = terms.term_id
    group by numbered.term_id, terms.start_date, terms.end_date
    having min(numbered.start_date) <= terms.start_date and max(numbered.end_date) >= terms.end_date
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
        spread.term_id, spread.period_id, 'by_period' as method, spread.amount, spread.minor_digits, whole.period_count as part_count,
        case
            when numbered.period_number is not null then numbered.period_number
            when spread.period_end_date > whole.last_date then whole.period_count
            else 0
        end as parts_passed
    from spread
    inner join whole
        on spread.term_id = whole.term_id
    left join numbered
        on spread.term_id = numbered.term_id
        and spread.period_id = numbered.period_id
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
