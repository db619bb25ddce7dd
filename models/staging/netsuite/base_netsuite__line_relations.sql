-- Which line a discount reduces, and what the group of a line names, where NetSuite tells it by the place of a line among its document's. A
-- discount line reduces the line above it, or, below a subtotal or a group, the whole document (it is not here). What the line that begins a
-- group names holds for its members. One row per line that has either.
-- key: line_id
with lines as (
    select * from staging.base_netsuite__transaction_lines
    where coalesce(mainline, 'F') = 'F' and coalesce(taxline, 'F') = 'F' and coalesce(iscogs, 'F') = 'F'
),

-- Few documents have lines that say something of others: a discount, or the first line of a group.
told as (
    select distinct _connection, transaction
    from lines
    where itemtype in ('Discount', 'Group') and not _deleted
),

placed as (
    select
        lines._connection || ':' || lines.transaction as document_id,
        lines._connection || ':' || lines._key as line_id,
        lines.itemtype as item_type,
        try_cast(lines.linesequencenumber as bigint) as line_number,
        nullif(trim(lines.crm_line), '') as crm_reference
    from lines
    inner join told
        on lines._connection = told._connection
        and lines.transaction = told.transaction
    -- A line that is gone keeps the number that another one may have now.
    where not lines._deleted
),

beside as (
    select
        document_id, line_id, item_type, line_number,
        max(case when coalesce(item_type, '') not in ('Discount', 'Description', 'Payment') then line_number end) over (
            partition by document_id
            order by line_number
            rows between unbounded preceding and current row
        ) as reduced_line_number,
        max(case when item_type in ('Group', 'EndGroup') then line_number end) over (
            partition by document_id
            order by line_number
            rows between unbounded preceding and current row
        ) as group_line_number
    from placed
),

reductions as (
    select
        beside.line_id as line_id,
        above.line_id as applies_to_line_id,
        cast(null as varchar) as group_reference
    from beside
    inner join placed as above
        on beside.document_id = above.document_id
        and beside.reduced_line_number = above.line_number
    where beside.item_type = 'Discount' and coalesce(above.item_type, '') not in ('Discount', 'Subtotal', 'Group', 'EndGroup')
),

members as (
    select
        beside.line_id as line_id,
        cast(null as varchar) as applies_to_line_id,
        begun.crm_reference as group_reference
    from beside
    inner join placed as begun
        on beside.document_id = begun.document_id
        and beside.group_line_number = begun.line_number
    where coalesce(beside.item_type, '') not in ('Discount', 'ShipItem', 'Subtotal', 'Group', 'EndGroup') and begun.item_type = 'Group'
),

related as (
    select * from reductions
    union all
    select * from members
)

select * from related
