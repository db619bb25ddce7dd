-- Proves that every won deal and every revenue entry lies in a period, at a legal entity and with a currency that the configuration knows.
-- owner: finance
-- severity: error
with problems as (
    select 'deal' as record, opportunity_id as record_id, period_id, legal_entity, currency
    from intermediate.int_deals
    where period_id = '(none)' or legal_entity = '(none)' or currency = '(none)'
    union all
    select 'revenue entry' as record, revenue_entry_id as record_id, period_id, legal_entity, currency
    from intermediate.int_revenue
    where period_id = '(none)' or legal_entity = '(none)' or currency is null
)

select * from problems
