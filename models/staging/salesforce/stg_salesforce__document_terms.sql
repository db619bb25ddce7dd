-- Where a Salesforce deal is delivered: its account's shipping address, where it has one. One row per opportunity of such an account.
-- key: document_term_id
with opportunities as (
    select * from staging.base_salesforce__opportunities
),

accounts as (
    select * from staging.base_salesforce__accounts
    where nullif(trim(shipping_postal_code), '') is not null
),

terms as (
    select
        opportunities._connection || ':' || opportunities.id as document_term_id,
        opportunities._connection as source,
        opportunities.id as source_id,
        'opportunity' as object,
        opportunities._connection || ':' || opportunities.id as record_id,
        trim(accounts.shipping_postal_code) || coalesce(
            ', ' || upper(accounts.shipping_country_code),
            case when length(trim(accounts.shipping_country)) = 2 then ', ' || upper(trim(accounts.shipping_country)) end,
            ''
        ) as ship_to,
        cast(null as varchar) as tax_area,
        (opportunities._deleted or coalesce(opportunities.is_deleted = 'true', false)) as is_deleted
    from opportunities
    inner join accounts
        on opportunities._connection = accounts._connection
        and opportunities.account_id = accounts.id
)

select * from terms
