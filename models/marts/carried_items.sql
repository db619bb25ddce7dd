-- Every item that was ever carried under a code: when it opened, in which periods it first counted and was cleared, what is open now and how old it is
-- (cleared items: how old they became, at the end of the period that cleared them). One row per item, code, currency and legal entity.
-- key: item_id, code, currency, legal_entity
-- owner: finance
with started as (
    select period_id, start_date from marts.periods
),

-- What is posted in a period that has not begun clears nothing yet.
moves as (
    select
        moves.item_id, moves.code, moves.currency, moves.legal_entity, moves.period_id, moves.start_date, moves.opened_date, moves.balance_after,
        upcoming.period_id is null as is_last
    from intermediate.int_roll_moves as moves
    inner join started
        on moves.period_id = started.period_id
    left join started as upcoming
        on moves.next_start_date = upcoming.start_date
),

periods as (
    select period_id, start_date, end_date from staging.stg_tieout__periods
),

firsts as (
    select
        item_id, code, currency, legal_entity, min(start_date) as first_start_date, min(opened_date) as opened_date,
        max(abs(balance_after)) as largest_amount
    from moves
    group by item_id, code, currency, legal_entity
),

lasts as (
    select item_id, code, currency, legal_entity, period_id, balance_after
    from moves
    where is_last
),

named as (
    select
        item_id, code, currency, min(break_id) as break_id, min(customer_id) as customer_id, min(customer_name) as customer_name,
        min(owner_name) as owner_name, min(deal_name) as deal_name, min(document_number) as document_number
    from marts.breaks
    where is_carried
    group by item_id, code, currency
),

as_of as (
    select as_of_date from raw.as_of
),

listed as (
    select
        lasts.item_id as item_id,
        lasts.code as code,
        lasts.currency as currency,
        lasts.legal_entity as legal_entity,
        named.customer_id as customer_id,
        named.customer_name as customer_name,
        named.owner_name as owner_name,
        named.deal_name as deal_name,
        named.document_number as document_number,
        firsts.opened_date as opened_date,
        opening.period_id as opened_period_id,
        case when lasts.balance_after = 0 then lasts.period_id end as cleared_period_id,
        lasts.balance_after as open_amount,
        cast(firsts.largest_amount as decimal(38, 4)) as largest_amount,
        case
            when firsts.opened_date > (case when lasts.balance_after = 0 then closing.end_date else as_of.as_of_date end) then 0
            else date_diff('day', firsts.opened_date, case when lasts.balance_after = 0 then closing.end_date else as_of.as_of_date end)
        end as age_days,
        lasts.balance_after <> 0 as is_open,
        named.break_id as break_id
    from lasts
    cross join as_of
    inner join firsts
        on lasts.item_id = firsts.item_id and lasts.code = firsts.code and lasts.currency = firsts.currency
        and lasts.legal_entity = firsts.legal_entity
    inner join named
        on lasts.item_id = named.item_id and lasts.code = named.code and lasts.currency = named.currency
    inner join periods as opening
        on firsts.first_start_date = opening.start_date
    inner join periods as closing
        on lasts.period_id = closing.period_id
)

select * from listed
