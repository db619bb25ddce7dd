-- What ERPNext's invoices and returns posted to income accounts at once, line by line. ERPNext books one entry for all lines of an account:
-- it is their amounts. Where it is not (discounts on an account of their own), it is shared out over them, or over all item lines
-- of the document, in proportion; the largest takes what rounding leaves. Where the ledger is immutable, a cancellation is posted on its own day, and
-- both stay. One row per line, account and day.
-- key: revenue_entry_id
with entries as (
    select * from staging.base_erpnext__income_entries
    where voucher_type = 'Sales Invoice' and not is_recognition and not is_deleted
),

invoices as (
    select * from staging.base_erpnext__sales_invoices
),

currencies as (
    select * from staging.stg_tieout__currencies
),

earned_lines as (
    select * from staging.base_erpnext__earned_lines
),

posted as (
    select
        entries.voucher_id as document_id,
        entries.account as account,
        entries.posting_date as posting_date,
        max(entries.base_currency) as base_currency,
        min(entries.created_at) as created_at,
        sum(entries.base_amount) as base_amount,
        sum(entries.transaction_amount) as transaction_amount,
        max(entries.transaction_currency) as transaction_currency,
        row_number() over (partition by entries.voucher_id, entries.account order by entries.posting_date) as day_number
    from entries
    group by entries.voucher_id, entries.account, entries.posting_date
),

accounts as (
    select distinct document_id, account from posted
),

with_own_lines as (
    select distinct document_id, account from earned_lines
),

targets as (
    select accounts.document_id, accounts.account, earned_lines.line_id, earned_lines.amount, earned_lines.base_amount
    from accounts
    inner join earned_lines
        on accounts.document_id = earned_lines.document_id
        and accounts.account = earned_lines.account
    union all
    select accounts.document_id, accounts.account, earned_lines.line_id, earned_lines.amount, earned_lines.base_amount
    from accounts
    inner join earned_lines
        on accounts.document_id = earned_lines.document_id
    left join with_own_lines
        on accounts.document_id = with_own_lines.document_id
        and accounts.account = with_own_lines.account
    where with_own_lines.account is null and not earned_lines.is_charge
),

weighed as (
    select
        targets.*,
        sum(targets.amount) over (partition by targets.document_id, targets.account) as lines_amount,
        sum(targets.base_amount) over (partition by targets.document_id, targets.account) as lines_base_amount,
        sum(abs(targets.amount)) over (partition by targets.document_id, targets.account) as total_weight,
        count(*) over (partition by targets.document_id, targets.account) as line_count,
        row_number() over (
            partition by targets.document_id, targets.account order by abs(targets.amount) desc, targets.line_id
        ) as size_rank
    from targets
),

joined as (
    select
        posted.document_id, posted.account, posted.base_currency, posted.posting_date, posted.day_number, posted.created_at,
        posted.base_amount as posted_base,
        case
            when posted.transaction_currency = invoices.currency then posted.transaction_amount
            when posted.base_currency = invoices.currency then posted.base_amount
            when posted.base_amount = weighed.lines_base_amount then weighed.lines_amount
            when posted.base_amount = -weighed.lines_base_amount then -weighed.lines_amount
        end as told_amount,
        coalesce(
            cast(cast(weighed.lines_amount as double) / cast(nullif(weighed.lines_base_amount, 0) as double) as decimal(38, 15)),
            cast(cast(1 as double) / cast(nullif(invoices.exchange_rate, 0) as double) as decimal(38, 15))
        ) as own_ratio,
        invoices.currency as currency,
        coalesce(currencies.minor_digits, 2) as minor_digits,
        coalesce(base_currencies.minor_digits, 2) as base_minor_digits,
        weighed.line_id, weighed.amount, weighed.base_amount, weighed.lines_amount, weighed.lines_base_amount, weighed.size_rank,
        case
            when weighed.total_weight = 0 then cast(cast(1 as double) / cast(weighed.line_count as double) as decimal(38, 15))
            else cast(cast(abs(weighed.amount) as double) / cast(weighed.total_weight as double) as decimal(38, 15))
        end as share
    from posted
    inner join invoices
        on posted.document_id = invoices.document_id
    left join weighed
        on posted.document_id = weighed.document_id
        and posted.account = weighed.account
    left join currencies
        on invoices.currency = currencies.currency
    left join currencies as base_currencies
        on posted.base_currency = base_currencies.currency
),

-- An entry that does not tell the transaction's currency is in it as its lines are to theirs in the company's.
told as (
    select
        joined.*,
        coalesce(
            joined.told_amount,
            case joined.minor_digits
                when 0 then cast(round(joined.posted_base * joined.own_ratio, 0) as decimal(38, 4))
                when 3 then cast(round(joined.posted_base * joined.own_ratio, 3) as decimal(38, 4))
                when 4 then cast(round(joined.posted_base * joined.own_ratio, 4) as decimal(38, 4))
                else cast(round(joined.posted_base * joined.own_ratio, 2) as decimal(38, 4))
            end
        ) as posted_amount
    from joined
),

shared as (
    select
        told.*,
        case
            when told.line_id is null then told.posted_amount
            when told.posted_amount = told.lines_amount then told.amount
            when told.posted_amount = -told.lines_amount then -told.amount
            else cast(case told.minor_digits when 0 then cast(round(told.posted_amount * told.share, 0) as decimal(38, 4)) when 3 then cast(round(told.posted_amount * told.share, 3) as decimal(38, 4)) when 4 then cast(round(told.posted_amount * told.share, 4) as decimal(38, 4)) else cast(round(told.posted_amount * told.share, 2) as decimal(38, 4)) end as decimal(38, 4))
        end as amount_share,
        case
            when told.line_id is null then told.posted_base
            when told.posted_base = told.lines_base_amount then told.base_amount
            when told.posted_base = -told.lines_base_amount then -told.base_amount
            else cast(case told.base_minor_digits when 0 then cast(round(told.posted_base * told.share, 0) as decimal(38, 4)) when 3 then cast(round(told.posted_base * told.share, 3) as decimal(38, 4)) when 4 then cast(round(told.posted_base * told.share, 4) as decimal(38, 4)) else cast(round(told.posted_base * told.share, 2) as decimal(38, 4)) end as decimal(38, 4))
        end as base_share
    from told
),

completed as (
    select
        shared.document_id || ':' || shared.account || coalesce(':' || shared.line_id, '')
            || case when shared.day_number > 1 then ':' || cast(shared.posting_date as varchar) else '' end as revenue_entry_id,
        shared.document_id as document_id,
        shared.account as account,
        shared.line_id as line_id,
        shared.posting_date as posting_date,
        shared.created_at as created_at,
        shared.currency as currency,
        shared.base_currency as base_currency,
        cast(shared.amount_share + case when coalesce(shared.size_rank, 1) = 1
            then shared.posted_amount - sum(shared.amount_share) over (partition by shared.document_id, shared.account, shared.posting_date) else 0 end as decimal(38, 4)) as amount,
        cast(shared.base_share + case when coalesce(shared.size_rank, 1) = 1
            then shared.posted_base - sum(shared.base_share) over (partition by shared.document_id, shared.account, shared.posting_date) else 0 end as decimal(38, 4)) as base_amount
    from shared
)

select * from completed
