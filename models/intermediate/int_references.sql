-- What records name in the other system, taken apart where one field names several and is no record's number as a whole (SO 1001), and the record that
-- each name leads to. A name that
-- leads to two records is refused. One that leads to none as it stands may without leading zeros, case and the signs that say nothing. One row per referring record
-- and name.
-- key: object, referrer_id, name
with connections as (
    select * from staging.stg_tieout__connections
),

reference_keys as (
    select * from intermediate.int_reference_keys
),

fields as (
    select 'account' as object, customers.customer_id as referrer_id, customers.other_reference as reference
    from canonical.customers as customers
    inner join connections
        on customers.source = connections.connection and connections.role = 'erp'
    where not customers.is_deleted
    union all
    select 'erp_customer' as object, customers.customer_id as referrer_id, customers.other_reference as reference
    from canonical.customers as customers
    inner join connections
        on customers.source = connections.connection and connections.role = 'crm'
    where not customers.is_deleted
    union all
    select 'opportunity' as object, orders.order_id as referrer_id, orders.crm_reference as reference
    from canonical.orders as orders
    where not orders.is_deleted
    union all
    select 'opportunity' as object, invoices.invoice_id as referrer_id, invoices.crm_reference as reference
    from canonical.invoices as invoices
    where not invoices.is_deleted
        and not exists (select 1 from intermediate.int_invoice_orders as billed where billed.invoice_id = invoices.invoice_id)
    union all
    select 'order' as object, opportunities.opportunity_id as referrer_id, opportunities.erp_reference as reference
    from canonical.opportunities as opportunities
    where not opportunities.is_deleted
    union all
    select 'opportunity_line' as object, order_lines.order_line_id as referrer_id, order_lines.crm_reference as reference
    from canonical.order_lines as order_lines
    where not order_lines.is_deleted
    union all
    select 'opportunity_line' as object, invoice_lines.invoice_line_id as referrer_id, invoice_lines.crm_reference as reference
    from canonical.invoice_lines as invoice_lines
    where not invoice_lines.is_deleted and invoice_lines.order_line_id is null
),

-- As in int_reference_keys: a sign or blank after letters alone says nothing.
blank as (
    select distinct object, reference, upper(translate(reference, ' _./:#', '-----')) as written
    from fields
    where translate(reference, ' ', '') <> reference and translate(reference, ',;', '') = reference
),

whole as (
    select distinct blank.object, blank.reference
    from blank
    inner join reference_keys
        on blank.object = reference_keys.object
        and 'l:' || case
            when strpos(blank.written, '-') > 1
                and translate(substr(blank.written, 1, strpos(blank.written, '-') - 1), '0123456789', '') = substr(blank.written, 1, strpos(blank.written, '-') - 1)
                then substr(blank.written, 1, strpos(blank.written, '-') - 1) || substr(blank.written, strpos(blank.written, '-') + 1)
            else blank.written
        end = reference_keys.reference_key
),

positions as (
    select * from (values (1), (2), (3), (4), (5), (6), (7), (8)) as positions (position)
),

single as (
    select fields.object, fields.referrer_id, fields.reference as name
    from fields
    where fields.reference <> '' and translate(fields.reference, ',; ', '') = fields.reference
    union all
    select fields.object, fields.referrer_id, fields.reference as name
    from fields
    inner join whole
        on fields.object = whole.object and fields.reference = whole.reference
),

several as (
    select
        fields.object, fields.referrer_id,
        nullif(split_part(translate(fields.reference, ',;', '  '), ' ', positions.position), '') as name
    from fields
    cross join positions
    left join whole
        on fields.object = whole.object and fields.reference = whole.reference
    where fields.reference is not null and translate(fields.reference, ',; ', '') <> fields.reference and whole.reference is null
),

names as (
    select distinct object, referrer_id, name from single
    union
    select distinct object, referrer_id, name from several where name is not null
),

keyed as (
    select
        names.object, names.referrer_id, names.name,
        case length(names.name)
            when 18 then 'u:' || upper(names.name)
            when 15 then 'e:' || names.name
            else 't:' || names.name
        end as reference_key
    from names
),

exact as (
    select
        keyed.object, keyed.referrer_id, keyed.name, keyed.reference_key,
        count(reference_keys.record_id) as match_count,
        min(reference_keys.record_id) as first_record_id,
        max(reference_keys.record_id) as last_record_id
    from keyed
    left join reference_keys
        on keyed.object = reference_keys.object
        and keyed.reference_key = reference_keys.reference_key
    group by keyed.object, keyed.referrer_id, keyed.name, keyed.reference_key
),

signed as (
    select object, referrer_id, name, upper(translate(name, ' _./:#', '-----')) as reference
    from exact
    where match_count = 0
),

-- As in int_reference_keys.
bare as (
    select
        object, referrer_id, name,
        case
            when strpos(reference, '-') > 1
                and translate(substr(reference, 1, strpos(reference, '-') - 1), '0123456789', '') = substr(reference, 1, strpos(reference, '-') - 1)
                then substr(reference, 1, strpos(reference, '-') - 1) || substr(reference, strpos(reference, '-') + 1)
            else reference
        end as reference
    from signed
),

loosely_keyed as (
    select
        bare.object, bare.referrer_id, bare.name,
        'l:' || case
            when translate(bare.reference, '0123456789', '') = '' and length(bare.reference) <= 18
                then cast(try_cast(bare.reference as decimal(18, 0)) as varchar)
            else bare.reference
        end as reference_key
    from bare
    where bare.reference <> ''
),

loose as (
    select
        loosely_keyed.object, loosely_keyed.referrer_id, loosely_keyed.name, loosely_keyed.reference_key,
        count(*) as match_count, min(reference_keys.record_id) as first_record_id, max(reference_keys.record_id) as last_record_id
    from loosely_keyed
    inner join reference_keys
        on loosely_keyed.object = reference_keys.object
        and loosely_keyed.reference_key = reference_keys.reference_key
    group by loosely_keyed.object, loosely_keyed.referrer_id, loosely_keyed.name, loosely_keyed.reference_key
),

matches as (
    select
        exact.object, exact.referrer_id, exact.name,
        coalesce(loose.reference_key, exact.reference_key) as reference_key,
        coalesce(loose.match_count, exact.match_count) as match_count,
        coalesce(loose.first_record_id, exact.first_record_id) as first_record_id,
        coalesce(loose.last_record_id, exact.last_record_id) as last_record_id
    from exact
    left join loose
        on exact.object = loose.object
        and exact.referrer_id = loose.referrer_id
        and exact.name = loose.name
),

resolved as (
    select
        matches.object as object,
        matches.referrer_id as referrer_id,
        matches.name as name,
        matches.reference_key as reference_key,
        matches.match_count as match_count,
        case when matches.match_count = 1 then matches.first_record_id end as record_id,
        case when matches.match_count > 1 then matches.first_record_id || ', ' || matches.last_record_id
            || case when matches.match_count > 2 then ' and ' || cast(matches.match_count - 2 as varchar) || ' more' else '' end end as candidates
    from matches
)

select * from resolved
