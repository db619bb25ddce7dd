-- SAP sales orders, with what their statuses come to. V4 of the service tells at what time an order was entered, V2 its rate: negative, where
-- it is quoted the other way round. One row per sales order.
-- key: order_id
with orders as (
    select * from staging.base_sap__sales_orders
),

typed as (
    select
        orders.*,
        orders._connection || ':' || orders._key as order_id,
        coalesce(orders.overall_sddocument_rejection_sts, '') = 'C' and coalesce(orders.overall_ord_reltd_billg_status, '') in ('', 'A') as is_cancelled,
        coalesce(orders.overall_sddocument_rejection_sts, '') in ('B', 'C') and coalesce(orders.overall_sdprocess_status, '') = 'C' as is_short,
        try_cast(orders.accounting_exchange_rate as decimal(18, 10)) as stated_rate
    from orders
),

rated as (
    select
        typed.*,
        case
            when typed.stated_rate < 0 then
                cast(round(cast(cast(1 as double) / cast(nullif(abs(typed.stated_rate), 0) as double) as decimal(38, 15)), 10) as decimal(18, 10))
            else typed.stated_rate
        end as exchange_rate
    from typed
)

select * from rated
