-- Proves that no item hides more than rounding under the code rounding: at most one unit of the whole currency in its own currency.
-- owner: finance
-- severity: error
with problems as (
    select break_id, item_id, currency, amount
    from marts.breaks
    where code = 'rounding' and abs(amount) > 1 and currency <> 'JPY'
    union all
    select break_id, item_id, currency, amount
    from marts.breaks
    where code = 'rounding' and abs(amount) > 100 and currency = 'JPY'
)

select * from problems
