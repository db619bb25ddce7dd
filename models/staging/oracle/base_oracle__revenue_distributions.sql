-- The distributions of Oracle invoices and credit memos that are posted to income: of the classes Revenue and Freight, on accounts of the type
-- revenue. The class Revenue alone says only that it is a line's, whatever its account (a deposit's is a liability). Where no account of a
-- connection is found in the list of accounts, the class has to do. One row per distribution.
-- key: document, _connection, _key
with revenue_accounts as (
    select * from staging.base_oracle__named_revenue_accounts
),

listed as (
    select distinct _connection from revenue_accounts
),

distributions as (
    select
        'invoice' as document, _connection, _key, _parent, distribution_id, account_class, account_combination, amount, accounted_amount,
        invoice_line_number as line_number, _deleted
    from staging.base_oracle__invoice_distributions
    union all
    select
        'credit_note' as document, _connection, _key, _parent, distribution_id, account_class, account_combination, amount, accounted_amount,
        credit_memo_line_number as line_number, _deleted
    from staging.base_oracle__credit_memo_distributions
),

found as (
    select distributions.*
    from distributions
    left join revenue_accounts
        on distributions._connection = revenue_accounts._connection
        and distributions.account_combination = revenue_accounts.account
    left join listed
        on distributions._connection = listed._connection
    where (revenue_accounts.account is not null and distributions.account_class in ('Revenue', 'Freight'))
        or (listed._connection is null and distributions.account_class = 'Revenue')
)

select * from found
