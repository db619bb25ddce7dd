-- EspoCRM accounts. A merged account is gone, and nothing tells into which it went. Countries are free text: only codes are taken.
-- One row per account.
-- key: customer_id
with accounts as (
    select * from staging.base_espocrm__accounts
),

connections as (
    select * from staging.stg_tieout__connections
),

renamed as (
    select
        accounts._connection || ':' || accounts.id as customer_id,
        accounts._connection as source,
        accounts.id as source_id,
        nullif(trim(accounts.erp_id), '') as other_reference,
        accounts.account_number as number,
        accounts.name as name,
        lower(accounts.type) as kind,
        cast(null as varchar) as role,
        coalesce(nullif(accounts.legal_entity, ''), connections.legal_entity) as legal_entity_reference,
        nullif(accounts.currency, '') as currency,
        nullif(trim(accounts.tax_number), '') as tax_number,
        accounts.email_address as email,
        accounts.website as website,
        accounts.phone_number as phone,
        accounts.billing_address_street as street,
        accounts.billing_address_city as city,
        accounts.billing_address_state as state,
        accounts.billing_address_postal_code as postal_code,
        case when length(trim(accounts.billing_address_country)) = 2 then upper(trim(accounts.billing_address_country)) end as country,
        cast(null as varchar) as parent_id,
        accounts._connection || ':' || accounts.assigned_user_id as owner_id,
        accounts.segment as segment,
        accounts.payment_terms as payment_terms,
        cast(null as decimal(38, 4)) as credit_limit_amount,
        cast(null as varchar) as merged_into_id,
        true as is_active,
        cast(null as date) as last_activity_date,
        try_cast(replace(substr(accounts.created_at, 1, 19), 'T', ' ') as timestamp) as created_at,
        try_cast(replace(substr(accounts.modified_at, 1, 19), 'T', ' ') as timestamp) as modified_at,
        accounts._deleted as is_deleted
    from accounts
    left join connections
        on accounts._connection = connections.connection
)

select * from renamed
