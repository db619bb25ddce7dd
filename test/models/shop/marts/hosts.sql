-- How many users each mail host has. One row per host.
-- key: host
-- owner: ana
-- not_empty: true
with hosts as (
    select * from intermediate.int_mail_hosts
),

counted as (
    select hosts.host as host, count(*) as user_count
    from hosts
    group by hosts.host
)

select * from counted
