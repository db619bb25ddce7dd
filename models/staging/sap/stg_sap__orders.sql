-- SAP sales orders. One that has all its items rejected and nothing billed is cancelled; one with rejected items that is done is closed
-- short. Approval: A to be approved, B approved, C rejected by the approver, D in preparation (unverified): all but B wait.
-- One row per sales order.
-- key: order_id
with orders as (
    select * from staging.base_sap__orders
),

organizations as (
    select * from staging.base_sap__sales_organizations
    where not _deleted
),

company_codes as (
    select * from staging.base_sap__company_codes
    where not _deleted
),

taxes as (
    select document_id, sum(tax_amount) as tax_amount
    from staging.base_sap__order_lines
    where not is_deleted
    group by document_id
),

typed as (
    select
        orders.*,
        coalesce(cast(try_cast(orders.total_net_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(orders.total_net_amount as decimal(38, 4))) as net_amount,
        coalesce(taxes.tax_amount, 0) as tax_amount,
        organizations.company_code as company_code,
        company_codes.currency as company_currency
    from orders
    left join taxes
        on orders.order_id = taxes.document_id
    left join organizations
        on orders._connection = organizations._connection
        and orders.sales_organization = organizations.sales_organization
    left join company_codes
        on organizations._connection = company_codes._connection
        and organizations.company_code = company_codes.company_code
),

renamed as (
    select
        typed.order_id as order_id,
        typed._connection as source,
        typed._key as source_id,
        coalesce(cast(try_cast(typed.sales_order as bigint) as varchar), typed.sales_order) as number,
        nullif(trim(typed.crm_opportunity), '') as crm_reference,
        typed._connection || ':' || coalesce(cast(try_cast(typed.sold_to_party as bigint) as varchar), typed.sold_to_party) as customer_id,
        cast(null as varchar) as bill_to_id,
        typed._connection || ':' || typed.company_code as legal_entity_id,
        typed.transaction_currency as currency,
        case when typed.transaction_currency = typed.company_currency then cast(1 as decimal(18, 10)) else typed.exchange_rate end as exchange_rate,
        try_cast(substr(typed.sales_order_date, 1, 10) as date) as order_date,
        case
            when typed.is_cancelled then 'rejected'
            when typed.is_short then 'closed'
            when coalesce(typed.sales_doc_approval_status, '') not in ('', 'B') then 'in approval'
            when typed.overall_sdprocess_status = 'C' then 'completed'
            when typed.overall_sdprocess_status = 'B' then 'in process'
            else 'open'
        end as status,
        not typed.is_cancelled and coalesce(typed.sales_doc_approval_status, '') not in ('', 'B') as is_pending_approval,
        typed.is_cancelled as is_cancelled,
        typed.is_short and not typed.is_cancelled as is_closed,
        lower(coalesce(nullif(typed.channel, ''), typed.distribution_channel)) as channel,
        cast(typed.net_amount + typed.tax_amount as decimal(38, 4)) as total_amount,
        cast(typed.tax_amount as decimal(38, 4)) as tax_amount,
        cast(null as timestamp) as approved_at,
        try_cast(typed.creation_date || ' ' || coalesce(nullif(typed.creation_time, ''), '00:00:00') as timestamp) as created_at,
        try_cast(substr(typed.last_change_date_time, 1, 19) as timestamp) as modified_at,
        typed._deleted as is_deleted
    from typed
)

select * from renamed
