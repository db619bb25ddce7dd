-- Proves that no item hides more than rounding under the code rounding: at most a hundred minor units of its currency (1.00 USD, 100 KRW, 0.100 KWD).
-- owner: finance
-- severity: error
with currencies as (
    select * from staging.stg_tieout__currencies
),

rounded as (
    select
        breaks.break_id, breaks.item_id, breaks.currency, breaks.amount,
        case coalesce(currencies.minor_digits, 2)
            when 0 then cast(100 as decimal(38, 4))
            when 2 then cast(1 as decimal(38, 4))
            when 3 then cast(0.1 as decimal(38, 4))
            else cast(0.01 as decimal(38, 4))
        end as limit_amount
    from marts.breaks as breaks
    left join currencies
        on breaks.currency = currencies.currency
    where breaks.code = 'rounding'
),

problems as (
    select break_id, item_id, currency, amount
    from rounded
    where abs(amount) > limit_amount
)

select * from problems
