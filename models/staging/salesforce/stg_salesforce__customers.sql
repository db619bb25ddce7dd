-- Salesforce accounts. A merged account keeps the id of the account that it was merged into. Without picklists of countries only codes are taken for
-- one. One row per account.
-- key: customer_id
with accounts as (
    select * from staging.base_salesforce__accounts
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
        coalesce(accounts.currency_iso_code, connections.currency) as currency,
        nullif(trim(accounts.tax_number), '') as tax_number,
        cast(null as varchar) as email,
        accounts.website as website,
        accounts.phone as phone,
        accounts.billing_street as street,
        accounts.billing_city as city,
        accounts.billing_state as state,
        accounts.billing_postal_code as postal_code,
        coalesce(
            upper(accounts.billing_country_code),
            case when length(trim(accounts.billing_country)) = 2 then upper(trim(accounts.billing_country)) end
        ) as country,
        accounts._connection || ':' || accounts.parent_id as parent_id,
        accounts._connection || ':' || accounts.owner_id as owner_id,
        accounts.segment as segment,
        accounts.payment_terms as payment_terms,
        cast(null as decimal(38, 4)) as credit_limit_amount,
        accounts._connection || ':' || nullif(accounts.master_record_id, '') as merged_into_id,
        true as is_active,
        try_cast(substr(accounts.last_activity_date, 1, 10) as date) as last_activity_date,
        try_cast(replace(substr(accounts.created_date, 1, 19), 'T', ' ') as timestamp) as created_at,
        try_cast(replace(substr(accounts.last_modified_date, 1, 19), 'T', ' ') as timestamp) as modified_at,
        (accounts._deleted or coalesce(accounts.is_deleted = 'true', false)) as is_deleted
    from accounts
    left join connections
        on accounts._connection = connections.connection
)

select * from renamed
