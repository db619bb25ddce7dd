-- Proves that no open break is older than the limit that the company set for its code.
-- owner: finance
-- severity: warning
with problems as (
    select break_id, code, customer_name, balance_amount, currency, age_days, limit_days, owner_name, item_id
    from intermediate.int_limited_breaks
    where age_days > limit_days
    order by age_days - limit_days desc, break_id
)

select * from problems
