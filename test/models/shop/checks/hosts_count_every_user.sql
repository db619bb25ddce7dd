-- The users of all hosts are the active users.
-- owner: ana
-- severity: error
-- blocks: true
with counted as (
    select sum(hosts.user_count) as user_count from marts.hosts as hosts
),

active as (
    select count(*) as user_count from canonical.users as users where users.is_active
)

select counted.user_count as counted, active.user_count as active
from counted
cross join active
where counted.user_count is distinct from active.user_count
