-- Shared fields in which the copy differs from the owner's value, for the linked sold-to customers. Which system owns a field is configuration. A field that no
-- record of a system has is not compared with it: that system has no such field.
-- One row per customer record and field.
-- key: customer_id, source_customer_id, field
-- owner: revenue operations
with owners as (
    select * from staging.stg_tieout__field_owners
    where entity = 'customers'
),

customers as (
    select * from canonical.customers
),

fields as (
    select customer_id, source, modified_at, 'name' as field, name as value from customers
    union all
    select customer_id, source, modified_at, 'tax_number' as field, tax_number as value from customers
    union all
    select customer_id, source, modified_at, 'payment_terms' as field, payment_terms as value from customers
    union all
    select customer_id, source, modified_at, 'currency' as field, currency as value from customers
    union all
    select customer_id, source, modified_at, 'country' as field, country as value from customers
    union all
    select customer_id, source, modified_at, 'city' as field, city as value from customers
    union all
    select customer_id, source, modified_at, 'postal_code' as field, postal_code as value from customers
    union all
    select customer_id, source, modified_at, 'segment' as field, segment as value from customers
),

known_fields as (
    select source, field from fields where value is not null group by source, field
),

comparable as (
    select fields.customer_id, fields.modified_at, fields.field, fields.value
    from fields
    inner join known_fields
        on fields.source = known_fields.source
        and fields.field = known_fields.field
),

linked as (
    select customer_id, source_customer_id
    from intermediate.int_customer_links
    where side = 'erp' and tier <> 'none' and role = 'sold_to' and not is_deleted
),

compared as (
    select
        linked.customer_id as customer_id,
        linked.source_customer_id as source_customer_id,
        owners.field as field,
        owners.owner as owner,
        case owners.owner when 'crm' then crm.value else erp.value end as owner_value,
        case owners.owner when 'crm' then erp.value else crm.value end as copy_value,
        case owners.owner when 'crm' then crm.modified_at else erp.modified_at end as owner_changed_at,
        case owners.owner when 'crm' then erp.modified_at else crm.modified_at end as copy_changed_at
    from linked
    cross join owners
    inner join comparable as crm
        on linked.customer_id = crm.customer_id
        and owners.field = crm.field
    inner join comparable as erp
        on linked.source_customer_id = erp.customer_id
        and owners.field = erp.field
),

differing as (
    select
        compared.customer_id as customer_id,
        compared.source_customer_id as source_customer_id,
        compared.field as field,
        compared.owner as owner,
        compared.owner_value as owner_value,
        compared.copy_value as copy_value,
        compared.owner_changed_at as owner_changed_at,
        compared.copy_changed_at as copy_changed_at
    from compared
    where lower(trim(coalesce(compared.owner_value, ''))) <> lower(trim(coalesce(compared.copy_value, '')))
)

select * from differing
