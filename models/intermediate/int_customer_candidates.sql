-- Which ERP customers may be of which account although nothing links them, for a person to decide: the same name (but for case, accents and punctuation;
-- or for its legal form), the same domain of website or e-mail (no public provider's, none that more than 20 records of a side have), a contact with the same
-- e-mail, and documents with the very amount of its deals. Of each ERP customer the five accounts with the most in common; and pairs that a person
-- rejected. is_only: neither has another candidate; is_best: no other account has as much in common with it, and there are two reasons. One row per ERP
-- customer and account.
-- key: erp_customer_id, account_id
with links as (
    select * from intermediate.int_customer_links
    where not is_deleted
),

customers as (
    select * from canonical.customers
),

sided as (
    select
        links.source_customer_id, case when links.side = 'erp' then 'erp' else 'crm' end as side, links.customer_id, customers.name, customers.website,
        customers.email
    from links
    inner join customers
        on links.source_customer_id = customers.customer_id
    where links.tier = 'crm' or (links.side = 'erp' and links.tier = 'none')
),

forms as (
    select * from (values
        ('inc'), ('incorporated'), ('llc'), ('ltd'), ('limited'), ('corp'), ('corporation'), ('co'), ('company'), ('plc'), ('lp'), ('llp'), ('pty'),
        ('gmbh'), ('ag'), ('kg'), ('ug'), ('se'), ('ev'), ('sa'), ('sas'), ('sarl'), ('srl'), ('spa'), ('sl'), ('bv'), ('nv'), ('ab'), ('as'), ('aps'),
        ('oy'), ('kk'), ('holding'), ('holdings'), ('group')
    ) as forms (form)
),

worded as (
    select
        sided.source_customer_id,
        trim(replace(replace(replace(
            translate(lower(sided.name), 'áàâäãåéèêëíìîïóòôöõøúùûüçñß-_/&+.,;:()''"’', 'aaaaaaeeeeiiiioooooouuuucns     '),
            ' and ', ' '), '  ', ' '), '  ', ' ')) as words
    from sided
),

-- "Acme Co., Inc." has two.
stripped_once as (
    select worded.source_customer_id, worded.words, max(length(forms.form)) as form_length
    from worded
    left join forms
        on substr(worded.words, length(worded.words) - length(forms.form)) = ' ' || forms.form
    group by worded.source_customer_id, worded.words
),

once as (
    select
        source_customer_id,
        case when form_length is null then words else trim(substr(words, 1, length(words) - form_length - 1)) end as words
    from stripped_once
),

stripped_twice as (
    select once.source_customer_id, once.words, max(length(forms.form)) as form_length
    from once
    left join forms
        on substr(once.words, length(once.words) - length(forms.form)) = ' ' || forms.form
    group by once.source_customer_id, once.words
),

names as (
    select source_customer_id, 'name' as kind, 'same name' as evidence, nullif(replace(words, ' ', ''), '') as mark from worded
    union all
    select
        source_customer_id, 'bare name' as kind, 'same name but for its legal form' as evidence,
        nullif(replace(case when form_length is null then words else trim(substr(words, 1, length(words) - form_length - 1)) end, ' ', ''), '') as mark
    from stripped_twice
),

providers as (
    select * from (values
        ('gmail.com'), ('googlemail.com'), ('outlook.com'), ('hotmail.com'), ('hotmail.co.uk'), ('live.com'), ('msn.com'), ('yahoo.com'), ('yahoo.co.uk'),
        ('icloud.com'), ('me.com'), ('aol.com'), ('gmx.de'), ('gmx.net'), ('web.de'), ('t-online.de'), ('proton.me'), ('protonmail.com'), ('qq.com'), ('163.com')
    ) as providers (domain)
),

addresses as (
    select
        source_customer_id,
        nullif(split_part(replace(replace(replace(lower(trim(website)), 'https://', ''), 'http://', ''), 'www.', ''), '/', 1), '') as domain
    from sided
    where website is not null
    union
    select source_customer_id, nullif(split_part(lower(trim(email)), '@', 2), '') as domain
    from sided
    where email is not null
),

domains as (
    select addresses.source_customer_id, 'domain' as kind, 'same domain ' || addresses.domain as evidence, addresses.domain as mark
    from addresses
    left join providers
        on addresses.domain = providers.domain
    where providers.domain is null and addresses.domain is not null
),

mails as (
    select distinct contacts.customer_id as source_customer_id, 'contact' as kind, 'same contact ' || lower(trim(contacts.email)) as evidence, lower(trim(contacts.email)) as mark
    from canonical.contacts as contacts
    where contacts.email is not null and not contacts.is_deleted
),

marks as (
    select source_customer_id, kind, evidence, mark from names
    where mark is not null
    union all
    select source_customer_id, kind, evidence, mark from domains
    union all
    select source_customer_id, kind, evidence, mark from mails
),

of_sides as (
    select
        marks.kind, marks.evidence, marks.mark, sided.side, sided.source_customer_id, sided.customer_id,
        count(*) over (partition by marks.kind, marks.mark, sided.side) as record_count
    from marks
    inner join sided
        on marks.source_customer_id = sided.source_customer_id
),

alike as (
    select erp.source_customer_id as erp_customer_id, crm.customer_id as account_id, erp.kind, min(erp.evidence) as evidence
    from of_sides as erp
    inner join of_sides as crm
        on erp.kind = crm.kind
        and erp.mark = crm.mark
    where erp.side = 'erp' and crm.side = 'crm' and erp.record_count <= 20 and crm.record_count <= 20
    group by erp.source_customer_id, crm.customer_id, erp.kind
),

-- Documents of a customer without an account are at that customer itself.
same_amounts as (
    select
        orders.linked_customer_id as erp_customer_id, deals.customer_id as account_id, 'amount' as kind,
        'the very amount of ' || cast(count(distinct pairs.order_id) as varchar) || ' of its documents' as evidence
    from intermediate.int_link_candidates as pairs
    inner join intermediate.int_orders as orders
        on pairs.order_id = orders.order_id
    inner join intermediate.int_deals as deals
        on pairs.opportunity_id = deals.opportunity_id
    inner join links
        on orders.linked_customer_id = links.source_customer_id
    where pairs.state = 'fits' and orders.total_amount - orders.tax_amount = deals.amount and orders.currency = deals.currency
        and links.side = 'erp' and links.tier = 'none' and deals.customer_id <> '(none)'
    group by orders.linked_customer_id, deals.customer_id
),

fitting as (
    select erp_customer_id, account_id, kind, evidence from alike
    union all
    select erp_customer_id, account_id, kind, evidence from same_amounts
),

rejected as (
    select erp_id, crm_id, min(coalesce(decided_by, 'someone') || ': ' || coalesce(reason, 'no reason given')) as evidence
    from staging.stg_tieout__decisions
    where kind = 'customer_reject'
    group by erp_id, crm_id
),

added_up as (
    select
        fitting.erp_customer_id, fitting.account_id,
        -- One name is one reason.
        count(*) - case when count(distinct case when fitting.kind in ('name', 'bare name') then fitting.kind end) = 2 then 1 else 0 end as evidence_count,
        coalesce(
            max(case when fitting.kind = 'name' then fitting.evidence end), max(case when fitting.kind = 'bare name' then fitting.evidence end)
        ) as name_evidence,
        max(case when fitting.kind = 'domain' then fitting.evidence end) as domain_evidence,
        max(case when fitting.kind = 'contact' then fitting.evidence end) as contact_evidence,
        max(case when fitting.kind = 'amount' then fitting.evidence end) as amount_evidence
    from fitting
    where not exists (
        select 1 from rejected where rejected.erp_id = fitting.erp_customer_id and rejected.crm_id = fitting.account_id
    )
    group by fitting.erp_customer_id, fitting.account_id
),

ranked as (
    select
        added_up.*,
        row_number() over (partition by added_up.erp_customer_id order by added_up.evidence_count desc, added_up.name_evidence nulls last, added_up.account_id)
            as place,
        lead(added_up.evidence_count) over (
            partition by added_up.erp_customer_id order by added_up.evidence_count desc, added_up.name_evidence nulls last, added_up.account_id
        ) as next_evidence_count,
        count(*) over (partition by added_up.erp_customer_id) as account_count,
        count(*) over (partition by added_up.account_id) as erp_customer_count
    from added_up
),

candidates as (
    select
        ranked.erp_customer_id as erp_customer_id, ranked.account_id as account_id, 'fits' as state,
        concat_ws(', ', ranked.name_evidence, ranked.domain_evidence, ranked.contact_evidence, ranked.amount_evidence) as evidence,
        ranked.evidence_count as evidence_count,
        ranked.account_count = 1 and ranked.erp_customer_count = 1 as is_only,
        ranked.place = 1 and ranked.evidence_count >= 2 and ranked.evidence_count > coalesce(ranked.next_evidence_count, 0) as is_best
    from ranked
    where ranked.place <= 5
    union all
    select
        rejected.erp_id as erp_customer_id, rejected.crm_id as account_id, 'rejected' as state, rejected.evidence as evidence, 0 as evidence_count,
        false as is_only, false as is_best
    from rejected
)

select * from candidates
