-- Proves opening + new - cleared = closing for every code and currency, and that each period opens where the one before closed.
-- owner: finance
-- severity: error
-- blocks: true
with rows_in_order as (
    select
        roll_forward.*,
        lag(roll_forward.closing_amount) over (
            partition by roll_forward.code, roll_forward.currency order by periods.start_date
        ) as previous_closing_amount,
        row_number() over (partition by roll_forward.code, roll_forward.currency order by periods.start_date) as period_number
    from marts.roll_forward as roll_forward
    inner join marts.periods as periods
        on roll_forward.period_id = periods.period_id
),

problems as (
    select period_id, code, currency, opening_amount, new_amount, cleared_amount, closing_amount, previous_closing_amount
    from rows_in_order
    where opening_amount + new_amount - cleared_amount is distinct from closing_amount
        or (period_number > 1 and previous_closing_amount is distinct from opening_amount)
)

select * from problems
