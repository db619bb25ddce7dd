-- ERPNext sales invoices and returns with what they charge as freight, the company's currency and the company period of their posting date.
-- What is outstanding stands in the currency of the debtors' account: where that is another one, the same part of what is owed.
-- One row per sales invoice.
-- key: document_id
with invoices as (
    select * from staging.base_erpnext__invoices
),

charged as (
    select * from staging.base_erpnext__charged
),

companies as (
    select * from staging.base_erpnext__companies
),

periods as (
    select * from staging.stg_tieout__periods
),

currencies as (
    select * from staging.stg_tieout__currencies
),

typed as (
    select
        invoices.*,
        invoices._connection || ':' || invoices.name as document_id,
        try_cast(substr(invoices.posting_date, 1, 10) as date) as posted_on,
        try_cast(invoices.conversion_rate as decimal(18, 10)) as rate_to_company,
        coalesce(coalesce(cast(try_cast(invoices.grand_total as decimal(18, 4)) as decimal(38, 4)), try_cast(invoices.grand_total as decimal(38, 4))), 0) as total,
        coalesce(coalesce(cast(try_cast(invoices.total_taxes_and_charges as decimal(18, 4)) as decimal(38, 4)), try_cast(invoices.total_taxes_and_charges as decimal(38, 4))), 0) as charged_amount,
        coalesce(coalesce(cast(try_cast(invoices.outstanding_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(invoices.outstanding_amount as decimal(38, 4))), 0) as outstanding,
        coalesce(nullif(coalesce(cast(try_cast(invoices.rounded_total as decimal(18, 4)) as decimal(38, 4)), try_cast(invoices.rounded_total as decimal(38, 4))), 0), coalesce(cast(try_cast(invoices.grand_total as decimal(18, 4)) as decimal(38, 4)), try_cast(invoices.grand_total as decimal(38, 4))), 0) as owed
    from invoices
),

owed as (
    select
        typed.*,
        coalesce(charged.income_amount, 0) as freight_amount,
        companies.default_currency as company_currency,
        periods.period_id as period_id,
        coalesce(currencies.minor_digits, 2) as minor_digits,
        cast(round(typed.owed * typed.rate_to_company, 4) as decimal(38, 4)) as owed_to_company
    from typed
    left join charged
        on typed.document_id = charged.document_id
    left join companies
        on typed._connection = companies._connection
        and typed.company = companies.name
    left join periods
        on typed.posted_on between periods.start_date and periods.end_date
    left join currencies
        on typed.currency = currencies.currency
),

shares as (
    select
        owed.*,
        cast(cast(owed.outstanding as double) / cast(nullif(owed.owed_to_company, 0) as double) as decimal(38, 15)) as open_share
    from owed
),

documents as (
    select
        shares.document_id as document_id,
        shares._connection as source,
        shares.name as source_id,
        shares.company as company,
        shares.customer as customer,
        shares._connection || ':' || shares.customer as customer_id,
        shares._connection || ':' || shares.company as legal_entity_id,
        nullif(trim(shares.crm_opportunity_id), '') as crm_reference,
        lower(shares.channel) as channel,
        shares.currency as currency,
        shares.company_currency as company_currency,
        shares.rate_to_company as exchange_rate,
        shares.posted_on as posting_date,
        try_cast(substr(shares.due_date, 1, 10) as date) as due_date,
        shares.period_id as period_id,
        case when shares.is_opening = 'Yes' then 'opening' else lower(shares.status) end as status,
        coalesce(shares.is_return = '1', false) as is_return,
        coalesce(shares.is_opening = 'Yes', false) as is_opening,
        shares._connection || ':' || nullif(shares.return_against, '') as returned_id,
        coalesce(shares.update_outstanding_for_self = '1', false) as has_own_outstanding,
        coalesce(shares.docstatus in ('1', '2'), false) as is_posted,
        coalesce(shares.docstatus = '2', false) as is_voided,
        shares.total as total_amount,
        shares.charged_amount - shares.freight_amount as tax_amount,
        shares.owed as owed_amount,
        case
            when coalesce(shares.docstatus, '0') <> '1' then cast(0 as decimal(38, 4))
            when shares.party_account_currency is null or shares.party_account_currency = shares.currency then shares.outstanding
            else cast(case shares.minor_digits when 0 then cast(round(shares.owed * shares.open_share, 0) as decimal(38, 4)) when 3 then cast(round(shares.owed * shares.open_share, 3) as decimal(38, 4)) when 4 then cast(round(shares.owed * shares.open_share, 4) as decimal(38, 4)) else cast(round(shares.owed * shares.open_share, 2) as decimal(38, 4)) end as decimal(38, 4))
        end as open_amount,
        try_cast(substr(shares.creation, 1, 19) as timestamp) as created_at,
        try_cast(substr(shares.modified, 1, 19) as timestamp) as modified_at,
        shares._deleted as is_deleted
    from shares
)

select * from documents
