-- What ERPNext recognised of deferred invoice lines: entries of Process Deferred Accounting, or the journals that it makes instead. They name
-- the invoice line (voucher_detail_no); one that does not is of the only deferred line of its voucher and account. They are posted in the
-- company's currency: where the invoice is in another, the line's amount is shared out along what was posted: the rounded share of the
-- cumulative base amount, less what came before. One row per entry.
-- key: entry_id
with entries as (
    select * from staging.base_erpnext__income_entries
    where is_recognition and not is_deleted
),

lines as (
    select * from staging.base_erpnext__document_lines
    where document = 'invoice' and is_deferred
),

invoices as (
    select * from staging.base_erpnext__sales_invoices
),

currencies as (
    select * from staging.stg_tieout__currencies
),

only_lines as (
    select document_id, income_account, min(line_id) as line_id
    from lines
    where not is_deleted
    group by document_id, income_account
    having count(*) = 1
),

named as (
    select
        entries.*,
        coalesce(lines.line_id, only_lines.line_id) as recognised_line_id
    from entries
    left join lines
        on entries.line_id = lines.line_id
    left join only_lines
        on entries.voucher_id = only_lines.document_id
        and entries.account = only_lines.income_account
),

cumulated as (
    select
        named.entry_id as entry_id,
        named.base_amount as base_amount,
        named.base_currency as base_currency,
        lines.line_id as invoice_line_id,
        invoices.source_id as invoice_number,
        invoices.customer_id as customer_id,
        invoices.currency as currency,
        lines.amount as invoiced_amount,
        lines.base_amount as planned_amount,
        coalesce(currencies.minor_digits, 2) as minor_digits,
        sum(named.base_amount) over (
            partition by lines.line_id order by named.posting_date, named.created_at, named.entry_id
            rows between unbounded preceding and current row
        ) as base_to_date
    from named
    left join lines
        on named.recognised_line_id = lines.line_id
    left join invoices
        on coalesce(lines.document_id, named.voucher_id) = invoices.document_id
    left join currencies
        on invoices.currency = currencies.currency
),

ratios as (
    select
        cumulated.*,
        case cumulated.minor_digits when 0 then cast(1 as decimal(5, 4)) when 3 then cast(0.001 as decimal(5, 4)) when 4 then cast(0.0001 as decimal(5, 4)) else cast(0.01 as decimal(5, 4)) end as minor_unit,
        case when cumulated.planned_amount < 0 then -1 else 1 end as plan_sign,
        cast(cast(cumulated.base_to_date as double) / nullif(cast(cumulated.planned_amount as double), 0) as decimal(38, 15)) as ratio_to_date,
        cast(cast(cumulated.base_to_date - cumulated.base_amount as double) / nullif(cast(cumulated.planned_amount as double), 0) as decimal(38, 15))
            as ratio_before
    from cumulated
),

approximate as (
    select
        ratios.*,
        cast(case ratios.minor_digits when 0 then cast(round(ratios.invoiced_amount * ratios.ratio_to_date, 0) as decimal(38, 4)) when 3 then cast(round(ratios.invoiced_amount * ratios.ratio_to_date, 3) as decimal(38, 4)) when 4 then cast(round(ratios.invoiced_amount * ratios.ratio_to_date, 4) as decimal(38, 4)) else cast(round(ratios.invoiced_amount * ratios.ratio_to_date, 2) as decimal(38, 4)) end as decimal(38, 4)) as near_to_date,
        cast(case ratios.minor_digits when 0 then cast(round(ratios.invoiced_amount * ratios.ratio_before, 0) as decimal(38, 4)) when 3 then cast(round(ratios.invoiced_amount * ratios.ratio_before, 3) as decimal(38, 4)) when 4 then cast(round(ratios.invoiced_amount * ratios.ratio_before, 4) as decimal(38, 4)) else cast(round(ratios.invoiced_amount * ratios.ratio_before, 2) as decimal(38, 4)) end as decimal(38, 4)) as near_before,
        ratios.invoiced_amount * ratios.base_to_date * ratios.plan_sign as to_date_times_plan,
        ratios.invoiced_amount * (ratios.base_to_date - ratios.base_amount) * ratios.plan_sign as before_times_plan,
        abs(ratios.planned_amount) as plan
    from ratios
),

offsets as (
    select
        approximate.*,
        (approximate.to_date_times_plan - approximate.near_to_date * approximate.plan) * 2 as twice_off_to_date,
        (approximate.before_times_plan - approximate.near_before * approximate.plan) * 2 as twice_off_before,
        approximate.plan * approximate.minor_unit as plan_unit
    from approximate
),

exact_amounts as (
    select
        offsets.*,
        offsets.near_to_date + offsets.minor_unit * case
            when (offsets.to_date_times_plan >= 0 and offsets.twice_off_to_date >= offsets.plan_unit) or offsets.twice_off_to_date > offsets.plan_unit then 1
            when (offsets.to_date_times_plan < 0 and offsets.twice_off_to_date <= -offsets.plan_unit) or offsets.twice_off_to_date < -offsets.plan_unit then -1
            else 0
        end as recognised_to_date,
        offsets.near_before + offsets.minor_unit * case
            when (offsets.before_times_plan >= 0 and offsets.twice_off_before >= offsets.plan_unit) or offsets.twice_off_before > offsets.plan_unit then 1
            when (offsets.before_times_plan < 0 and offsets.twice_off_before <= -offsets.plan_unit) or offsets.twice_off_before < -offsets.plan_unit then -1
            else 0
        end as recognised_before
    from offsets
),

recognised as (
    select
        exact_amounts.entry_id as entry_id,
        exact_amounts.invoice_line_id as invoice_line_id,
        exact_amounts.invoice_number as invoice_number,
        exact_amounts.customer_id as customer_id,
        case
            when exact_amounts.currency is null or exact_amounts.currency = exact_amounts.base_currency or exact_amounts.invoice_line_id is null then exact_amounts.base_currency
            else exact_amounts.currency
        end as currency,
        cast(case
            when exact_amounts.currency is null or exact_amounts.currency = exact_amounts.base_currency or exact_amounts.invoice_line_id is null then exact_amounts.base_amount
            else exact_amounts.recognised_to_date - exact_amounts.recognised_before
        end as decimal(38, 4)) as amount
    from exact_amounts
)

select * from recognised
