-- Every customer as one: who it is on both sides, how that is known, what it booked, was billed, paid and owes, and what is wrong with it. Amounts are in the
-- reporting currency: pipeline at the CRM's rate of the close date, receivables and margin at the policy rate of the newest period, or, where that has none
-- yet, of the one before it. What has no rate is in none of them, and is counted: cells of a month, open deals, open invoices. Bookings, billings and revenue
-- are those of the calendar's periods. A deleted customer is here while it has any of these. One row per customer.
-- key: customer_id
-- owner: revenue operations
with customers as (
    select * from intermediate.int_customers
    where customer_id <> '(none)'
),

-- Where the company has only one, no record of a customer need name it.
only_currency as (
    select case when min(currency) = max(currency) then min(currency) end as currency from intermediate.int_cells
),

settings as (
    select settings.reporting_currency, coalesce(currencies.minor_digits, 2) as reporting_digits
    from intermediate.int_settings as settings
    left join staging.stg_tieout__currencies as currencies
        on settings.reporting_currency = currencies.currency
),

as_of as (
    select as_of_date from raw.as_of
),

links as (
    select * from intermediate.int_customer_links
),

users as (
    select * from canonical.users
),

connections as (
    select * from staging.stg_tieout__connections
),

record_links as (
    select * from staging.stg_tieout__record_links
),

-- A closing rate is there when its period is closed: until then the one before it is the newest there is. An older one would be none of now.
last_periods as (
    select period_id, row_number() over (order by start_date desc) as recency from marts.periods
),

recent_rates as (
    select
        policy_rates.currency, policy_rates.rate,
        row_number() over (partition by policy_rates.currency order by last_periods.recency) as preference
    from intermediate.int_policy_rates as policy_rates
    inner join last_periods
        on policy_rates.period_id = last_periods.period_id
    where last_periods.recency <= 2
),

newest_rates as (
    select currency, rate from recent_rates
    where preference = 1
),

erp_records as (
    select
        links.customer_id,
        min(links.source_customer_id) as first_erp_customer_id,
        max(links.source_customer_id) as last_erp_customer_id,
        count(*) as erp_customer_count,
        min(case when links.tier = 'none' then null else links.tier end) as tier,
        min(links.evidence) as evidence,
        min(links.since) as since
    from links
    where links.side = 'erp' and (not links.is_deleted or links.source_customer_id = links.customer_id)
    group by links.customer_id
),

cells as (
    select
        customer_id, sum(bookings_reporting_amount) as bookings_amount, sum(billings_reporting_amount) as billings_amount,
        sum(revenue_reporting_amount) as revenue_amount, sum(case when is_validated or period_id = '(none)' then 0 else 1 end) as without_rate_count
    from marts.cells
    group by customer_id
),

open_deals as (
    select
        coalesce(survivors.survivor_id, opportunities.customer_id) as customer_id,
        opportunities.amount as amount,
        case when opportunities.currency = settings.reporting_currency then cast(1 as decimal(18, 10)) else rates.rate end as rate,
        settings.reporting_digits as reporting_digits
    from canonical.opportunities as opportunities
    cross join settings
    left join intermediate.int_account_survivors as survivors
        on opportunities.customer_id = survivors.account_id
    left join intermediate.int_crm_rates as rates
        on opportunities.source = rates.crm
        and opportunities.currency = rates.from_currency
        and settings.reporting_currency = rates.to_currency
        and opportunities.close_date >= rates.start_date
        and opportunities.close_date < rates.next_start_date
    where not opportunities.is_closed and not opportunities.is_deleted and opportunities.amount <> 0
),

translated_deals as (
    select
        customer_id,
        cast(case reporting_digits
            when 0 then cast(round(amount * rate, 0) as decimal(38, 4))
            when 2 then cast(round(amount * rate, 2) as decimal(38, 4))
            when 3 then cast(round(amount * rate, 3) as decimal(38, 4))
            else cast(round(amount * rate, 4) as decimal(38, 4))
        end as decimal(38, 4)) as reporting_amount
    from open_deals
),

pipeline as (
    select
        customer_id, sum(reporting_amount) as pipeline_amount, sum(case when reporting_amount is null then 1 else 0 end) as without_rate_count
    from translated_deals
    group by customer_id
),

open_invoices as (
    select
        links.customer_id as customer_id,
        invoices.due_date < as_of.as_of_date as is_overdue,
        cast(case settings.reporting_digits
            when 0 then cast(round(invoices.open_amount * newest_rates.rate, 0) as decimal(38, 4))
            when 2 then cast(round(invoices.open_amount * newest_rates.rate, 2) as decimal(38, 4))
            when 3 then cast(round(invoices.open_amount * newest_rates.rate, 3) as decimal(38, 4))
            else cast(round(invoices.open_amount * newest_rates.rate, 4) as decimal(38, 4))
        end as decimal(38, 4)) as reporting_amount
    from canonical.invoices as invoices
    cross join as_of
    cross join settings
    inner join links
        on invoices.customer_id = links.source_customer_id
    left join newest_rates
        on invoices.currency = newest_rates.currency
    where invoices.is_posted and not invoices.is_voided and not invoices.is_deleted and invoices.open_amount <> 0
),

receivables as (
    select
        customer_id, sum(reporting_amount) as open_amount, sum(case when is_overdue then reporting_amount else 0 end) as overdue_amount,
        sum(case when reporting_amount is null then 1 else 0 end) as without_rate_count
    from open_invoices
    group by customer_id
),

-- What is given back by a credit note takes its cost with it.
quantities as (
    select
        line_id, product_id, coalesce(quantity, 0) as quantity, coalesce(unit_base_quantity, 1) as unit_base_quantity,
        case document when 'credit_note' then -1 else 1 end as sign
    from intermediate.int_document_lines
    where document in ('invoice', 'credit_note')
),

costs as (
    select
        billings.customer_id,
        sum(cast(case settings.reporting_digits
            when 0 then cast(round(billings.amount * newest_rates.rate, 0) as decimal(38, 4))
            when 2 then cast(round(billings.amount * newest_rates.rate, 2) as decimal(38, 4))
            when 3 then cast(round(billings.amount * newest_rates.rate, 3) as decimal(38, 4))
            else cast(round(billings.amount * newest_rates.rate, 4) as decimal(38, 4))
        end as decimal(38, 4))) as billed_amount,
        sum(cast(case settings.reporting_digits
            when 0 then cast(round(lines.quantity * lines.unit_base_quantity * products.unit_cost * cost_rates.rate, 0) as decimal(38, 4))
            when 2 then cast(round(lines.quantity * lines.unit_base_quantity * products.unit_cost * cost_rates.rate, 2) as decimal(38, 4))
            when 3 then cast(round(lines.quantity * lines.unit_base_quantity * products.unit_cost * cost_rates.rate, 3) as decimal(38, 4))
            else cast(round(lines.quantity * lines.unit_base_quantity * products.unit_cost * cost_rates.rate, 4) as decimal(38, 4))
        end as decimal(38, 4)) * lines.sign) as cost_amount
    from intermediate.int_billings as billings
    cross join settings
    inner join quantities as lines
        on billings.line_id = lines.line_id
    inner join canonical.products as products
        on lines.product_id = products.product_id
        and products.unit_cost is not null
    inner join newest_rates
        on billings.currency = newest_rates.currency
    inner join newest_rates as cost_rates
        on products.currency = cost_rates.currency
    group by billings.customer_id
),

erp_activity as (
    select customer_id, max(activity_date) as last_activity_date
    from (
        select links.customer_id, invoices.invoice_date as activity_date
        from canonical.invoices as invoices
        inner join links
            on invoices.customer_id = links.source_customer_id
        where not invoices.is_deleted
        union all
        select links.customer_id, orders.order_date as activity_date
        from canonical.orders as orders
        inner join links
            on orders.customer_id = links.source_customer_id
        where not orders.is_deleted
        union all
        select links.customer_id, payments.payment_date as activity_date
        from canonical.payments as payments
        inner join links
            on payments.customer_id = links.source_customer_id
        where not payments.is_deleted
    ) as activity
    group by customer_id
),

problems as (
    select
        coalesce(links.customer_id, problems.customer_id) as customer_id, count(*) as problem_count, min(problems.explanation) as worst_problem
    from intermediate.int_customer_problems as problems
    left join links
        on problems.customer_id = links.source_customer_id
    where problems.customer_id is not null
    group by coalesce(links.customer_id, problems.customer_id)
),

drift as (
    select customer_id, count(*) as drift_count, min(field) as field from marts.field_drift group by customer_id
),

listed as (
    select
        customers.customer_id as customer_id,
        customers.customer_name as customer_name,
        case when accounts.side = 'crm' then customers.customer_id end as crm_account_id,
        case when accounts.side = 'crm'
            then replace(replace(coalesce(account_links.url, crm_connections.record_url), '{object}', 'account'), '{id}', customers.source_id) end as crm_url,
        case
            when erp_records.erp_customer_count = 1 then erp_records.first_erp_customer_id
            when erp_records.erp_customer_count = 2 then erp_records.first_erp_customer_id || ', ' || erp_records.last_erp_customer_id
            when erp_records.erp_customer_count > 2 then erp_records.first_erp_customer_id || ', ' || erp_records.last_erp_customer_id || ' and '
                || cast(erp_records.erp_customer_count - 2 as varchar) || ' more'
        end as erp_customer_ids,
        replace(replace(coalesce(customer_record_links.url, erp_connections.record_url), '{object}', 'customer'), '{id}', erp_customers.source_id) as erp_url,
        users.name as owner_name,
        customers.segment as segment,
        coalesce(customers.country, erp_customers.country) as country,
        coalesce(customers.currency, erp_customers.currency, only_currency.currency) as currency,
        coalesce(erp_records.tier, case when accounts.side = 'crm' then 'crm only' else 'erp only' end) as match_tier,
        erp_records.evidence as match_evidence,
        erp_records.since as matched_since,
        cast(coalesce(pipeline.pipeline_amount, 0) as decimal(38, 4)) as pipeline_amount,
        cast(coalesce(cells.bookings_amount, 0) as decimal(38, 4)) as bookings_amount,
        cast(coalesce(cells.billings_amount, 0) as decimal(38, 4)) as billings_amount,
        cast(coalesce(cells.revenue_amount, 0) as decimal(38, 4)) as revenue_amount,
        cast(costs.billed_amount - costs.cost_amount as decimal(38, 4)) as margin_amount,
        cast(coalesce(receivables.open_amount, 0) as decimal(38, 4)) as open_amount,
        cast(coalesce(receivables.overdue_amount, 0) as decimal(38, 4)) as overdue_amount,
        coalesce(cells.without_rate_count, 0) as cells_without_rate,
        coalesce(pipeline.without_rate_count, 0) as open_deals_without_rate,
        coalesce(receivables.without_rate_count, 0) as open_invoices_without_rate,
        settings.reporting_currency as reporting_currency,
        customers.last_activity_date as crm_last_activity_date,
        erp_activity.last_activity_date as erp_last_activity_date,
        coalesce(problems.problem_count, 0) + coalesce(drift.drift_count, 0) as problem_count,
        coalesce(problems.worst_problem, 'the copy of ' || replace(drift.field, '_', ' ') || ' differs from its owner''s value') as worst_problem
    from customers
    cross join settings
    cross join only_currency
    left join links as accounts
        on customers.customer_id = accounts.source_customer_id
    left join connections as crm_connections
        on customers.source = crm_connections.connection
        and crm_connections.role = 'crm'
    left join erp_records
        on customers.customer_id = erp_records.customer_id
    left join canonical.customers as erp_customers
        on erp_records.first_erp_customer_id = erp_customers.customer_id
    left join connections as erp_connections
        on erp_customers.source = erp_connections.connection
    left join record_links as account_links
        on customers.source = account_links.connection and account_links.object = 'account'
    left join record_links as customer_record_links
        on erp_customers.source = customer_record_links.connection and customer_record_links.object = 'customer'
    left join users
        on customers.owner_id = users.user_id
    left join cells
        on customers.customer_id = cells.customer_id
    left join pipeline
        on customers.customer_id = pipeline.customer_id
    left join receivables
        on customers.customer_id = receivables.customer_id
    left join costs
        on customers.customer_id = costs.customer_id
    left join erp_activity
        on customers.customer_id = erp_activity.customer_id
    left join problems
        on customers.customer_id = problems.customer_id
    left join drift
        on customers.customer_id = drift.customer_id
    where not coalesce(customers.is_deleted, false) or cells.customer_id is not null or pipeline.customer_id is not null
        or receivables.customer_id is not null
)

select * from listed
