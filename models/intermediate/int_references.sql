-- What records name in the other system, and the record that each name leads to. A text with blanks, commas or semicolons is one name if it is a
-- record's as a whole (SO 1001); else it is taken apart, and what names a record is a name. A number beside a word that names none is not taken by itself:
-- what it alone would lead to is a candidate. A name that leads to two records is refused. One that leads to none as it stands may without leading
-- zeros, case and the signs that say nothing. One row per referring record and name.
-- key: object, referrer_id, name
with connections as (
    select * from staging.stg_tieout__connections
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

texts as (
    select distinct object, reference from fields
    where reference is not null and translate(reference, ',; ', '') <> reference
),

digits as (
    select * from (values (0), (1), (2), (3), (4), (5), (6), (7)) as digits (digit)
),

positions as (
    select high.digit * 8 + low.digit + 1 as position from digits as high cross join digits as low
),

segments as (
    select
        texts.object, texts.reference, positions.position as segment_number,
        trim(nullif(split_part(translate(texts.reference, ';', ','), ',', positions.position), '')) as segment
    from texts
    inner join positions
        on positions.position <= 1 + length(texts.reference) - length(translate(texts.reference, ',;', ''))
),

parts as (
    select
        segments.object, segments.reference, segments.segment_number, segments.segment, positions.position,
        nullif(split_part(segments.segment, ' ', positions.position), '') as part
    from segments
    inner join positions
        on positions.position <= 1 + length(segments.segment) - length(translate(segments.segment, ' ', ''))
    where nullif(split_part(segments.segment, ' ', positions.position), '') is not null
),

-- What may be a record's name: the text, what stands between its commas, or a part of that.
pieces as (
    select object, reference as piece from texts
    union
    select object, segment as piece from segments
    where segment is not null
    union
    select object, part as piece from parts
),

signed_pieces as (
    select object, piece, upper(translate(piece, ' _./:#', '-----')) as written
    from pieces
),

-- As in int_reference_keys: a sign or blank after letters alone says nothing.
bare_pieces as (
    select
        object, piece,
        case
            when strpos(written, '-') > 1
                and translate(substr(written, 1, strpos(written, '-') - 1), '0123456789', '') = substr(written, 1, strpos(written, '-') - 1)
                then substr(written, 1, strpos(written, '-') - 1) || substr(written, strpos(written, '-') + 1)
            else written
        end as written
    from signed_pieces
),

piece_keys as (
    select
        object, piece,
        case length(piece)
            when 18 then 'u:' || upper(piece)
            when 15 then 'e:' || piece
            else 't:' || piece
        end as reference_key
    from pieces
    union all
    select
        object, piece,
        'l:' || case
            when translate(written, '0123456789', '') = '' and length(written) <= 18 then cast(try_cast(written as decimal(18, 0)) as varchar)
            else written
        end as reference_key
    from bare_pieces
    where written <> ''
),

known as (
    select distinct piece_keys.object, piece_keys.piece
    from piece_keys
    inner join intermediate.int_reference_keys as reference_keys
        on piece_keys.object = reference_keys.object
        and piece_keys.reference_key = reference_keys.reference_key
),

-- A part is a word (no digits), a number (no letters), both (SO1001), or mere signs, which are left out. Words that are records' names, as a whole or
-- each by itself, are no words beside a number; the word of SO 1001 is, for the 1002 that follows it.
described as (
    select
        parts.object, parts.reference, parts.segment_number, parts.segment, parts.position, parts.part,
        translate(parts.segment, '0123456789-–—_./:#*+&|()[]<>"!?=~ ', '') <> '' and (
            whole.piece is not null
            or min(case when known.piece is null then 0 else 1 end) over (partition by parts.object, parts.reference, parts.segment_number) = 1
        ) as is_known,
        whole.piece is not null as is_whole,
        translate(parts.segment, '0123456789', '') <> parts.segment and parts.segment <> parts.part and whole.piece is not null as is_numbered,
        translate(parts.part, '0123456789', '') = parts.part as is_word,
        translate(parts.part, '0123456789-–—_./:#*+&|()[]<>"!?=~', '') = '' as is_number
    from parts
    left join known as text
        on parts.object = text.object and parts.reference = text.piece
    left join known as whole
        on parts.object = whole.object and parts.segment = whole.piece
    left join known
        on parts.object = known.object and parts.part = known.piece
    where text.piece is null and translate(parts.part, '-–—_./:#*+&|()[]<>"!?=~', '') <> ''
),

worded as (
    select
        described.*,
        max(case when is_word and (is_numbered or not is_known) then 1 else 0 end) over (
            partition by object, reference
        ) = 1 as has_word,
        max(case when is_word and (is_numbered or not is_known) then segment_number * 100 + position end) over (
            partition by object, reference
            order by segment_number, position
            rows between unbounded preceding and current row
        ) as word_place
    from described
),

-- Beside a word a number is none by itself: it is the word's (SO 1001), or the text's as a whole.
told as (
    select distinct
        worded.object, worded.reference,
        case
            when worded.is_known and worded.is_whole then worded.segment
            when worded.is_known or not worded.has_word or not (worded.is_word or worded.is_number) then worded.part
            when not worded.is_word then coalesce(words.part || ' ' || worded.part, worded.reference)
        end as name,
        case when not worded.is_known and worded.has_word and worded.is_number then worded.part end as number
    from worded
    left join worded as words
        on worded.object = words.object
        and worded.reference = words.reference
        and worded.word_place = words.segment_number * 100 + words.position
),

named as (
    select object, reference, name, number from told
    where name is not null
    union all
    -- The text is a record's own, or nothing in it is a name.
    select texts.object, texts.reference, texts.reference as name, cast(null as varchar) as number
    from texts
    where not exists (
        select 1 from told
        where told.object = texts.object and told.reference = texts.reference and told.name is not null
    )
),

names as (
    select fields.object, fields.referrer_id, fields.reference as name, cast(null as varchar) as number
    from fields
    where fields.reference <> '' and translate(fields.reference, ',; ', '') = fields.reference
    union
    select fields.object, fields.referrer_id, named.name, min(named.number) as number
    from fields
    inner join named
        on fields.object = named.object and fields.reference = named.reference
    where translate(named.name, ',; ', '') <> ''
    group by fields.object, fields.referrer_id, named.name
),

keyed as (
    select
        names.object, names.referrer_id, names.name, names.number,
        case length(names.name)
            when 18 then 'u:' || upper(names.name)
            when 15 then 'e:' || names.name
            else 't:' || names.name
        end as reference_key
    from names
),

exact as (
    select
        keyed.object, keyed.referrer_id, keyed.name, keyed.number, keyed.reference_key,
        count(reference_keys.record_id) as match_count,
        min(reference_keys.record_id) as first_record_id,
        max(reference_keys.record_id) as last_record_id
    from keyed
    left join intermediate.int_reference_keys as reference_keys
        on keyed.object = reference_keys.object
        and keyed.reference_key = reference_keys.reference_key
    group by keyed.object, keyed.referrer_id, keyed.name, keyed.number, keyed.reference_key
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
    inner join intermediate.int_reference_keys as reference_keys
        on loosely_keyed.object = reference_keys.object
        and loosely_keyed.reference_key = reference_keys.reference_key
    group by loosely_keyed.object, loosely_keyed.referrer_id, loosely_keyed.name, loosely_keyed.reference_key
),

matches as (
    select
        exact.object, exact.referrer_id, exact.name, exact.number,
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

numbers as (
    select
        matches.object, matches.referrer_id, matches.name, reference_keys.reference_key,
        count(*) as record_count, min(reference_keys.record_id) as first_record_id, max(reference_keys.record_id) as last_record_id
    from matches
    inner join intermediate.int_reference_keys as reference_keys
        on matches.object = reference_keys.object
        and 't:' || matches.number = reference_keys.reference_key
    where matches.number is not null and matches.match_count = 0
    group by matches.object, matches.referrer_id, matches.name, reference_keys.reference_key
),

fitting as (
    select
        matches.object, matches.referrer_id, matches.name, matches.match_count,
        coalesce(numbers.reference_key, matches.reference_key) as reference_key,
        coalesce(numbers.record_count, matches.match_count) as record_count,
        coalesce(numbers.first_record_id, matches.first_record_id) as first_record_id,
        coalesce(numbers.last_record_id, matches.last_record_id) as last_record_id
    from matches
    left join numbers
        on matches.object = numbers.object
        and matches.referrer_id = numbers.referrer_id
        and matches.name = numbers.name
),

resolved as (
    select
        fitting.object as object,
        fitting.referrer_id as referrer_id,
        fitting.name as name,
        fitting.reference_key as reference_key,
        fitting.match_count as match_count,
        case when fitting.match_count = 1 then fitting.first_record_id end as record_id,
        case
            when fitting.match_count = 1 or fitting.record_count = 0 then cast(null as varchar)
            when fitting.record_count = 1 then fitting.first_record_id
            else fitting.first_record_id || ', ' || fitting.last_record_id
                || case when fitting.record_count > 2 then ' and ' || cast(fitting.record_count - 2 as varchar) || ' more' else '' end
        end as candidates
    from fitting
)

select * from resolved
