-- Every form in which the other system may name a record, as a key: a Salesforce id as its 18 characters (without case) and as its first
-- 15 (exactly), any other id as it stands, an order or ERP customer also by its number. What people write (a number, or the id of a record that has none) also
-- without leading zeros, case and the signs that say nothing (l:), for what names no record as it stands. The id of a deal that was merged away names the deal
-- that lives on. One row per object, key and record.
-- key: object, reference_key, record_id
with connections as (
    select * from staging.stg_tieout__connections
),

records as (
    select 'account' as object, customer_id as record_id, source, source_id as reference, true as is_written from canonical.customers
    union all
    select 'erp_customer' as object, customer_id as record_id, source, source_id as reference, number is null as is_written from canonical.customers
    union all
    select 'erp_customer' as object, customer_id as record_id, source, number as reference, true as is_written from canonical.customers
    union all
    select 'opportunity' as object, opportunity_id as record_id, source, source_id as reference, true as is_written
    from canonical.opportunities
    where not is_deleted
    union all
    select 'opportunity' as object, merged_into_id as record_id, source, source_id as reference, true as is_written
    from canonical.opportunities
    where is_deleted and merged_into_id is not null
    union all
    select 'opportunity_line' as object, opportunity_line_id as record_id, source, source_id as reference, false as is_written
    from canonical.opportunity_lines
    where not is_deleted
    union all
    select 'order' as object, order_id as record_id, source, source_id as reference, number is null as is_written from canonical.orders where not is_deleted
    union all
    select 'order' as object, order_id as record_id, source, number as reference, true as is_written from canonical.orders where not is_deleted
    union all
    select 'order' as object, invoice_id as record_id, source, number as reference, true as is_written
    from canonical.invoices
    where not is_deleted and order_id is null
),

sided as (
    select records.object, records.record_id, records.reference, records.is_written, connections.reference_form
    from records
    inner join connections
        on records.source = connections.connection
        and case when records.object in ('account', 'opportunity', 'opportunity_line') then 'crm' else 'erp' end = connections.role
    where records.reference is not null
),

-- Salesforce's ids are told apart by their case; lines are named by programs, which write ids as they are.
signed as (
    select sided.object, sided.record_id, upper(translate(sided.reference, ' _./:#', '-----')) as reference
    from sided
    where sided.is_written and (sided.reference_form <> 'salesforce' or sided.object in ('erp_customer', 'order'))
),

-- A sign after letters alone says nothing (SO-1001); between numbers it does (100-1 is not 1001).
bare as (
    select
        signed.object, signed.record_id,
        case
            when strpos(signed.reference, '-') > 1
                and translate(substr(signed.reference, 1, strpos(signed.reference, '-') - 1), '0123456789', '') = substr(signed.reference, 1, strpos(signed.reference, '-') - 1)
                then substr(signed.reference, 1, strpos(signed.reference, '-') - 1) || substr(signed.reference, strpos(signed.reference, '-') + 1)
            else signed.reference
        end as reference
    from signed
),

keys as (
    select
        sided.object, sided.record_id,
        case length(sided.reference)
            when 18 then 'u:' || upper(sided.reference)
            when 15 then 'e:' || sided.reference
            else 't:' || sided.reference
        end as reference_key
    from sided
    union all
    select sided.object, sided.record_id, 'e:' || substr(sided.reference, 1, 15) as reference_key
    from sided
    where sided.reference_form = 'salesforce' and length(sided.reference) = 18
    union all
    select
        bare.object, bare.record_id,
        'l:' || case
            when translate(bare.reference, '0123456789', '') = '' and length(bare.reference) <= 18
                then cast(try_cast(bare.reference as decimal(18, 0)) as varchar)
            else bare.reference
        end as reference_key
    from bare
    where bare.reference <> ''
),

distinct_keys as (
    select distinct keys.object, keys.reference_key, keys.record_id from keys
)

select * from distinct_keys
