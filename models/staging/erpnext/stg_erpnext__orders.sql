-- ERPNext sales orders. A draft (docstatus 0) waits for approval, whatever its workflow calls that; 2 is cancelled. An order that was amended
-- stays, cancelled, beside the one that replaced it. One row per sales order.
-- key: order_id
with orders as (
    select * from staging.base_erpnext__orders
),

charged as (
    select * from staging.base_erpnext__charged
),

renamed as (
    select
        orders._connection || ':' || orders.name as order_id,
        orders._connection as source,
        orders.name as source_id,
        orders.name as number,
        nullif(trim(orders.crm_opportunity_id), '') as crm_reference,
        orders._connection || ':' || orders.customer as customer_id,
        orders._connection || ':' || nullif(orders.bill_to, '') as bill_to_id,
        orders._connection || ':' || orders.company as legal_entity_id,
        orders.currency as currency,
        try_cast(orders.conversion_rate as decimal(18, 10)) as exchange_rate,
        try_cast(substr(orders.transaction_date, 1, 10) as date) as order_date,
        case orders.docstatus
            when '0' then lower(coalesce(nullif(orders.workflow_state, ''), 'draft'))
            when '2' then 'cancelled'
            else lower(orders.status)
        end as status,
        coalesce(orders.docstatus = '0', false) as is_pending_approval,
        coalesce(orders.docstatus = '2', false) as is_cancelled,
        coalesce(orders.status = 'Closed', false) as is_closed,
        lower(orders.channel) as channel,
        coalesce(cast(try_cast(orders.grand_total as decimal(18, 4)) as decimal(38, 4)), try_cast(orders.grand_total as decimal(38, 4))) as total_amount,
        coalesce(coalesce(cast(try_cast(orders.total_taxes_and_charges as decimal(18, 4)) as decimal(38, 4)), try_cast(orders.total_taxes_and_charges as decimal(38, 4))), 0) - coalesce(charged.income_amount, 0) as tax_amount,
        cast(null as timestamp) as approved_at,
        try_cast(substr(orders.creation, 1, 19) as timestamp) as created_at,
        try_cast(substr(orders.modified, 1, 19) as timestamp) as modified_at,
        orders._deleted as is_deleted
    from orders
    left join charged
        on orders._connection || ':' || orders.name = charged.document_id
)

select * from renamed
