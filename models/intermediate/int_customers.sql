-- Every customer that a cell can name: the surviving CRM accounts, the ERP customers without a link, and (none). One row per customer.
-- key: customer_id
with links as (
    select * from intermediate.int_customer_links
),

customers as (
    select * from canonical.customers
),

survivors as (
    select distinct links.customer_id from links
),

named as (
    select
        survivors.customer_id as customer_id,
        coalesce(customers.name, survivors.customer_id) as customer_name,
        customers.source as source,
        customers.source_id as source_id,
        customers.owner_id as owner_id,
        customers.segment as segment,
        customers.country as country,
        customers.currency as currency,
        customers.kind as kind,
        customers.last_activity_date as last_activity_date,
        customers.is_deleted as is_deleted
    from survivors
    left join customers
        on survivors.customer_id = customers.customer_id
    union all
    select
        '(none)' as customer_id, '(none)' as customer_name, cast(null as varchar) as source, cast(null as varchar) as source_id,
        cast(null as varchar) as owner_id, cast(null as varchar) as segment, cast(null as varchar) as country, cast(null as varchar) as currency,
        cast(null as varchar) as kind, cast(null as date) as last_activity_date, false as is_deleted
    from (values (1)) as nobody (one)
)

select * from named
