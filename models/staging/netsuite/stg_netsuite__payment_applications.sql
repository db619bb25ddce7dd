-- What settled each NetSuite invoice: a payment's or a credit memo's share. One row per link.
-- key: payment_application_id
with links as (
    select * from staging.base_netsuite__transaction_line_links
    where linktype = 'Payment'
),

settling as (
    select * from staging.base_netsuite__documents
    where type in ('CustPymt', 'CustCred')
),

renamed as (
    select
        links._connection || ':' || links._key as payment_application_id,
        links._connection as source,
        links._key as source_id,
        case when settling.type = 'CustPymt' then settling.document_id end as payment_id,
        case when settling.type = 'CustCred' then settling.document_id end as credit_note_id,
        links._connection || ':' || links.previousdoc as invoice_id,
        settling.document_date as applied_date,
        abs(coalesce(cast(try_cast(links.foreignamount as decimal(18, 4)) as decimal(38, 4)), try_cast(links.foreignamount as decimal(38, 4)))) as amount,
        settling.currency as currency,
        links._deleted or settling.is_deleted as is_deleted
    from links
    inner join settling
        on links._connection || ':' || links.nextdoc = settling.document_id
)

select * from renamed
