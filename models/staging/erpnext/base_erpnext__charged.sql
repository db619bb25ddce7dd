-- What each ERPNext order and invoice charges on income accounts beside its lines (freight): it is no tax. One row per document.
-- key: document_id
with charges as (
    select * from staging.base_erpnext__charges
    where is_income and not is_deleted
),

charged as (
    select document_id, sum(amount) as income_amount
    from charges
    group by document_id
)

select * from charged
