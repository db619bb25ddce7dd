-- The accounts of type revenue by the text that Oracle's journal lines and distributions name them by: all segments in one. The list of accounts has
-- each segment apart, in an attribute that the company has named (beginning with a small letter): they are compared whatever their order, and by
-- their parts where the separator stands in a segment too. One row per text.
-- key: _connection, account
with named as (
    select _connection, account_combination as account from staging.base_oracle__journal_lines
    union all
    select _connection, account_combination as account from staging.base_oracle__invoice_distributions
    where account_class in ('Revenue', 'Freight')
    union all
    select _connection, account_combination as account from staging.base_oracle__credit_memo_distributions
    where account_class in ('Revenue', 'Freight')
),

digits as (
    select digits.digit as digit
    from (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) as digits (digit)
),

counted as (
    select tens.digit * 10 + ones.digit + 1 as part_number
    from digits as tens
    cross join digits as ones
    where tens.digit < 6
),

texts as (
    select distinct _connection, true as is_listed, _extra as account, translate(_extra, '{}"', '') as parts
    from staging.base_oracle__revenue_accounts
    where not _deleted and _extra is not null
    union all
    select distinct _connection, false as is_listed, account, translate(account, '-.|_/~ ', ',,,,,,,') as parts
    from named
    where account is not null
),

parts as (
    select
        texts._connection as _connection, texts.is_listed as is_listed, texts.account as account,
        nullif(split_part(texts.parts, ',', counted.part_number), '') as part
    from texts
    cross join counted
),

segments as (
    select _connection, is_listed, account, case when is_listed then substr(part, strpos(part, ':') + 1) else part end as segment
    from parts
    where part is not null and (not is_listed or strpos('abcdefghijklmnopqrstuvwxyz', substr(part, 1, 1)) > 0)
),

pieces as (
    select
        segments._connection as _connection, segments.is_listed as is_listed, segments.account as account,
        upper(trim(nullif(split_part(translate(segments.segment, '-.|_/~ ', ',,,,,,,'), ',', counted.part_number), ''))) as piece
    from segments
    cross join counted
    where counted.part_number <= 6
),

keys as (
    select _connection, is_listed, account, array_agg(piece order by piece) as account_key
    from pieces
    where piece is not null
    group by _connection, is_listed, account
),

revenue_accounts as (
    select distinct texts._connection as _connection, texts.account as account
    from keys as texts
    inner join keys as listed
        on texts._connection = listed._connection
        and texts.account_key = listed.account_key
        and listed.is_listed
    where not texts.is_listed
)

select * from revenue_accounts
