-- The companies with which each ERPNext customer trades: those in which it has an account of its own; of a customer without any, those
-- that its orders and invoices name. One row per customer and company.
-- key: customer_legal_entity_id
with declared as (
    select
        _connection, parent as customer, company, name,
        row_number() over (partition by _connection, parent, company order by _deleted, try_cast(idx as bigint), name) as place,
        coalesce(idx = '1', false) as is_primary,
        _deleted
    from staging.base_erpnext__customer_accounts
),

traded as (
    select _connection, customer, company from staging.base_erpnext__orders
    where docstatus in ('0', '1') and not _deleted
    union
    select _connection, customer, company from staging.base_erpnext__invoices
    where docstatus in ('0', '1') and not _deleted
),

with_accounts as (
    select distinct _connection, customer from declared where not _deleted
),

observed as (
    select
        traded._connection, traded.customer, traded.company,
        row_number() over (partition by traded._connection, traded.customer order by traded.company) as place
    from traded
    left join with_accounts
        on traded._connection = with_accounts._connection
        and traded.customer = with_accounts.customer
    where with_accounts.customer is null
),

places as (
    select _connection, name as source_id, customer, company, is_primary, _deleted as is_deleted
    from declared
    where place = 1
    union all
    select _connection, customer || '@' || company as source_id, customer, company, place = 1 as is_primary, false as is_deleted
    from observed
),

renamed as (
    select
        places._connection || ':' || places.source_id as customer_legal_entity_id,
        places._connection as source,
        places.source_id as source_id,
        places._connection || ':' || places.customer as customer_id,
        places._connection || ':' || places.company as legal_entity_id,
        places.is_primary as is_primary,
        places.is_deleted as is_deleted
    from places
)

select * from renamed
