-- What the numbers stand on. One row per build.
-- key: loaded_until
with moments as (
    select as_of.loaded_until as loaded_until from raw.as_of as as_of
)

select * from moments
