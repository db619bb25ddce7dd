-- The lines of QuickBooks' sales forms in their order, those of bundles in the place of the bundle (whose own line only adds them up), with
-- their place in the form. One row per line that says an amount, or is a subtotal in between.
-- key: line_id
with lines as (
    select
        'invoice' as document, _connection, _key, _parent, id, line_num, detail_type, description, amount, item_id, item_account_id, qty, unit_price,
        tax_inclusive_amt, discount_rate, discount_account_id, _deleted
    from staging.base_quickbooks__invoice_lines
    union all
    select
        'invoice' as document, _connection, _key, _parent, id, line_num, detail_type, description, amount, item_id, item_account_id, qty, unit_price,
        tax_inclusive_amt, discount_rate, discount_account_id, _deleted
    from staging.base_quickbooks__invoice_bundle_lines
    union all
    select
        'sales_receipt' as document, _connection, _key, _parent, id, line_num, detail_type, description, amount, item_id, item_account_id, qty, unit_price,
        tax_inclusive_amt, discount_rate, discount_account_id, _deleted
    from staging.base_quickbooks__sales_receipt_lines
    union all
    select
        'sales_receipt' as document, _connection, _key, _parent, id, line_num, detail_type, description, amount, item_id, item_account_id, qty, unit_price,
        tax_inclusive_amt, discount_rate, discount_account_id, _deleted
    from staging.base_quickbooks__sales_receipt_bundle_lines
    union all
    select
        'credit_memo' as document, _connection, _key, _parent, id, line_num, detail_type, description, amount, item_id, item_account_id, qty, unit_price,
        tax_inclusive_amt, discount_rate, discount_account_id, _deleted
    from staging.base_quickbooks__credit_memo_lines
    union all
    select
        'credit_memo' as document, _connection, _key, _parent, id, line_num, detail_type, description, amount, item_id, item_account_id, qty, unit_price,
        tax_inclusive_amt, discount_rate, discount_account_id, _deleted
    from staging.base_quickbooks__credit_memo_bundle_lines
    union all
    select
        'refund_receipt' as document, _connection, _key, _parent, id, line_num, detail_type, description, amount, item_id, item_account_id, qty, unit_price,
        tax_inclusive_amt, discount_rate, discount_account_id, _deleted
    from staging.base_quickbooks__refund_receipt_lines
    union all
    select
        'refund_receipt' as document, _connection, _key, _parent, id, line_num, detail_type, description, amount, item_id, item_account_id, qty, unit_price,
        tax_inclusive_amt, discount_rate, discount_account_id, _deleted
    from staging.base_quickbooks__refund_receipt_bundle_lines
),

parts as (
    select
        lines.*,
        nullif(split_part(lines._key, ':', 2), '') as place
    from lines
    where lines.detail_type in ('SalesItemLineDetail', 'DiscountLineDetail')
        or (lines.detail_type = 'DescriptionOnly' and lower(trim(lines.description)) like 'subtotal%')
),

ordered as (
    select
        parts._connection || ':' || parts._parent || ':' || coalesce(nullif(trim(parts.id), ''), 'line ' || parts.place) as line_id,
        parts._connection as _connection,
        parts._parent || ':' || coalesce(nullif(trim(parts.id), ''), 'line ' || parts.place) as source_id,
        parts._connection || ':' || parts._parent as document_id,
        parts.document as document,
        try_cast(nullif(split_part(parts.place, '.', 1), '') as bigint) * 1000000
            + coalesce(try_cast(nullif(split_part(parts.place, '.', 2), '') as bigint), 0) as place_number,
        try_cast(parts.line_num as bigint) as line_number,
        parts.detail_type as detail_type,
        parts.description as description,
        parts.item_id as item_id,
        parts.item_account_id as item_account_id,
        parts.discount_account_id as discount_account_id,
        try_cast(parts.qty as decimal(18, 6)) as quantity,
        coalesce(cast(try_cast(parts.unit_price as decimal(18, 8)) as decimal(38, 8)), try_cast(parts.unit_price as decimal(38, 8))) as stated_price,
        try_cast(parts.discount_rate as decimal(18, 10)) as discount_percent,
        coalesce(cast(try_cast(parts.amount as decimal(18, 4)) as decimal(38, 4)), try_cast(parts.amount as decimal(38, 4))) as stated_amount,
        coalesce(cast(try_cast(parts.tax_inclusive_amt as decimal(18, 4)) as decimal(38, 4)), try_cast(parts.tax_inclusive_amt as decimal(38, 4))) as inclusive_amount,
        parts._deleted as is_deleted
    from parts
),

-- An element that moved in the list has a row at each of its places: the one that is there counts.
standing as (
    select
        ordered.*,
        row_number() over (partition by ordered.line_id order by case when ordered.is_deleted then 1 else 0 end, ordered.place_number) as standing_rank
    from ordered
),

distinct_lines as (
    select * from standing where standing_rank = 1
)

select * from distinct_lines
