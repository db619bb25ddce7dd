-- All breaks, one list: added up per item, code and cell, with the records that explain them. Where two
-- steps have one code, the values are the deal's and the order's. One row per item, code and cell.
-- key: item_id, code, period_id, customer_id, legal_entity, currency
with found as (
    select item_id, code, cause, period_id, customer_id, legal_entity, currency, amount, opportunity_id, opportunity_line_id, order_id,
        document_id, crm_value, erp_value, false as is_later
    from intermediate.int_breaks_by_state
    union all
    select item_id, code, cause, period_id, customer_id, legal_entity, currency, amount, opportunity_id, opportunity_line_id, order_id,
        cast(null as varchar) as document_id, crm_value, erp_value, step in ('invoice', 'elsewhere', 'closed', 'remaining') as is_later
    from intermediate.int_breaks_of_terms
    union all
    select item_id, code, cause, period_id, customer_id, legal_entity, currency, amount, opportunity_id, opportunity_line_id, order_id,
        document_id, cast(null as varchar) as crm_value, cast(null as varchar) as erp_value, false as is_later
    from intermediate.int_breaks_of_months
    union all
    select item_id, code, cause, period_id, customer_id, legal_entity, currency, amount, cast(null as varchar) as opportunity_id,
        cast(null as varchar) as opportunity_line_id, order_id, document_id, cast(null as varchar) as crm_value,
        cast(null as varchar) as erp_value, false as is_later
    from intermediate.int_breaks_without_chain
),

-- Texts that are added up can't be put on the disk. Nine in ten breaks have nothing to be added to.
several as (
    select item_id, code, period_id, customer_id, legal_entity, currency
    from found
    group by item_id, code, period_id, customer_id, legal_entity, currency
    having count(*) > 1
),

-- Of several parts the largest one's cause tells most of it.
ranked as (
    select
        found.*,
        row_number() over (
            partition by found.item_id, found.code, found.period_id, found.customer_id, found.legal_entity, found.currency
            order by abs(found.amount) desc, found.is_later, found.cause
        ) as size_rank
    from found
    inner join several
        on found.item_id = several.item_id
        and found.code = several.code
        and found.period_id is not distinct from several.period_id
        and found.customer_id is not distinct from several.customer_id
        and found.legal_entity is not distinct from several.legal_entity
        and found.currency is not distinct from several.currency
),

together as (
    select
        ranked.item_id as item_id,
        ranked.code as code,
        ranked.period_id as period_id,
        ranked.customer_id as customer_id,
        ranked.legal_entity as legal_entity,
        ranked.currency as currency,
        cast(sum(ranked.amount) as decimal(38, 4)) as amount,
        min(case when ranked.size_rank = 1 then ranked.cause end) as cause,
        min(ranked.opportunity_id) as opportunity_id,
        min(ranked.opportunity_line_id) as opportunity_line_id,
        min(ranked.order_id) as order_id,
        min(ranked.document_id) as document_id,
        coalesce(min(case when not ranked.is_later then ranked.crm_value end), min(ranked.crm_value)) as crm_value,
        coalesce(min(case when not ranked.is_later then ranked.erp_value end), min(ranked.erp_value)) as erp_value
    from ranked
    group by ranked.item_id, ranked.code, ranked.period_id, ranked.customer_id, ranked.legal_entity, ranked.currency
),

alone as (
    select
        found.item_id, found.code, found.period_id, found.customer_id, found.legal_entity, found.currency, found.amount, found.cause,
        found.opportunity_id, found.opportunity_line_id, found.order_id, found.document_id, found.crm_value, found.erp_value
    from found
    left join several
        on found.item_id = several.item_id
        and found.code = several.code
        and found.period_id is not distinct from several.period_id
        and found.customer_id is not distinct from several.customer_id
        and found.legal_entity is not distinct from several.legal_entity
        and found.currency is not distinct from several.currency
    where several.item_id is null
),

added_up as (
    select * from alone
    union all
    select * from together
),

not_zero as (
    select * from added_up where amount <> 0
)

select * from not_zero
