-- Every difference between bookings and revenue, under its name: what differs (code), why where the data can tell (cause, with its evidence), in which cell, by how much,
-- and the records of both systems. One row per break.
-- key: break_id
-- owner: finance
with breaks as (
    select * from intermediate.int_reported_breaks
),

customers as (
    select * from intermediate.int_customers
),

opportunities as (
    select * from canonical.opportunities
),

users as (
    select * from canonical.users
),

orders as (
    select order_id as document_id, number, source, source_id, order_date as document_date, 'order' as object from canonical.orders
    union all
    select invoice_id as document_id, number, source, source_id, invoice_date as document_date, 'invoice' as object from canonical.invoices
    union all
    select credit_note_id as document_id, number, source, source_id, credit_date as document_date, 'credit_note' as object
    from canonical.credit_notes
),

-- What a document says itself is not looked up among its postings, which are many.
journals as (
    select
        postings.document_id as document_id,
        min(postings.document_number) as number,
        min(postings.posting_date) as document_date
    from intermediate.int_revenue as postings
    left join orders
        on postings.document_id = orders.document_id
        and orders.number is not null
        and orders.document_date is not null
    where orders.document_id is null
    group by postings.document_id
),

connections as (
    select * from staging.stg_tieout__connections
),

links as (
    select * from staging.stg_tieout__record_links
),

as_of as (
    select as_of_date from raw.as_of
),

settings as (
    select * from intermediate.int_settings
),

-- few items have one code in several cells of a month: numbering all rows took longer than all the joins
split as (
    select item_id, code, period_id
    from breaks
    group by item_id, code, period_id
    having count(*) > 1
),

positions as (
    select
        breaks.item_id, breaks.code, breaks.period_id, breaks.customer_id, breaks.legal_entity, breaks.currency,
        row_number() over (
            partition by breaks.item_id, breaks.code, breaks.period_id
            order by breaks.customer_id, breaks.legal_entity, breaks.currency
        ) as position
    from breaks
    inner join split
        on breaks.item_id = split.item_id and breaks.code = split.code and breaks.period_id = split.period_id
),

numbered as (
    select
        breaks.*, coalesce(positions.position, 1) as position, coalesce(causes.cause, breaks.cause) as told_cause, causes.evidence as evidence
    from breaks
    left join positions
        on breaks.item_id = positions.item_id and breaks.code = positions.code and breaks.period_id = positions.period_id
        and breaks.customer_id = positions.customer_id and breaks.legal_entity = positions.legal_entity
        and breaks.currency = positions.currency
    left join intermediate.int_break_causes as causes
        on breaks.item_id = causes.item_id and breaks.code = causes.code
),

joined as (
    select
        numbered.*,
        customers.customer_name,
        customers.source as customer_source,
        opportunities.name as deal_name,
        opportunities.source as deal_source,
        opportunities.source_id as deal_source_id,
        opportunities.close_date,
        users.name as owner_name,
        coalesce(documents.number, journals.number, orders.number) as document_number,
        coalesce(documents.source, orders.source) as erp_source,
        coalesce(documents.source_id, orders.source_id) as erp_source_id,
        coalesce(documents.number, orders.number) as erp_number,
        coalesce(documents.object, orders.object, 'journal') as erp_object,
        orders.object as order_object,
        coalesce(opportunities.close_date, documents.document_date, journals.document_date, orders.document_date) as opened_date
    from numbered
    left join customers
        on numbered.customer_id = customers.customer_id
    left join opportunities
        on numbered.opportunity_id = opportunities.opportunity_id
    left join users
        on opportunities.owner_id = users.user_id
    left join orders as documents
        on numbered.document_id = documents.document_id
    left join journals
        on numbered.document_id = journals.document_id
    left join orders
        on numbered.order_id = orders.document_id
),

linked as (
    select
        joined.*,
        replace(replace(coalesce(deal_links.url, crm.record_url), '{object}', 'opportunity'), '{id}', joined.deal_source_id) as crm_url,
        case when joined.erp_number is not null or coalesce(document_links.url, erp.record_url) not like '%{number}%'
            then replace(replace(replace(coalesce(document_links.url, erp.record_url),
                '{object}', joined.erp_object), '{id}', joined.erp_source_id), '{number}', coalesce(joined.erp_number, '')) end as erp_url
    from joined
    left join connections as crm
        on joined.deal_source = crm.connection
    left join connections as erp
        on joined.erp_source = erp.connection
    left join links as deal_links
        on joined.deal_source = deal_links.connection and deal_links.object = 'opportunity'
    left join links as document_links
        on joined.erp_source = document_links.connection and joined.erp_object = document_links.object
),

listed as (
    select
        linked.code || '.' || linked.period_id || '.' || linked.item_id
        || case when linked.position > 1 then '.' || cast(linked.position as varchar) else '' end as break_id,
        linked.item_id as item_id,
        linked.code as code,
        linked.told_cause as cause,
        linked.evidence as evidence,
        case linked.code
            when 'timing' then 'Booked in one month and invoiced in another'
            when 'not_ordered' then 'Won, and no order in the ERP names it'
            when 'awaiting_approval' then 'Won, and its order waits for approval'
            when 'not_invoiced' then case when linked.order_id is null then 'Won, and nothing is invoiced yet' else 'Ordered, and nothing is invoiced yet' end
            when 'partly_invoiced' then 'Ordered, and only a part is invoiced'
            when 'missing_in_crm' then 'Revenue that no won deal stands for'
            when 'price' then case when linked.opportunity_line_id is null then 'Another amount than agreed' else 'Another price than agreed' end
            when 'quantity' then 'Another quantity than agreed'
            when 'unit_of_measure' then 'The same number in another unit'
            when 'discount' then 'Another discount than agreed'
            when 'tax_or_freight' then 'Tax or freight on one side only'
            when 'exchange_rate' then 'Translated at different rates'
            when 'currency_mismatch' then 'Deal and ' || case when linked.order_object = 'invoice' then 'invoice' else 'order' end || ' are in different currencies'
            when 'duplicate' then 'Entered twice'
            when 'cancelled_or_credited' then 'Cancelled, closed short or credited'
            when 'wrong_customer' then 'Posted at another customer than the deal''s'
            when 'wrong_entity' then 'Posted in another legal entity than the deal''s'
            when 'deferred' then 'Invoiced, and recognised in other months'
            when 'out_of_scope' then 'Outside what the two systems share'
            when 'rounding' then 'Each side rounds by itself'
            else 'Nothing explains it'
        end
        || coalesce(': ' || linked.told_cause, '')
        || case
            when linked.crm_value is not null and linked.erp_value is not null
                then ' (CRM ' || linked.crm_value || ', ERP ' || linked.erp_value || ')'
            else ''
        end
        || coalesce('; ' || linked.evidence, '')
        || '.' as explanation,
        linked.period_id as period_id,
        linked.customer_id as customer_id,
        coalesce(linked.customer_name, linked.customer_id) as customer_name,
        linked.currency as currency,
        linked.legal_entity as legal_entity,
        linked.amount as amount,
        linked.reporting_amount as reporting_amount,
        linked.code in ('timing', 'not_ordered', 'awaiting_approval', 'not_invoiced', 'partly_invoiced', 'deferred') as is_carried,
        linked.opened_date as opened_date,
        date_diff('day', linked.opened_date, as_of.as_of_date) as age_days,
        linked.crm_value as crm_value,
        linked.erp_value as erp_value,
        linked.opportunity_id as opportunity_id,
        linked.opportunity_line_id as opportunity_line_id,
        linked.order_id as order_id,
        case when linked.erp_object = 'invoice' then linked.document_id end as invoice_id,
        linked.document_id as document_id,
        linked.document_number as document_number,
        linked.deal_name as deal_name,
        linked.owner_name as owner_name,
        linked.crm_url as crm_url,
        linked.erp_url as erp_url,
        settings.reporting_currency as reporting_currency
    from linked
    cross join settings
    cross join as_of
)

select * from listed
