-- Proves that every CRM says in which currency its deals are. Where no won deal of a connection names one, all its bookings would be in no total: say it in
-- tieout.yml, by the option currency of a connection that has it, or by a value for the column of a file.
-- owner: finance
-- severity: error
-- blocks: true
with problems as (
    select source as connection, count(*) as deal_count, sum(amount) as amount
    from intermediate.int_deals
    group by source
    having max(case when currency = '(none)' then 0 else 1 end) = 0
)

select * from problems
