-- Oracle sales orders by the revision that counts. One that was never submitted waits for approval. One that is closed with a line cancelled was
-- closed short. One row per sales order.
-- key: order_id
with orders as (
    select * from staging.base_oracle__current_orders
),

party_accounts as (
    select _connection, customer_id as party_id, min(account_id) as account_id
    from staging.base_oracle__customers
    where not _deleted
    group by _connection, customer_id
    having count(*) = 1
),

bill_tos as (
    select _connection, _parent, min(customer_account_id) as account_id
    from staging.base_oracle__order_bill_tos
    where not _deleted
    group by _connection, _parent
),

totals as (
    select
        _connection, _parent,
        sum(case when primary_flag = 'true' then coalesce(cast(try_cast(total_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(total_amount as decimal(38, 4))) end) as total_amount,
        sum(case when upper(total_code) like '%TAX%' and coalesce(primary_flag, '') <> 'true' then coalesce(cast(try_cast(total_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(total_amount as decimal(38, 4))) end) as tax_amount
    from staging.base_oracle__order_totals
    where not _deleted
    group by _connection, _parent
),

line_totals as (
    select
        _connection, _parent,
        sum(coalesce(cast(try_cast(extended_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(extended_amount as decimal(38, 4)))) as amount,
        bool_or(canceled_flag = 'true') as has_cancelled
    from staging.base_oracle__order_lines
    where not _deleted
    group by _connection, _parent
),

places as (
    select * from staging.base_oracle__places
),

renamed as (
    select
        orders.order_id as order_id,
        orders.source as source,
        orders.source_id as source_id,
        orders.number as number,
        orders.crm_reference as crm_reference,
        orders.source || ':' || coalesce(party_accounts.account_id, bill_tos.account_id) as customer_id,
        case when bill_tos.account_id <> party_accounts.account_id then orders.source || ':' || bill_tos.account_id end as bill_to_id,
        coalesce(orders.source || ':' || orders.legal_entity, places.legal_entity_id) as legal_entity_id,
        orders.currency as currency,
        orders.exchange_rate as exchange_rate,
        orders.order_date as order_date,
        lower(orders.status_code) as status,
        not orders.is_submitted as is_pending_approval,
        coalesce(orders.status_code = 'CANCELED', false) as is_cancelled,
        coalesce(orders.status_code = 'CLOSED' and line_totals.has_cancelled, false) as is_closed,
        lower(orders.channel) as channel,
        cast(coalesce(totals.total_amount, line_totals.amount) as decimal(38, 4)) as total_amount,
        cast(coalesce(totals.tax_amount, 0) as decimal(38, 4)) as tax_amount,
        cast(null as timestamp) as approved_at,
        orders.created_at as created_at,
        orders.modified_at as modified_at,
        orders.is_deleted as is_deleted
    from orders
    left join party_accounts
        on orders.source = party_accounts._connection
        and orders.party_id = party_accounts.party_id
    left join bill_tos
        on orders.source = bill_tos._connection
        and orders.revision_key = bill_tos._parent
    left join totals
        on orders.source = totals._connection
        and orders.revision_key = totals._parent
    left join line_totals
        on orders.source = line_totals._connection
        and orders.revision_key = line_totals._parent
    left join places
        on orders.source = places.source
        and orders.business_unit = places.business_unit_id
)

select * from renamed
