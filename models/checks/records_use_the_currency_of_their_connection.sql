-- Proves that the records of a system which has one currency, as the option currency of its connection says, name no other one. Each record stands in
-- the currency that it names all the same. Where the system was given more of them, take the option out of tieout.yml.
-- owner: finance
-- severity: error
with own as (
    select connection, currency from staging.stg_tieout__connections
    where currency is not null
),

named as (
    select 'deal' as record, source, source_id, currency, amount from canonical.opportunities
    where not is_deleted
    union all
    select 'invoice' as record, source, source_id, currency, total_amount as amount from canonical.invoices
    where not is_deleted
    union all
    select 'revenue entry' as record, source, source_id, currency, amount from canonical.revenue_entries
    where not is_deleted
),

problems as (
    select
        own.connection, own.currency as own_currency, named.currency, named.record, count(*) as records, min(named.source_id) as source_id,
        sum(named.amount) as amount
    from named
    inner join own
        on named.source = own.connection
    where named.currency <> own.currency
    group by own.connection, own.currency, named.currency, named.record
)

select * from problems
