-- Proves that no item hides more than rounding under the code rounding: at most one unit of the whole currency in its own currency, 100 of one that has
-- no smaller unit.
-- owner: finance
-- severity: error
with rounded as (
    select breaks.break_id, breaks.item_id, breaks.currency, breaks.amount, coalesce(currencies.minor_digits, 2) as minor_digits
    from marts.breaks as breaks
    left join staging.stg_tieout__currencies as currencies
        on breaks.currency = currencies.currency
    where breaks.code = 'rounding'
),

problems as (
    select break_id, item_id, currency, amount
    from rounded
    where abs(amount) > case minor_digits when 0 then 100 else 1 end
)

select * from problems
