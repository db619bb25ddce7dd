-- Lines of ERPNext journals that settle what a customer owes: credits on its account, in that account's currency. A journal of the kind
-- Credit Note settles with a return; gains and losses on exchange settle nothing. One row per journal line.
-- key: line_id
with journals as (
    select * from staging.base_erpnext__journals
    where coalesce(voucher_type, '') not in ('Exchange Gain Or Loss', 'Exchange Rate Revaluation', 'Deferred Revenue')
),

lines as (
    select * from staging.base_erpnext__journal_lines
    where party_type = 'Customer'
),

invoices as (
    select document_id, is_return from staging.base_erpnext__sales_invoices
),

typed as (
    select
        lines._connection || ':' || lines.name as line_id,
        lines._connection as source,
        lines.name as source_id,
        lines.parent as journal,
        journals.voucher_type as voucher_type,
        journals.company as company,
        try_cast(substr(journals.posting_date, 1, 10) as date) as posting_date,
        lines.party as party,
        lines.account_currency as currency,
        coalesce(coalesce(cast(try_cast(lines.credit_in_account_currency as decimal(18, 4)) as decimal(38, 4)), try_cast(lines.credit_in_account_currency as decimal(38, 4))), 0) - coalesce(coalesce(cast(try_cast(lines.debit_in_account_currency as decimal(18, 4)) as decimal(38, 4)), try_cast(lines.debit_in_account_currency as decimal(38, 4))), 0) as amount,
        invoices.document_id as document_id,
        coalesce(invoices.is_return, false) as is_return,
        coalesce(journals.docstatus = '2', false) as is_voided,
        coalesce(journals.docstatus in ('1', '2'), false) as is_posted,
        try_cast(substr(journals.creation, 1, 19) as timestamp) as created_at,
        try_cast(substr(journals.modified, 1, 19) as timestamp) as modified_at,
        lines._deleted or journals._deleted as is_deleted
    from lines
    inner join journals
        on lines._connection = journals._connection
        and lines.parent = journals.name
    left join invoices
        on case when lines.reference_type = 'Sales Invoice' then lines._connection || ':' || lines.reference_name end = invoices.document_id
),

settling as (
    select * from typed
    where is_posted and amount <> 0
)

select * from settling
