-- What SAP's billing documents posted to income accounts, item by item. A journal entry item names the sales document's item and the material,
-- not the billing item: it goes to the billing items with both; else to those with the material; else to all of the document. Where that is
-- what these items come to, each gets its own amount; else it is shared out in proportion, and the largest takes what rounding leaves.
-- One row per billing item and account, or per account where there is no item.
-- key: revenue_entry_id
with entries as (
    select * from staging.base_sap__income_entries
    where is_billing and document_id is not null and not is_deleted
),

lines as (
    select * from staging.base_sap__document_lines
    where not is_deleted
),

currencies as (
    select * from staging.stg_tieout__currencies
),

posted as (
    select
        entries.document_id, entries.account, coalesce(entries.sales_document, '') as sales_document,
        coalesce(entries.sales_document_item, '') as sales_document_item, coalesce(entries.material, '') as material,
        min(entries.entry_id) as entry_id,
        max(entries.currency) as currency,
        max(entries.base_currency) as base_currency,
        min(entries.posting_date) as posting_date,
        min(entries.created_at) as created_at,
        sum(entries.amount) as amount,
        sum(entries.base_amount) as base_amount
    from entries
    group by entries.document_id, entries.account, coalesce(entries.sales_document, ''), coalesce(entries.sales_document_item, ''), coalesce(entries.material, '')
),

exact_matches as (
    select posted.entry_id, lines.line_id, lines.amount as line_amount
    from posted
    inner join lines
        on posted.document_id = lines.document_id
        and posted.sales_document = coalesce(lines.sales_document, '')
        and posted.sales_document_item = coalesce(lines.sales_document_item, '')
        and posted.material = coalesce(lines.product, '')
),

material_matches as (
    select posted.entry_id, lines.line_id, lines.amount as line_amount
    from posted
    inner join lines
        on posted.document_id = lines.document_id
        and posted.material = lines.product
    where not exists (select 1 from exact_matches where exact_matches.entry_id = posted.entry_id)
),

document_matches as (
    select posted.entry_id, lines.line_id, lines.amount as line_amount
    from posted
    inner join lines
        on posted.document_id = lines.document_id
    where not exists (select 1 from exact_matches where exact_matches.entry_id = posted.entry_id)
        and not exists (select 1 from material_matches where material_matches.entry_id = posted.entry_id)
),

targets as (
    select * from exact_matches
    union all
    select * from material_matches
    union all
    select * from document_matches
),

weighed as (
    select
        targets.*,
        sum(targets.line_amount) over (partition by targets.entry_id) as lines_amount,
        sum(abs(targets.line_amount)) over (partition by targets.entry_id) as total_weight,
        count(*) over (partition by targets.entry_id) as line_count,
        row_number() over (partition by targets.entry_id order by abs(targets.line_amount) desc, targets.line_id) as size_rank
    from targets
),

joined as (
    select
        posted.entry_id, posted.document_id, posted.account, posted.currency, posted.base_currency, posted.posting_date, posted.created_at,
        posted.amount as posted_amount,
        posted.base_amount as posted_base,
        coalesce(currencies.minor_digits, 2) as minor_digits,
        coalesce(base_currencies.minor_digits, 2) as base_minor_digits,
        weighed.line_id, weighed.line_amount, weighed.lines_amount, coalesce(weighed.size_rank, 1) as size_rank, weighed.line_count,
        case
            when coalesce(weighed.total_weight, 0) = 0 then cast(cast(1 as double) / cast(nullif(weighed.line_count, 0) as double) as decimal(38, 15))
            else cast(cast(abs(weighed.line_amount) as double) / cast(nullif(weighed.total_weight, 0) as double) as decimal(38, 15))
        end as share
    from posted
    left join weighed
        on posted.entry_id = weighed.entry_id
    left join currencies
        on posted.currency = currencies.currency
    left join currencies as base_currencies
        on posted.base_currency = base_currencies.currency
),

shared as (
    select
        joined.*,
        case
            when joined.line_id is null or joined.line_count = 1 then joined.posted_amount
            when joined.posted_amount = joined.lines_amount then joined.line_amount
            when joined.posted_amount = -joined.lines_amount then -joined.line_amount
            else cast(case joined.minor_digits when 0 then cast(round(joined.posted_amount * joined.share, 0) as decimal(38, 4)) when 3 then cast(round(joined.posted_amount * joined.share, 3) as decimal(38, 4)) when 4 then cast(round(joined.posted_amount * joined.share, 4) as decimal(38, 4)) else cast(round(joined.posted_amount * joined.share, 2) as decimal(38, 4)) end as decimal(38, 4))
        end as amount_share,
        case
            when joined.line_id is null or joined.line_count = 1 then joined.posted_base
            else cast(case joined.base_minor_digits when 0 then cast(round(joined.posted_base * joined.share, 0) as decimal(38, 4)) when 3 then cast(round(joined.posted_base * joined.share, 3) as decimal(38, 4)) when 4 then cast(round(joined.posted_base * joined.share, 4) as decimal(38, 4)) else cast(round(joined.posted_base * joined.share, 2) as decimal(38, 4)) end as decimal(38, 4))
        end as base_share
    from joined
),

completed as (
    select
        shared.entry_id || coalesce('@' || shared.line_id, '') as revenue_entry_id,
        shared.entry_id as entry_id,
        shared.line_id as line_id,
        cast(shared.amount_share + case when shared.size_rank = 1
            then shared.posted_amount - sum(shared.amount_share) over (partition by shared.entry_id) else 0 end as decimal(38, 4)) as amount,
        cast(shared.base_share + case when shared.size_rank = 1
            then shared.posted_base - sum(shared.base_share) over (partition by shared.entry_id) else 0 end as decimal(38, 4)) as base_amount
    from shared
)

select * from completed
