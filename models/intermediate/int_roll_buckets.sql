-- The buckets of age by the company's settings (ageing_bucket:<number> is the last day of a bucket), the last one without an end. One row per bucket.
-- key: bucket_number
with limits as (
    select
        cast(replace(settings.name, 'ageing_bucket:', '') as integer) as bucket_number,
        cast(settings.value as integer) as to_days
    from staging.stg_tieout__settings as settings
    where settings.name like 'ageing_bucket:%'
),

usual as (
    select 1 as bucket_number, 30 as to_days
    union all
    select 2 as bucket_number, 60 as to_days
    union all
    select 3 as bucket_number, 90 as to_days
),

chosen as (
    select limits.bucket_number, limits.to_days from limits
    union all
    select usual.bucket_number, usual.to_days from usual
    where not exists (select 1 from limits)
),

with_last as (
    select chosen.bucket_number, chosen.to_days from chosen
    union all
    select max(chosen.bucket_number) + 1 as bucket_number, cast(null as integer) as to_days from chosen
),

bounded as (
    select
        with_last.bucket_number as bucket_number,
        coalesce(lag(with_last.to_days) over (order by with_last.bucket_number) + 1, 0) as from_days,
        with_last.to_days as to_days
    from with_last
),

named as (
    select
        bounded.bucket_number as bucket_number,
        bounded.from_days as from_days,
        bounded.to_days as to_days,
        case
            when bounded.to_days is null then 'over ' || cast(bounded.from_days - 1 as varchar) || ' days'
            else cast(bounded.from_days as varchar) || ' to ' || cast(bounded.to_days as varchar) || ' days'
        end as bucket
    from bounded
)

select * from named
