-- What QuickBooks' custom fields say of an invoice or sales receipt, by their names: the deal, and the sales channel. One row per form that has one.
-- key: _connection, document_key
with fields as (
    select _connection, _parent, name, string_value, _deleted from staging.base_quickbooks__invoice_custom_fields
    union all
    select _connection, _parent, name, string_value, _deleted from staging.base_quickbooks__sales_receipt_custom_fields
),

named as (
    select
        fields._connection as _connection,
        fields._parent as document_key,
        replace(replace(lower(trim(fields.name)), '_', ' '), '-', ' ') as name,
        nullif(trim(fields.string_value), '') as string_value
    from fields
    where not fields._deleted
),

found as (
    select
        named._connection as _connection,
        named.document_key as document_key,
        min(case when named.name in ('crm opportunity', 'crm deal', 'crm id', 'opportunity', 'opportunity id', 'deal', 'deal id') then named.string_value end)
            as crm_reference,
        min(case when named.name in ('channel', 'sales channel') then lower(named.string_value) end) as channel
    from named
    where named.string_value is not null
    group by named._connection, named.document_key
)

select * from found
