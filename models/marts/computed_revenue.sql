-- A memo beside the figure, never the figure: the revenue of invoice lines with a term, as the line's rule computes it, and what the ERP posted to income
-- accounts of it. By the ERP's own term where it has one, else by the service dates of the deal line. One row per invoice line and period.
-- key: invoice_line_id, period_id
-- owner: finance
with computed as (
    select * from intermediate.int_computed_revenue
),

terms as (
    select
        invoice_line_id, min(invoice_id) as invoice_id, min(document_number) as document_number, min(customer_id) as customer_id,
        min(legal_entity) as legal_entity, min(currency) as currency, min(product_code) as product_code, min(start_date) as start_date,
        max(end_date) as end_date, cast(sum(amount) as decimal(38, 4)) as term_amount
    from intermediate.int_recognition_terms
    group by invoice_line_id
),

customers as (
    select customer_id, customer_name from intermediate.int_customers
),

listed as (
    select
        computed.invoice_line_id as invoice_line_id,
        computed.period_id as period_id,
        terms.invoice_id as invoice_id,
        terms.document_number as document_number,
        terms.customer_id as customer_id,
        customers.customer_name as customer_name,
        terms.legal_entity as legal_entity,
        terms.product_code as product_code,
        computed.told_by as told_by,
        computed.method as method,
        terms.start_date as start_date,
        terms.end_date as end_date,
        terms.currency as currency,
        terms.term_amount as term_amount,
        computed.computed_amount as computed_amount,
        computed.recognised_amount as recognised_amount,
        cast(computed.computed_amount - computed.recognised_amount as decimal(38, 4)) as difference_amount,
        computed.computed_to_date_amount as computed_to_date_amount,
        computed.recognised_to_date_amount as recognised_to_date_amount,
        computed.tolerance_amount as tolerance_amount,
        computed.state as state
    from computed
    inner join terms
        on computed.invoice_line_id = terms.invoice_line_id
    left join customers
        on terms.customer_id = customers.customer_id
)

select * from listed
