-- QuickBooks' sales forms in one shape: invoices, sales receipts (invoices that were paid at once), credit memos and refund receipts (credit notes
-- that were paid out), with the home currency and the company period of their date: QuickBooks has no posting period. A void form has no
-- amounts left, neither itself nor in its lines, and the word in its private note. One row per form.
-- key: document_id
with forms as (
    select
        'invoice' as document, _connection, _key, doc_number, txn_date, customer_id, currency_code, exchange_rate, total_amt, total_tax,
        global_tax_calculation, private_note, department_name, create_time, last_updated_time, _deleted,
        due_date as due_date, balance as open_amount, deposit as deposit, crm_opportunity as crm_opportunity, cast(null as varchar) as invoice_key
    from staging.base_quickbooks__invoices
    union all
    select
        'sales_receipt' as document, _connection, _key, doc_number, txn_date, customer_id, currency_code, exchange_rate, total_amt, total_tax,
        global_tax_calculation, private_note, department_name, create_time, last_updated_time, _deleted,
        cast(null as varchar) as due_date, '0' as open_amount, cast(null as varchar) as deposit, crm_opportunity as crm_opportunity, cast(null as varchar) as invoice_key
    from staging.base_quickbooks__sales_receipts
    union all
    select
        'credit_memo' as document, _connection, _key, doc_number, txn_date, customer_id, currency_code, exchange_rate, total_amt, total_tax,
        global_tax_calculation, private_note, department_name, create_time, last_updated_time, _deleted,
        cast(null as varchar) as due_date, coalesce(remaining_credit, balance) as open_amount, cast(null as varchar) as deposit,
        cast(null as varchar) as crm_opportunity, invoice_id as invoice_key
    from staging.base_quickbooks__credit_memos
    union all
    select
        'refund_receipt' as document, _connection, _key, doc_number, txn_date, customer_id, currency_code, exchange_rate, total_amt, total_tax,
        global_tax_calculation, private_note, department_name, create_time, last_updated_time, _deleted,
        cast(null as varchar) as due_date, '0' as open_amount, cast(null as varchar) as deposit,
        cast(null as varchar) as crm_opportunity, cast(null as varchar) as invoice_key
    from staging.base_quickbooks__refund_receipts
),

-- What a form charges and gives back may come to nothing without being void.
charging as (
    select distinct document, document_id from staging.base_quickbooks__form_lines
    where not is_deleted and stated_amount <> 0
),

companies as (
    select * from staging.base_quickbooks__companies
),

periods as (
    select * from staging.stg_tieout__periods
),

typed as (
    select
        forms._connection || ':' || forms._key as document_id,
        forms._connection as _connection,
        forms._key as source_id,
        forms.document as document,
        forms.document in ('invoice', 'sales_receipt') as is_charge,
        forms.doc_number as number,
        nullif(trim(forms.crm_opportunity), '') as crm_reference,
        forms._connection || ':' || nullif(trim(forms.invoice_key), '') as invoice_id,
        forms._connection || ':' || forms.customer_id as customer_id,
        companies.legal_entity_id as legal_entity_id,
        companies.home_currency as home_currency,
        coalesce(forms.currency_code, companies.home_currency) as currency,
        case
            when coalesce(forms.currency_code, companies.home_currency) = companies.home_currency then cast(1 as decimal(18, 10))
            else try_cast(forms.exchange_rate as decimal(18, 10))
        end as exchange_rate,
        try_cast(substr(forms.txn_date, 1, 10) as date) as document_date,
        try_cast(substr(forms.due_date, 1, 10) as date) as due_date,
        forms.global_tax_calculation = 'TaxInclusive' as is_inclusive,
        coalesce(cast(try_cast(forms.total_amt as decimal(18, 4)) as decimal(38, 4)), try_cast(forms.total_amt as decimal(38, 4))) as total_amount,
        coalesce(coalesce(cast(try_cast(forms.total_tax as decimal(18, 4)) as decimal(38, 4)), try_cast(forms.total_tax as decimal(38, 4))), 0) as tax_amount,
        coalesce(coalesce(cast(try_cast(forms.open_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(forms.open_amount as decimal(38, 4))), 0) as open_amount,
        coalesce(coalesce(cast(try_cast(forms.deposit as decimal(18, 4)) as decimal(38, 4)), try_cast(forms.deposit as decimal(38, 4))), 0) as deposit_amount,
        lower(coalesce(forms.private_note, '')) like '%void%' and charging.document_id is null as has_void_note,
        nullif(lower(trim(forms.department_name)), '') as department,
        try_cast(substr(forms.create_time, 1, 19) as timestamp) as created_at,
        try_cast(substr(forms.last_updated_time, 1, 19) as timestamp) as modified_at,
        forms._deleted as is_deleted
    from forms
    left join companies
        on forms._connection = companies._connection
    left join charging
        on forms._connection || ':' || forms._key = charging.document_id
        and forms.document = charging.document
),

placed as (
    select
        typed.*,
        typed.has_void_note and typed.total_amount = 0 as is_voided,
        case
            when typed.has_void_note and typed.total_amount = 0 then 'voided'
            when typed.open_amount = 0 then case when typed.is_charge then 'paid' else 'applied' end
            when typed.open_amount < typed.total_amount then case when typed.is_charge then 'partly paid' else 'partly applied' end
            else 'open'
        end as status,
        periods.period_id as period_id
    from typed
    left join periods
        on typed.document_date between periods.start_date and periods.end_date
)

select * from placed
