-- HubSpot companies. A merged company is gone, and the one that lives on lists its id: it keeps a row of its own, also when it was merged before
-- it was ever read (of one company, up to 30). One row per company.
-- key: customer_id
with companies as (
    select * from staging.base_hubspot__companies
),

connections as (
    select * from staging.stg_tieout__connections
),

company_currencies as (
    select * from staging.base_hubspot__own_currencies
    where is_only
),

places as (
    select numbers.place from (values (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12), (13), (14), (15), (16), (17), (18), (19), (20), (21), (22), (23), (24), (25), (26), (27), (28), (29), (30)) as numbers (place)
),

merged_ids as (
    select
        companies._connection,
        trim(nullif(split_part(companies.hs_merged_object_ids, ';', places.place), '')) as merged_id,
        companies.hs_object_id as survivor_id
    from companies
    cross join places
    where companies.hs_merged_object_ids is not null and not companies._deleted
),

merges as (
    select merged_ids._connection, merged_ids.merged_id, max(merged_ids.survivor_id) as survivor_id
    from merged_ids
    where merged_ids.merged_id is not null and merged_ids.merged_id <> merged_ids.survivor_id
    group by merged_ids._connection, merged_ids.merged_id
),

never_read as (
    select merges._connection, merges.merged_id, merges.survivor_id
    from merges
    left join companies
        on merges._connection = companies._connection
        and merges.merged_id = companies.hs_object_id
    where companies.hs_object_id is null
),

renamed as (
    select
        companies._connection || ':' || companies.hs_object_id as customer_id,
        companies._connection as source,
        companies.hs_object_id as source_id,
        nullif(trim(companies.erp_id), '') as other_reference,
        companies.account_number as number,
        companies.name as name,
        case
            when lower(companies.lifecyclestage) in ('customer', 'evangelist') then 'customer'
            when lower(companies.type) in ('partner', 'reseller', 'vendor') then lower(companies.type)
            else 'prospect'
        end as kind,
        cast(null as varchar) as role,
        coalesce(companies.legal_entity, connections.legal_entity) as legal_entity_reference,
        coalesce(companies.currency, company_currencies.currency) as currency,
        nullif(trim(companies.tax_number), '') as tax_number,
        cast(null as varchar) as email,
        coalesce(companies.website, companies.domain) as website,
        companies.phone as phone,
        companies.address as street,
        companies.city as city,
        companies.state as state,
        companies.zip as postal_code,
        case
            when companies.country_code is not null then upper(companies.country_code)
            when length(trim(companies.country)) = 2 then upper(trim(companies.country))
        end as country,
        companies._connection || ':' || companies.hs_parent_company_id as parent_id,
        companies._connection || ':' || companies.hubspot_owner_id as owner_id,
        companies.segment as segment,
        companies.payment_terms as payment_terms,
        cast(null as decimal(38, 4)) as credit_limit_amount,
        companies._connection || ':' || merges.survivor_id as merged_into_id,
        true as is_active,
        try_cast(substr(companies.notes_last_updated, 1, 10) as date) as last_activity_date,
        try_cast(replace(substr(companies.createdate, 1, 19), 'T', ' ') as timestamp) as created_at,
        try_cast(replace(substr(companies.hs_lastmodifieddate, 1, 19), 'T', ' ') as timestamp) as modified_at,
        companies._deleted as is_deleted
    from companies
    left join connections
        on companies._connection = connections.connection
    left join company_currencies
        on companies._connection = company_currencies._connection
    left join merges
        on companies._connection = merges._connection
        and companies.hs_object_id = merges.merged_id
    union all
    select
        never_read._connection || ':' || never_read.merged_id as customer_id,
        never_read._connection as source,
        never_read.merged_id as source_id,
        cast(null as varchar) as other_reference,
        cast(null as varchar) as number,
        companies.name as name,
        cast(null as varchar) as kind,
        cast(null as varchar) as role,
        cast(null as varchar) as legal_entity_reference,
        cast(null as varchar) as currency,
        cast(null as varchar) as tax_number,
        cast(null as varchar) as email,
        cast(null as varchar) as website,
        cast(null as varchar) as phone,
        cast(null as varchar) as street,
        cast(null as varchar) as city,
        cast(null as varchar) as state,
        cast(null as varchar) as postal_code,
        cast(null as varchar) as country,
        cast(null as varchar) as parent_id,
        cast(null as varchar) as owner_id,
        cast(null as varchar) as segment,
        cast(null as varchar) as payment_terms,
        cast(null as decimal(38, 4)) as credit_limit_amount,
        never_read._connection || ':' || never_read.survivor_id as merged_into_id,
        true as is_active,
        cast(null as date) as last_activity_date,
        try_cast(replace(substr(companies.createdate, 1, 19), 'T', ' ') as timestamp) as created_at,
        try_cast(replace(substr(companies.hs_lastmodifieddate, 1, 19), 'T', ' ') as timestamp) as modified_at,
        true as is_deleted
    from never_read
    inner join companies
        on never_read._connection = companies._connection
        and never_read.survivor_id = companies.hs_object_id
)

select * from renamed
