-- Shared fields in which the copy differs from the owner's value, for the linked sold-to customers. Which system owns a field is configuration, and what
-- difference of an amount is none. Texts are compared whatever their case; tax numbers, postal codes and phone numbers whatever the signs between. A field
-- that no record of a system has is not compared with it: that system has no such field.
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

linked as (
    select customer_id, source_customer_id
    from intermediate.int_customer_links
    where side = 'erp' and tier <> 'none' and role = 'sold_to' and not is_deleted
),

-- Records are joined by their ids before they become a row per field: joined per field, ten thousand names could meet ten thousand.
pairs as (
    select
        crm.customer_id as customer_id,
        erp.customer_id as source_customer_id,
        crm.source as crm_source,
        erp.source as erp_source,
        crm.modified_at as crm_modified_at,
        erp.modified_at as erp_modified_at,
        crm.name as crm_name,
        erp.name as erp_name,
        crm.tax_number as crm_tax_number,
        erp.tax_number as erp_tax_number,
        crm.payment_terms as crm_payment_terms,
        erp.payment_terms as erp_payment_terms,
        crm.currency as crm_currency,
        erp.currency as erp_currency,
        crm.country as crm_country,
        erp.country as erp_country,
        crm.city as crm_city,
        erp.city as erp_city,
        crm.postal_code as crm_postal_code,
        erp.postal_code as erp_postal_code,
        crm.email as crm_email,
        erp.email as erp_email,
        crm.phone as crm_phone,
        erp.phone as erp_phone,
        crm.street as crm_street,
        erp.street as erp_street,
        crm.state as crm_state,
        erp.state as erp_state,
        cast(crm.credit_limit_amount as varchar) as crm_credit_limit_amount,
        cast(erp.credit_limit_amount as varchar) as erp_credit_limit_amount,
        crm.segment as crm_segment,
        erp.segment as erp_segment
    from linked
    inner join customers as crm on linked.customer_id = crm.customer_id
    inner join customers as erp on linked.source_customer_id = erp.customer_id
),

fields as (
    select *, 'name' as field, crm_name as crm_value, erp_name as erp_value from pairs
    union all
    select *, 'tax_number' as field, crm_tax_number as crm_value, erp_tax_number as erp_value from pairs
    union all
    select *, 'payment_terms' as field, crm_payment_terms as crm_value, erp_payment_terms as erp_value from pairs
    union all
    select *, 'currency' as field, crm_currency as crm_value, erp_currency as erp_value from pairs
    union all
    select *, 'country' as field, crm_country as crm_value, erp_country as erp_value from pairs
    union all
    select *, 'city' as field, crm_city as crm_value, erp_city as erp_value from pairs
    union all
    select *, 'postal_code' as field, crm_postal_code as crm_value, erp_postal_code as erp_value from pairs
    union all
    select *, 'email' as field, crm_email as crm_value, erp_email as erp_value from pairs
    union all
    select *, 'phone' as field, crm_phone as crm_value, erp_phone as erp_value from pairs
    union all
    select *, 'street' as field, crm_street as crm_value, erp_street as erp_value from pairs
    union all
    select *, 'state' as field, crm_state as crm_value, erp_state as erp_value from pairs
    union all
    select *, 'credit_limit_amount' as field, crm_credit_limit_amount as crm_value, erp_credit_limit_amount as erp_value from pairs
    union all
    select *, 'segment' as field, crm_segment as crm_value, erp_segment as erp_value from pairs
),

known_fields as (
    select distinct source, 'name' as field from customers where name is not null
    union all
    select distinct source, 'tax_number' as field from customers where tax_number is not null
    union all
    select distinct source, 'payment_terms' as field from customers where payment_terms is not null
    union all
    select distinct source, 'currency' as field from customers where currency is not null
    union all
    select distinct source, 'country' as field from customers where country is not null
    union all
    select distinct source, 'city' as field from customers where city is not null
    union all
    select distinct source, 'postal_code' as field from customers where postal_code is not null
    union all
    select distinct source, 'email' as field from customers where email is not null
    union all
    select distinct source, 'phone' as field from customers where phone is not null
    union all
    select distinct source, 'street' as field from customers where street is not null
    union all
    select distinct source, 'state' as field from customers where state is not null
    union all
    select distinct source, 'credit_limit_amount' as field from customers where credit_limit_amount is not null
    union all
    select distinct source, 'segment' as field from customers where segment is not null
),

compared as (
    select
        fields.customer_id as customer_id,
        fields.source_customer_id as source_customer_id,
        fields.field as field,
        owners.owner as owner,
        coalesce(try_cast(owners.tolerance as decimal(38, 4)), 0) as tolerance_amount,
        case owners.owner when 'crm' then fields.crm_value else fields.erp_value end as owner_value,
        case owners.owner when 'crm' then fields.erp_value else fields.crm_value end as copy_value,
        case owners.owner when 'crm' then fields.crm_modified_at else fields.erp_modified_at end as owner_changed_at,
        case owners.owner when 'crm' then fields.erp_modified_at else fields.crm_modified_at end as copy_changed_at
    from fields
    inner join owners on fields.field = owners.field
    inner join known_fields as crm_fields
        on fields.crm_source = crm_fields.source
        and fields.field = crm_fields.field
    inner join known_fields as erp_fields
        on fields.erp_source = erp_fields.source
        and fields.field = erp_fields.field
),

-- An amount as it is, a text by what is left of it.
keyed as (
    select
        compared.*,
        case when compared.field = 'credit_limit_amount' then try_cast(compared.owner_value as decimal(38, 4)) end as owner_amount,
        case when compared.field = 'credit_limit_amount' then try_cast(compared.copy_value as decimal(38, 4)) end as copy_amount,
        case when compared.field in ('tax_number', 'postal_code', 'phone')
            then lower(translate(coalesce(compared.owner_value, ''), ' .-/()', '')) else lower(trim(coalesce(compared.owner_value, ''))) end as owner_key,
        case when compared.field in ('tax_number', 'postal_code', 'phone')
            then lower(translate(coalesce(compared.copy_value, ''), ' .-/()', '')) else lower(trim(coalesce(compared.copy_value, ''))) end as copy_key
    from compared
),

differing as (
    select
        keyed.customer_id as customer_id,
        keyed.source_customer_id as source_customer_id,
        keyed.field as field,
        keyed.owner as owner,
        keyed.owner_value as owner_value,
        keyed.copy_value as copy_value,
        keyed.owner_changed_at as owner_changed_at,
        keyed.copy_changed_at as copy_changed_at
    from keyed
    where keyed.owner_key <> keyed.copy_key
        and not coalesce(abs(keyed.owner_amount - keyed.copy_amount) <= keyed.tolerance_amount, false)
)

select * from differing
