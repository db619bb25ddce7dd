-- At which grain each report speaks: which of its parts it leaves out, and of which periods and legal entities it speaks at all. A report of a system
-- speaks of all of its records; one in a file of the periods and legal entities that it names. One row per shape, period and legal entity.
-- key: scope, measure, has_account, has_due_month, period_id, legal_entity
with shapes as (
    select distinct
        scope as scope,
        measure as measure,
        account <> '*' as has_account,
        due_month <> '*' as has_due_month,
        case when scope = '*' or period_id = '*' then period_id else '(any)' end as period_id,
        case when scope = '*' or legal_entity = '*' then legal_entity else '(any)' end as legal_entity
    from intermediate.int_tie_reported
)

select * from shapes
