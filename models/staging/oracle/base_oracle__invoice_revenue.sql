-- The distributions of Oracle invoices that are revenue, each with its day: the invoice's accounting date. The interface does not tell in which
-- periods those of a revenue scheduling rule fall. Where there are as many as the rule has periods, they are taken for the periods from the
-- rule's start on, in the order of their ids (an assumption), each from the beginning of its period on. Those of lines that Revenue Management
-- accounts for are left out; freight, also of a line, is the invoice's own. One row per distribution.
-- key: distribution_id
with distributions as (
    select * from staging.base_oracle__revenue_distributions
    where document = 'invoice'
),

lines as (
    select * from staging.base_oracle__invoice_lines
),

invoices as (
    select * from staging.base_oracle__transactions
    where document = 'invoice'
),

managed as (
    select distinct invoice_line_id from staging.base_oracle__recognitions
),

as_of as (
    select as_of_date as today from raw.as_of
),

periods as (
    select
        period_id, start_date, end_date,
        row_number() over (order by start_date) as number
    from staging.stg_tieout__periods
),

posted as (
    select
        distributions._connection || ':' || distributions.distribution_id as distribution_id,
        distributions._connection as source,
        distributions.distribution_id as source_id,
        invoices.transaction_id as invoice_id,
        case
            when distributions.account_class = 'Freight' then invoices.transaction_id || ':freight'
            else invoices.transaction_id || ':' || lines.customer_transaction_line_id
        end as invoice_line_id,
        distributions.account_combination as account,
        distributions.amount as amount,
        distributions.accounted_amount as base_amount,
        invoices.accounting_date as accounting_date,
        try_cast(substr(lines.rule_start_date, 1, 10) as date) as rule_start_date,
        try_cast(lines.accounting_rule_duration as bigint) as rule_periods,
        row_number() over (
            partition by distributions._connection, distributions._parent, distributions.account_class, distributions.line_number
            order by distributions._deleted, try_cast(distributions.distribution_id as bigint)
        ) as place,
        sum(case when distributions._deleted then 0 else 1 end) over (
            partition by distributions._connection, distributions._parent, distributions.account_class, distributions.line_number
        ) as places,
        distributions._deleted as is_deleted
    from distributions
    inner join invoices
        on distributions._connection = invoices.source
        and distributions._parent = invoices.record_key
    left join lines
        on distributions._connection = lines._connection
        and distributions._parent = lines._parent
        and case when distributions.account_class = 'Revenue' then distributions.line_number end = lines.line_number
),

unmanaged as (
    select posted.*
    from posted
    left join managed
        on posted.invoice_line_id = managed.invoice_line_id
    where managed.invoice_line_id is null
),

placed as (
    select
        unmanaged.*,
        coalesce(unmanaged.rule_periods > 1 and unmanaged.places = unmanaged.rule_periods and starts.number is not null, false) as is_scheduled,
        scheduled.start_date as scheduled_from,
        scheduled.end_date as scheduled_date
    from unmanaged
    left join periods as starts
        on unmanaged.rule_start_date between starts.start_date and starts.end_date
    left join periods as scheduled
        on starts.number + unmanaged.place - 1 = scheduled.number
),

renamed as (
    select
        placed.distribution_id as distribution_id,
        placed.source as source,
        placed.source_id as source_id,
        case when placed.is_scheduled then 'recognition' else 'invoice' end as kind,
        placed.invoice_id as invoice_id,
        placed.invoice_line_id as invoice_line_id,
        placed.account as account,
        case when placed.is_scheduled then placed.scheduled_date else placed.accounting_date end as posting_date,
        placed.amount as amount,
        placed.base_amount as base_amount,
        placed.is_deleted as is_deleted
    from placed
    cross join as_of
    where not placed.is_scheduled or placed.scheduled_from <= as_of.today
)

select * from renamed
