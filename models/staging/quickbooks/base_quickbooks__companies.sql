-- The company of each QuickBooks connection, with its home currency: one realm is one legal entity. One row per connection.
-- key: _connection
with company_infos as (
    select * from staging.base_quickbooks__company_infos
    where not _deleted
),

preferences as (
    select * from staging.base_quickbooks__preferences
    where not _deleted
),

joined as (
    select
        company_infos._connection as _connection,
        company_infos.id as company_id,
        company_infos._connection || ':' || company_infos.id as legal_entity_id,
        coalesce(company_infos.company_name, company_infos.legal_name) as name,
        preferences.home_currency as home_currency,
        coalesce(company_infos.country_code, company_infos.country) as country
    from company_infos
    left join preferences
        on company_infos._connection = preferences._connection
)

select * from joined
