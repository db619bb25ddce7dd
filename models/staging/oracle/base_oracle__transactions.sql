-- Oracle's receivables invoices and credit memos alike, with their sign. Only complete ones are posted; one of a type whose name says that it
-- is void owes and posts nothing. Freight is what its distributions come to, at the head and of lines; where there are none, what the invoice says.
-- Tax is what its distributions of tax come to; where there are no distributions, what is left of the total. One row per transaction.
-- key: transaction_id
with invoices as (
    select * from staging.base_oracle__invoices
),

credit_memos as (
    select * from staging.base_oracle__credit_memos
),

line_totals as (
    select _connection, _parent, sum(coalesce(cast(try_cast(line_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(line_amount as decimal(38, 4)))) as amount
    from staging.base_oracle__invoice_lines
    where not _deleted
    group by _connection, _parent
),

credit_totals as (
    select _connection, _parent, sum(coalesce(cast(try_cast(line_amount_credit as decimal(18, 4)) as decimal(38, 4)), try_cast(line_amount_credit as decimal(38, 4)))) as amount
    from staging.base_oracle__credit_memo_lines
    where not _deleted
    group by _connection, _parent
),

distributions as (
    select 'invoice' as document, _connection, _parent, account_class, amount from staging.base_oracle__invoice_distributions
    where not _deleted
    union all
    select 'credit_note' as document, _connection, _parent, account_class, amount from staging.base_oracle__credit_memo_distributions
    where not _deleted
),

distributed as (
    select
        document, _connection, _parent,
        sum(case when account_class = 'Freight' then coalesce(cast(try_cast(amount as decimal(18, 4)) as decimal(38, 4)), try_cast(amount as decimal(38, 4))) end) as freight_amount,
        coalesce(sum(case when account_class = 'Tax' then coalesce(cast(try_cast(amount as decimal(18, 4)) as decimal(38, 4)), try_cast(amount as decimal(38, 4))) end), 0) as tax_amount
    from distributions
    group by document, _connection, _parent
),

legal_entities as (
    select * from staging.base_oracle__legal_entities
    where not _deleted
),

listed as (
    select
        invoices._connection, invoices._key, 'invoice' as document, invoices.customer_transaction_id, invoices.transaction_number,
        invoices.transaction_type, invoices.invoice_status as status, invoices.bill_to_customer_number, invoices.legal_entity_identifier,
        invoices.business_unit, invoices.invoice_currency_code as currency, invoices.conversion_rate, invoices.transaction_date,
        invoices.accounting_date, invoices.due_date, invoices.entered_amount, invoices.invoice_balance_amount as balance,
        line_totals.amount as lines_amount, invoices.freight_amount as told_freight, invoices.creation_date, invoices.last_update_date,
        invoices._deleted
    from invoices
    left join line_totals
        on invoices._connection = line_totals._connection
        and invoices._key = line_totals._parent
    union all
    select
        credit_memos._connection, credit_memos._key, 'credit_note' as document, credit_memos.customer_transaction_id,
        credit_memos.transaction_number, credit_memos.transaction_type, credit_memos.credit_memo_status as status,
        credit_memos.bill_to_customer_number, credit_memos.legal_entity_identifier, credit_memos.business_unit,
        credit_memos.credit_memo_currency as currency, credit_memos.conversion_rate, credit_memos.transaction_date,
        credit_memos.accounting_date, cast(null as varchar) as due_date, credit_memos.entered_amount,
        credit_memos.transaction_balance_due as balance, credit_totals.amount as lines_amount, cast(null as varchar) as told_freight,
        credit_memos.creation_date, credit_memos.last_update_date, credit_memos._deleted
    from credit_memos
    left join credit_totals
        on credit_memos._connection = credit_totals._connection
        and credit_memos._key = credit_totals._parent
),

united as (
    select
        listed.*,
        distributed.tax_amount as distributed_tax,
        cast(coalesce(
            nullif(distributed.freight_amount, 0),
            coalesce(cast(try_cast(listed.told_freight as decimal(18, 4)) as decimal(38, 4)), try_cast(listed.told_freight as decimal(38, 4))),
            0
        ) as decimal(38, 4)) as freight_amount
    from listed
    left join distributed
        on listed.document = distributed.document
        and listed._connection = distributed._connection
        and listed._key = distributed._parent
),

places as (
    select source, business_unit_name, min(legal_entity_id) as legal_entity_id, min(currency) as currency
    from staging.base_oracle__places
    group by source, business_unit_name
),

customers as (
    select _connection, account_number, min(account_id) as account_id
    from staging.base_oracle__customers
    group by _connection, account_number
),

periods as (
    select * from staging.stg_tieout__periods
),

renamed as (
    select
        united._connection || ':' || united.customer_transaction_id as transaction_id,
        united._connection as source,
        united.customer_transaction_id as source_id,
        united._key as record_key,
        united.document as document,
        united.transaction_number as number,
        united._connection || ':' || customers.account_id as customer_id,
        coalesce(legal_entities._connection || ':' || legal_entities.legal_entity_id, places.legal_entity_id) as legal_entity_id,
        places.currency as base_currency,
        united.currency as currency,
        coalesce(try_cast(united.conversion_rate as decimal(18, 10)), case when united.currency = places.currency then cast(1 as decimal(18, 10)) end)
            as exchange_rate,
        try_cast(substr(united.transaction_date, 1, 10) as date) as transaction_date,
        try_cast(substr(coalesce(united.accounting_date, united.transaction_date), 1, 10) as date) as accounting_date,
        try_cast(substr(united.due_date, 1, 10) as date) as due_date,
        periods.period_id as period_id,
        case when lower(united.transaction_type) like '%void%' then 'voided' else lower(united.status) end as status,
        coalesce(united.status in ('Complete', 'Frozen'), false) and coalesce(lower(united.transaction_type) not like '%void%', true) as is_posted,
        coalesce(lower(united.transaction_type) like '%void%', false) as is_voided,
        coalesce(cast(try_cast(united.entered_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(united.entered_amount as decimal(38, 4))) as total_amount,
        cast(coalesce(
            united.distributed_tax,
            coalesce(cast(try_cast(united.entered_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(united.entered_amount as decimal(38, 4)))
                - coalesce(united.lines_amount, 0) - united.freight_amount
        ) as decimal(38, 4)) as tax_amount,
        united.freight_amount as freight_amount,
        coalesce(cast(try_cast(united.balance as decimal(18, 4)) as decimal(38, 4)), try_cast(united.balance as decimal(38, 4))) as open_amount,
        try_cast(substr(united.creation_date, 1, 19) as timestamp) as created_at,
        try_cast(substr(united.last_update_date, 1, 19) as timestamp) as modified_at,
        united._deleted as is_deleted
    from united
    left join legal_entities
        on united._connection = legal_entities._connection
        and united.legal_entity_identifier = legal_entities.legal_entity_identifier
    left join places
        on united._connection = places.source
        and united.business_unit = places.business_unit_name
    left join customers
        on united._connection = customers._connection
        and united.bill_to_customer_number = customers.account_number
    left join periods
        on try_cast(substr(coalesce(united.accounting_date, united.transaction_date), 1, 10) as date) between periods.start_date and periods.end_date
)

select * from renamed
