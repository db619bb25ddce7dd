-- Entries of ERPNext's general ledger on income accounts, credits positive. Entries of what was cancelled, and those that reverse them, are
-- left out, and so are those of a period closing voucher: it moves the year's result to equity. One row per entry.
-- key: entry_id
with gl_entries as (
    select * from staging.base_erpnext__gl_entries
    where coalesce(is_cancelled, '0') = '0' and coalesce(voucher_type, '') <> 'Period Closing Voucher'
),

accounts as (
    select * from staging.base_erpnext__accounts
    where root_type = 'Income'
),

companies as (
    select * from staging.base_erpnext__companies
),

journals as (
    select * from staging.base_erpnext__journals
),

typed as (
    select
        gl_entries._connection || ':' || gl_entries.name as entry_id,
        gl_entries._connection as source,
        gl_entries.name as source_id,
        gl_entries.company as company,
        companies.default_currency as base_currency,
        gl_entries.account as account,
        gl_entries.voucher_type as voucher_type,
        gl_entries.voucher_no as voucher_no,
        gl_entries._connection || ':' || gl_entries.voucher_no as voucher_id,
        case when gl_entries.against_voucher_type = 'Process Deferred Accounting' then gl_entries.against_voucher else gl_entries.voucher_no end
            as recognising,
        gl_entries._connection || ':' || nullif(gl_entries.voucher_detail_no, '') as line_id,
        coalesce(
            gl_entries.against_voucher_type = 'Process Deferred Accounting' or journals.voucher_type = 'Deferred Revenue', false
        ) as is_recognition,
        case when gl_entries.party_type = 'Customer' then gl_entries.party end as party,
        try_cast(substr(gl_entries.posting_date, 1, 10) as date) as posting_date,
        coalesce(coalesce(cast(try_cast(gl_entries.credit as decimal(18, 4)) as decimal(38, 4)), try_cast(gl_entries.credit as decimal(38, 4))), 0) - coalesce(coalesce(cast(try_cast(gl_entries.debit as decimal(18, 4)) as decimal(38, 4)), try_cast(gl_entries.debit as decimal(38, 4))), 0) as base_amount,
        gl_entries.account_currency as account_currency,
        coalesce(coalesce(cast(try_cast(gl_entries.credit_in_account_currency as decimal(18, 4)) as decimal(38, 4)), try_cast(gl_entries.credit_in_account_currency as decimal(38, 4))), 0) - coalesce(coalesce(cast(try_cast(gl_entries.debit_in_account_currency as decimal(18, 4)) as decimal(38, 4)), try_cast(gl_entries.debit_in_account_currency as decimal(38, 4))), 0)
            as account_amount,
        gl_entries.transaction_currency as transaction_currency,
        coalesce(coalesce(cast(try_cast(gl_entries.credit_in_transaction_currency as decimal(18, 4)) as decimal(38, 4)), try_cast(gl_entries.credit_in_transaction_currency as decimal(38, 4))), 0) - coalesce(coalesce(cast(try_cast(gl_entries.debit_in_transaction_currency as decimal(18, 4)) as decimal(38, 4)), try_cast(gl_entries.debit_in_transaction_currency as decimal(38, 4))), 0)
            as transaction_amount,
        coalesce(nullif(journals.user_remark, ''), gl_entries.remarks) as memo,
        try_cast(substr(gl_entries.creation, 1, 19) as timestamp) as created_at,
        gl_entries._deleted as is_deleted
    from gl_entries
    inner join accounts
        on gl_entries._connection = accounts._connection
        and gl_entries.account = accounts.name
    left join companies
        on gl_entries._connection = companies._connection
        and gl_entries.company = companies.name
    left join journals
        on gl_entries._connection = journals._connection
        and case when gl_entries.voucher_type = 'Journal Entry' then gl_entries.voucher_no end = journals.name
)

select * from typed
