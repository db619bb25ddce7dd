-- What each revenue recognition journal line recognises: the invoice line, and the amount in the invoice's currency. NetSuite posts such
-- journals in the subsidiary's base currency (Oracle's help, "Revenue Recognition Journal Entries"); where the invoice is in another, its
-- line's amount is shared out along the plan: the rounded share of the cumulative base amount, less what came before.
-- One row per journal line with a revenue element.
-- key: line_id
with income_lines as (
    select * from staging.base_netsuite__income_lines
    where revenue_element is not null and document = 'other' and is_posted and not is_deleted
),

elements as (
    select _connection, revenue_element, line_id as invoice_line_id, currency, invoiced_amount
    from staging.base_netsuite__recognised_lines
),

plans as (
    select
        _connection, createdfrom as revenue_element,
        sum(coalesce(cast(try_cast(amount as decimal(18, 4)) as decimal(38, 4)), try_cast(amount as decimal(38, 4)))) as planned_base_amount
    from staging.base_netsuite__revenue_plans
    where revenueplantype = 'ACTUAL' and not _deleted
    group by _connection, createdfrom
),

journal_lines as (
    select
        income_lines.line_id as line_id,
        income_lines._connection as _connection,
        income_lines.revenue_element as revenue_element,
        income_lines.currency as journal_currency,
        income_lines.base_amount as base_amount,
        sum(income_lines.base_amount) over (
            partition by income_lines._connection, income_lines.revenue_element
            order by income_lines.period_id, income_lines.posting_date, income_lines.line_id
            rows between unbounded preceding and current row
        ) as cumulative_base_amount
    from income_lines
),

shared as (
    select
        journal_lines.*,
        elements.invoice_line_id as invoice_line_id,
        elements.currency as currency,
        elements.invoiced_amount as invoiced_amount,
        abs(plans.planned_base_amount) as planned_amount,
        coalesce(currencies.minor_digits, 2) as minor_digits,
        case coalesce(currencies.minor_digits, 2) when 0 then cast(1 as decimal(5, 4)) when 2 then cast(0.01 as decimal(5, 4)) when 3 then cast(0.001 as decimal(5, 4)) else cast(0.0001 as decimal(5, 4)) end as minor_unit,
        elements.invoiced_amount * journal_lines.cumulative_base_amount * case when plans.planned_base_amount < 0 then -1 else 1 end as to_date_times_plan,
        elements.invoiced_amount * (journal_lines.cumulative_base_amount - journal_lines.base_amount)
            * case when plans.planned_base_amount < 0 then -1 else 1 end as before_times_plan,
        cast(cast(journal_lines.cumulative_base_amount as double) / cast(nullif(plans.planned_base_amount, 0) as double) as decimal(38, 15))
            as ratio_to_date,
        cast(
            cast(journal_lines.cumulative_base_amount - journal_lines.base_amount as double) / cast(nullif(plans.planned_base_amount, 0) as double)
            as decimal(38, 15)
        ) as ratio_before
    from journal_lines
    left join elements
        on journal_lines._connection = elements._connection
        and journal_lines.revenue_element = elements.revenue_element
    left join plans
        on journal_lines._connection = plans._connection
        and journal_lines.revenue_element = plans.revenue_element
    left join staging.stg_tieout__currencies as currencies
        on elements.currency = currencies.currency
),

approximate as (
    select
        shared.*,
        case shared.minor_digits
            when 0 then cast(round(shared.invoiced_amount * shared.ratio_to_date, 0) as decimal(38, 4))
            when 2 then cast(round(shared.invoiced_amount * shared.ratio_to_date, 2) as decimal(38, 4))
            when 3 then cast(round(shared.invoiced_amount * shared.ratio_to_date, 3) as decimal(38, 4))
            else cast(round(shared.invoiced_amount * shared.ratio_to_date, 4) as decimal(38, 4))
        end as near_to_date,
        case shared.minor_digits
            when 0 then cast(round(shared.invoiced_amount * shared.ratio_before, 0) as decimal(38, 4))
            when 2 then cast(round(shared.invoiced_amount * shared.ratio_before, 2) as decimal(38, 4))
            when 3 then cast(round(shared.invoiced_amount * shared.ratio_before, 3) as decimal(38, 4))
            else cast(round(shared.invoiced_amount * shared.ratio_before, 4) as decimal(38, 4))
        end as near_before
    from shared
),

exact_amounts as (
    select
        approximate.*,
        case
            when (approximate.to_date_times_plan >= 0 and (approximate.to_date_times_plan - approximate.near_to_date * approximate.planned_amount) * 2 >= approximate.planned_amount * approximate.minor_unit) or (approximate.to_date_times_plan < 0 and (approximate.to_date_times_plan - approximate.near_to_date * approximate.planned_amount) * 2 > approximate.planned_amount * approximate.minor_unit)
                then approximate.near_to_date + approximate.minor_unit
            when (approximate.to_date_times_plan < 0 and (approximate.to_date_times_plan - approximate.near_to_date * approximate.planned_amount) * 2 <= -approximate.planned_amount * approximate.minor_unit) or (approximate.to_date_times_plan >= 0 and (approximate.to_date_times_plan - approximate.near_to_date * approximate.planned_amount) * 2 < -approximate.planned_amount * approximate.minor_unit)
                then approximate.near_to_date - approximate.minor_unit
            else approximate.near_to_date
        end as recognised_to_date,
        case
            when (approximate.before_times_plan >= 0 and (approximate.before_times_plan - approximate.near_before * approximate.planned_amount) * 2 >= approximate.planned_amount * approximate.minor_unit) or (approximate.before_times_plan < 0 and (approximate.before_times_plan - approximate.near_before * approximate.planned_amount) * 2 > approximate.planned_amount * approximate.minor_unit)
                then approximate.near_before + approximate.minor_unit
            when (approximate.before_times_plan < 0 and (approximate.before_times_plan - approximate.near_before * approximate.planned_amount) * 2 <= -approximate.planned_amount * approximate.minor_unit) or (approximate.before_times_plan >= 0 and (approximate.before_times_plan - approximate.near_before * approximate.planned_amount) * 2 < -approximate.planned_amount * approximate.minor_unit)
                then approximate.near_before - approximate.minor_unit
            else approximate.near_before
        end as recognised_before
    from approximate
),

recognised as (
    select
        exact_amounts.line_id as line_id,
        exact_amounts.invoice_line_id as invoice_line_id,
        coalesce(exact_amounts.currency, exact_amounts.journal_currency) as currency,
        case
            when exact_amounts.currency is null or exact_amounts.currency = exact_amounts.journal_currency or exact_amounts.ratio_to_date is null
                then exact_amounts.base_amount
            else cast(exact_amounts.recognised_to_date - exact_amounts.recognised_before as decimal(38, 4))
        end as amount
    from exact_amounts
)

select * from recognised
