-- QuickBooks' commercial lines, net of tax, with their account and kind. The form's discount line is positive and taken off: here it is negative,
-- and of the whole form. A line of a discount item (its account has the detail type Discounts/Refunds Given) reduces the line above it, or,
-- below a subtotal, the whole form. Shipping is freight, and so is what is booked to an account for it. Shipping and the form's discount add to
-- income or reduce it also where they name no account. One row per line.
-- key: line_id
with lines as (
    select * from staging.base_quickbooks__form_lines
),

documents as (
    select document_id, document, is_charge, is_inclusive, currency, is_deleted from staging.base_quickbooks__documents
),

items as (
    select * from staging.base_quickbooks__items
),

accounts as (
    select * from staging.base_quickbooks__income_accounts
),

typed as (
    select
        lines.*,
        documents.is_charge as is_charge,
        documents.currency as currency,
        lines.is_deleted or documents.is_deleted as is_gone,
        coalesce(lines.discount_account_id, lines.item_account_id, items.income_account_id) as account_id,
        coalesce(lines.item_id = 'SHIPPING_ITEM_ID', false) as is_shipping,
        coalesce(documents.is_inclusive, false) and coalesce(lines.inclusive_amount, 0) <> 0 as has_inclusive_price,
        case when lines.detail_type = 'DiscountLineDetail' then -lines.stated_amount else lines.stated_amount end as amount
    from lines
    inner join documents
        on lines.document_id = documents.document_id
        and lines.document = documents.document
    left join items
        on lines._connection = items._connection
        and lines.item_id = items.id
),

kinds as (
    select
        typed.*,
        accounts.code as account_code,
        accounts.account_id is not null
            or (typed.account_id is null and (typed.is_shipping or typed.detail_type = 'DiscountLineDetail')) as is_income,
        case
            when typed.detail_type = 'DescriptionOnly' then 'subtotal'
            when typed.detail_type = 'DiscountLineDetail' then 'discount'
            when typed.is_shipping or coalesce(accounts.is_freight, false) then 'freight'
            when coalesce(accounts.is_discount, false) and typed.amount <= 0 then 'discount'
            else 'item'
        end as kind
    from typed
    left join accounts
        on typed._connection = accounts._connection
        and typed.account_id = accounts.account_id
),

placed as (
    select
        kinds.*,
        max(case when kinds.kind <> 'discount' and not kinds.is_deleted then kinds.place_number end) over (
            partition by kinds.document_id
            order by kinds.place_number
            rows between unbounded preceding and current row
        ) as reduced_place_number
    from kinds
),

reduced as (
    select
        placed.line_id as line_id,
        placed._connection as _connection,
        placed.source_id as source_id,
        placed.document_id as document_id,
        placed.document as document,
        placed.is_charge as is_charge,
        placed.line_number as line_number,
        placed.kind as kind,
        case
            when placed.kind = 'discount' and placed.detail_type = 'SalesItemLineDetail' and above.kind in ('item', 'freight') then above.line_id
        end as applies_to_line_id,
        placed.item_id as item_id,
        placed.account_code as account_code,
        placed.is_income as is_income,
        placed.description as description,
        placed.quantity as quantity,
        case
            when placed.has_inclusive_price then cast(
                placed.stated_price * cast(cast(placed.amount as double) / cast(nullif(placed.inclusive_amount, 0) as double) as decimal(38, 15)) as decimal(38, 8)
            )
            else placed.stated_price
        end as unit_price,
        placed.discount_percent as discount_percent,
        placed.amount as amount,
        placed.currency as currency,
        placed.is_gone as is_deleted
    from placed
    left join kinds as above
        on placed.document_id = above.document_id
        and placed.reduced_place_number = above.place_number
        and above.kind <> 'discount'
        and not above.is_deleted
    where placed.kind <> 'subtotal' and placed.amount is not null
)

select * from reduced
