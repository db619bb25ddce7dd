-- When each deal was won: the first change to a won stage after the last stage that was not won. A deal without history has no moment.
-- One row per deal with a won stage in its history.
-- key: opportunity_id
with changes as (
    select * from canonical.stage_changes
    where changed_at is not null
),

last_not_won as (
    select opportunity_id, max(changed_at) as changed_at
    from changes
    where not is_won
    group by opportunity_id
),

won as (
    select changes.opportunity_id as opportunity_id, min(changes.changed_at) as won_at
    from changes
    left join last_not_won
        on changes.opportunity_id = last_not_won.opportunity_id
    where changes.is_won and (last_not_won.changed_at is null or changes.changed_at > last_not_won.changed_at)
    group by changes.opportunity_id
)

select * from won
