-- The breaks of revenue that belongs to no chain: out of scope by itself, of a twin order, of a document that does not count, in another currency
-- than its order, of a document that no deal names, or a journal that names nothing. One row per break.
-- key: item_id, code, period_id, customer_id, legal_entity, currency
with revenue as (
    select * from intermediate.int_revenue
),

revenue_lines as (
    select * from intermediate.int_revenue_lines
),

shared as (
    select
        shares.revenue_entry_id, shares.line_id, sum(case when shares.is_followed then shares.amount else 0 end) as amount,
        max(case when shares.is_followed then 0 else 1 end) as is_in_other_currency,
        max(case when not shares.is_followed and not chain_currencies.is_ordered then 1 else 0 end) as is_unordered_charge
    from intermediate.int_revenue_shares as shares
    left join intermediate.int_chain_currencies as chain_currencies
        on shares.chain_id = chain_currencies.chain_id
    group by shares.revenue_entry_id, shares.line_id
),

loose_parts as (
    select
        revenue_lines.revenue_entry_id, revenue_lines.line_id,
        cast(revenue_lines.amount - coalesce(shared.amount, 0) as decimal(38, 4)) as loose_amount, true as has_line,
        coalesce(shared.is_in_other_currency, 0) = 1 as is_in_other_currency, coalesce(shared.is_unordered_charge, 0) = 1 as is_unordered_charge
    from revenue_lines
    left join shared
        on revenue_lines.revenue_entry_id = shared.revenue_entry_id
        and revenue_lines.line_id = shared.line_id
    where shared.amount is null or revenue_lines.amount <> shared.amount
    union all
    select revenue.revenue_entry_id, coalesce(revenue.credit_note_line_id, revenue.invoice_line_id) as line_id, revenue.amount as loose_amount,
        false as has_line, false as is_in_other_currency, false as is_unordered_charge
    from revenue
    where not exists (select 1 from revenue_lines where revenue_lines.revenue_entry_id = revenue.revenue_entry_id)
),

loose_lines as (
    select distinct line_id from loose_parts
    where line_id is not null
),

-- What is a draft, void or deleted is no document that chains follow, nor is a credit of it; empty: it counts.
invoices as (
    select
        invoices.*,
        case
            when invoices.is_posted and not invoices.is_voided and not invoices.is_deleted then cast(null as varchar)
            when invoices.is_deleted then 'an invoice that was deleted'
            when invoices.is_voided then 'an invoice that is void'
            else 'an invoice that is a draft'
        end as uncounted
    from canonical.invoices as invoices
),

credit_notes as (
    select
        credit_notes.*,
        case
            when credit_notes.is_posted and not credit_notes.is_voided and not credit_notes.is_deleted then cast(null as varchar)
            when credit_notes.is_deleted then 'a credit note that was deleted'
            when credit_notes.is_voided then 'a credit note that is void'
            else 'a credit note that is a draft'
        end as uncounted
    from canonical.credit_notes as credit_notes
),

-- Of several orders one that is followed, if there is any.
first_orders as (
    select
        billed.invoice_id,
        coalesce(min(case when states.has_won_deal and states.state <> 'twin' then billed.order_id end), min(billed.order_id)) as order_id
    from intermediate.int_invoice_orders as billed
    left join intermediate.int_order_states as states
        on billed.order_id = states.order_id
    group by billed.invoice_id
),

-- Where an invoice bills several orders, or not the one that it names, its lines tell.
orders_of_lines as (
    select lines.invoice_line_id, order_lines.order_id
    from canonical.invoice_lines as lines
    inner join (select distinct invoice_id from intermediate.int_invoice_orders where order_count > 1) as several
        on lines.invoice_id = several.invoice_id
    inner join canonical.order_lines as order_lines
        on lines.order_line_id = order_lines.order_line_id
    inner join canonical.orders as line_orders
        on order_lines.order_id = line_orders.order_id
    where not order_lines.is_deleted and not line_orders.is_deleted
),

invoice_lines as (
    select
        lines.invoice_line_id, lines.invoice_id,
        coalesce(orders_of_lines.order_id, invoices.order_id, first_orders.order_id, lines.invoice_id) as order_id,
        coalesce(invoices.uncounted, case when lines.is_deleted then 'a line that was taken out' end) as uncounted, lines.currency
    from canonical.invoice_lines as lines
    inner join loose_lines
        on lines.invoice_line_id = loose_lines.line_id
    inner join invoices
        on lines.invoice_id = invoices.invoice_id
    left join first_orders
        on lines.invoice_id = first_orders.invoice_id
    left join orders_of_lines
        on lines.invoice_line_id = orders_of_lines.invoice_line_id
),

-- Of several invoices one that is followed, if there is any.
followed_invoices as (
    select distinct credited.credit_note_id, credited.invoice_id
    from intermediate.int_credit_note_invoices as credited
    inner join intermediate.int_invoice_line_shares as shares
        on credited.invoice_id = shares.document_id
    where credited.invoice_count > 1
),

first_invoices as (
    select credited.credit_note_id, coalesce(min(followed_invoices.invoice_id), min(credited.invoice_id)) as invoice_id
    from intermediate.int_credit_note_invoices as credited
    left join followed_invoices
        on credited.credit_note_id = followed_invoices.credit_note_id
        and credited.invoice_id = followed_invoices.invoice_id
    group by credited.credit_note_id
),

credited_lines as (
    select
        lines.credit_note_line_id, lines.credit_note_id, lines.invoice_line_id,
        coalesce(named_lines.invoice_id, credit_notes.invoice_id, first_invoices.invoice_id) as invoice_id,
        coalesce(credit_notes.uncounted, case when lines.is_deleted then 'a line that was taken out' end) as uncounted, lines.currency
    from canonical.credit_note_lines as lines
    inner join loose_lines
        on lines.credit_note_line_id = loose_lines.line_id
    inner join credit_notes
        on lines.credit_note_id = credit_notes.credit_note_id
    left join first_invoices
        on lines.credit_note_id = first_invoices.credit_note_id
    left join canonical.invoice_lines as named_lines
        on lines.invoice_line_id = named_lines.invoice_line_id
        and not named_lines.is_deleted
),

credit_lines as (
    select
        lines.credit_note_line_id,
        coalesce(orders_of_lines.order_id, invoices.order_id, first_orders.order_id, lines.invoice_id, lines.credit_note_id) as order_id,
        coalesce(lines.uncounted, 'a credit of ' || invoices.uncounted) as uncounted, lines.currency
    from credited_lines as lines
    left join invoices
        on lines.invoice_id = invoices.invoice_id
    left join first_orders
        on lines.invoice_id = first_orders.invoice_id
    left join orders_of_lines
        on lines.invoice_line_id = orders_of_lines.invoice_line_id
),

orders as (
    select * from intermediate.int_orders
),

order_net_amounts as (
    select document_id as order_id, sum(amount) as net_amount
    from intermediate.int_document_lines
    where document in ('order', 'invoice')
    group by document_id
),

states as (
    select * from intermediate.int_order_states
),

settings as (
    select * from intermediate.int_settings
),

erp_rates as (
    select * from intermediate.int_erp_rates
    where kind = 'erp'
),

erp_inverse_rates as (
    select * from intermediate.int_erp_rates
    where kind = 'erp_inverse'
),

-- What is posted for a document and for none of its lines is no chain's: which one it is of, nothing tells.
whole_documents as (
    select
        invoices.invoice_id as document_id, coalesce(invoices.order_id, first_orders.order_id, invoices.invoice_id) as order_id,
        coalesce(invoices.uncounted, 'an invoice and for none of its lines') as uncounted
    from invoices
    left join first_orders
        on invoices.invoice_id = first_orders.invoice_id
    union all
    select
        credit_notes.credit_note_id as document_id,
        coalesce(invoices.order_id, first_orders.order_id, invoices.invoice_id, credit_notes.credit_note_id) as order_id,
        coalesce(credit_notes.uncounted, 'a credit of ' || invoices.uncounted, 'a credit note and for none of its lines') as uncounted
    from credit_notes
    left join first_invoices
        on credit_notes.credit_note_id = first_invoices.credit_note_id
    left join invoices
        on coalesce(credit_notes.invoice_id, first_invoices.invoice_id) = invoices.invoice_id
    left join first_orders
        on invoices.invoice_id = first_orders.invoice_id
),

lines as (
    select invoice_line_id as line_id, order_id, uncounted, currency from invoice_lines
    union all
    select credit_note_line_id as line_id, order_id, uncounted, currency from credit_lines
),

loose as (
    select
        revenue.*,
        loose_parts.loose_amount as loose_amount,
        loose_parts.is_unordered_charge as is_unordered_charge,
        case when lines.line_id is null then whole_documents.order_id else lines.order_id end as order_id,
        -- What its currency does not keep from being followed is of a line that is not there any more.
        coalesce(
            case when lines.line_id is null then whole_documents.uncounted else lines.uncounted end,
            case
                when loose_parts.has_line and not loose_parts.is_in_other_currency then 'what came of a line that was taken out'
                when not loose_parts.has_line and revenue.currency = lines.currency then 'a discount of lines that were taken out'
            end
        ) as uncounted
    from loose_parts
    inner join revenue
        on loose_parts.revenue_entry_id = revenue.revenue_entry_id
    left join lines
        on loose_parts.line_id = lines.line_id
    left join whole_documents
        on revenue.document_id = whole_documents.document_id
),

dated as (
    select
        loose.*,
        orders.number as order_number,
        coalesce(orders.order_date, loose.posting_date) as scope_date,
        coalesce(orders.currency, loose.currency) as scope_currency,
        coalesce(order_net_amounts.net_amount, loose.amount) as scope_amount,
        orders.channel as channel,
        orders.base_currency as scope_base_currency,
        case when twins.invoice_id is not null then 'twin' else states.state end as order_state,
        coalesce(states.has_won_deal, false) as has_won_deal,
        states.order_id is not null as names_a_deal,
        settings.go_live, settings.minimum_amount,
        coalesce(settings.minimum_currency, settings.reporting_currency) as minimum_currency
    from loose
    cross join settings
    left join orders
        on loose.order_id = orders.order_id
    left join order_net_amounts
        on loose.order_id = order_net_amounts.order_id
    left join states
        on loose.order_id = states.order_id
    left join intermediate.int_invoice_twins as twins
        on loose.order_id = twins.invoice_id
),

rated as (
    select
        dated.*,
        case when dated.scope_currency = dated.scope_base_currency then cast(1 as decimal(18, 10)) else to_base.rate end as to_base_rate,
        case when dated.minimum_currency = dated.scope_base_currency then cast(1 as decimal(18, 10)) else from_base.rate end as from_base_rate
    from dated
    left join erp_rates as to_base
        on dated.source = to_base.erp
        and dated.scope_currency = to_base.from_currency
        and dated.scope_base_currency = to_base.to_currency
        and dated.scope_date >= to_base.start_date
        and dated.scope_date < to_base.next_start_date
    left join erp_inverse_rates as from_base
        on dated.source = from_base.erp
        and dated.scope_base_currency = from_base.from_currency
        and dated.minimum_currency = from_base.to_currency
        and dated.scope_date >= from_base.start_date
        and dated.scope_date < from_base.next_start_date
),

crossed as (
    select
        rated.*,
        case
            when rated.scope_currency = rated.minimum_currency then cast(1 as decimal(18, 10))
            else cast(rated.to_base_rate * rated.from_base_rate as decimal(18, 10))
        end as minimum_rate
    from rated
),

scoped as (
    select
        crossed.*,
        case
            when crossed.has_won_deal then cast(null as varchar)
            when crossed.scope_date < crossed.go_live then 'before go-live'
            when crossed.order_id is not null and abs(crossed.scope_amount) * crossed.minimum_rate < crossed.minimum_amount
                then 'below the minimum amount'
            when exists (
                select 1 from staging.stg_tieout__scope_rules as scope_rules
                where scope_rules.rule = 'channel' and lower(scope_rules.value) = crossed.channel
            ) then 'channel ' || crossed.channel
            when exists (
                select 1 from staging.stg_tieout__scope_rules as scope_rules
                where scope_rules.rule = 'account' and scope_rules.value in (crossed.account, crossed.source || ':' || crossed.account)
            ) then 'account ' || crossed.account
        end as scope_reason
    from crossed
),

judged as (
    select
        scoped.document_id as item_id,
        case
            when scoped.scope_reason is not null then 'out_of_scope'
            when scoped.order_state = 'twin' then 'duplicate'
            when scoped.has_won_deal and scoped.uncounted is not null then 'unexplained'
            when scoped.has_won_deal then 'currency_mismatch'
            when scoped.order_id is not null then 'missing_in_crm'
            else 'unexplained'
        end as code,
        case
            when scoped.scope_reason is not null then scoped.scope_reason
            when scoped.order_state = 'twin' then case when scoped.names_a_deal then 'the order was entered twice' else 'the invoice was entered twice' end
            when scoped.has_won_deal and scoped.uncounted is not null then 'posted for ' || scoped.uncounted
            when scoped.has_won_deal and scoped.is_unordered_charge then 'freight that no order has, in another currency than the deal''s'
            when scoped.has_won_deal and scoped.currency = scoped.scope_currency then 'ordered in another currency than the deal''s other orders'
            when scoped.has_won_deal then 'invoiced in another currency than ordered'
            when scoped.order_id is not null and scoped.names_a_deal then 'the deal is not won'
            when scoped.order_id is not null then 'no deal names it, and it names none'
            when scoped.kind = 'journal' then 'the journal names no document'
            else 'posted for a document that is not there'
        end as cause,
        scoped.period_id, scoped.customer_id, scoped.legal_entity, scoped.currency, scoped.loose_amount, scoped.order_id, scoped.document_id,
        scoped.document_number
    from scoped
),

breaks as (
    select
        judged.item_id as item_id, judged.code as code, min(judged.cause) as cause, judged.period_id as period_id,
        judged.customer_id as customer_id, judged.legal_entity as legal_entity, judged.currency as currency,
        cast(-sum(judged.loose_amount) as decimal(38, 4)) as amount, min(judged.order_id) as order_id, min(judged.document_id) as document_id
    from judged
    group by judged.item_id, judged.code, judged.period_id, judged.customer_id, judged.legal_entity, judged.currency
),

not_zero as (
    select * from breaks where amount <> 0
)

select * from not_zero
