-- The newest version of each ERPNext entry of the general ledger as of the moment asked for. ERPNext first gives an entry a name by chance and,
-- within the hour, that of its series: until the names of all entries are compared, the same entry stands in raw under both. The one under
-- its first name is then left out: of entries that are alike as many as have their name by now. One row per ERPNext entry of the general ledger.
-- key: _connection, _key
with versions as (
    select
        records.*,
        row_number() over (
            partition by records._connection, records._key
            order by records._extracted_at desc, records._cursor desc, records._loaded_at desc
        ) as version
    from raw.erpnext__gl_entries as records
    where records._loaded_at <= (select as_of.loaded_until from raw.as_of as as_of)
        and records._extracted_at <= (select as_of.extracted_until from raw.as_of as as_of)
),

newest as (
    select * from versions where version = 1
),

first_names as (
    select
        newest._connection, newest._key, newest.voucher_no, newest.account, newest.creation, newest.debit, newest.credit,
        coalesce(newest.party, '') as party,
        coalesce(newest.voucher_detail_no, '') as voucher_detail_no,
        row_number() over (
            partition by newest._connection, newest.voucher_no, newest.account, newest.creation, newest.debit, newest.credit,
                coalesce(newest.party, ''), coalesce(newest.voucher_detail_no, '')
            order by newest._key
        ) as place
    from newest
    where newest.to_rename = '1' and not newest._deleted
),

vouchers as (
    select distinct _connection, voucher_no from first_names
),

named as (
    select
        newest._connection, newest.voucher_no, newest.account, newest.creation, newest.debit, newest.credit,
        coalesce(newest.party, '') as party,
        coalesce(newest.voucher_detail_no, '') as voucher_detail_no,
        count(*) as entries
    from newest
    inner join vouchers
        on newest._connection = vouchers._connection
        and newest.voucher_no = vouchers.voucher_no
    where coalesce(newest.to_rename, '0') <> '1'
    group by
        newest._connection, newest.voucher_no, newest.account, newest.creation, newest.debit, newest.credit,
        coalesce(newest.party, ''), coalesce(newest.voucher_detail_no, '')
),

renamed as (
    select first_names._connection, first_names._key
    from first_names
    inner join named
        on first_names._connection = named._connection
        and first_names.voucher_no = named.voucher_no
        and first_names.account = named.account
        and first_names.creation = named.creation
        and first_names.debit = named.debit
        and first_names.credit = named.credit
        and first_names.party = named.party
        and first_names.voucher_detail_no = named.voucher_detail_no
    where first_names.place <= named.entries
),

entries as (
    select newest.*
    from newest
    left join renamed
        on newest._connection = renamed._connection
        and newest._key = renamed._key
    where renamed._key is null
)

select * from entries
