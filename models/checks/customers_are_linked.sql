-- Proves that every problem of identity and links is settled: customers without a match, two candidates, ids that lead nowhere.
-- owner: revenue operations
-- severity: warning
with problems as (
    select exception_id, kind, subject_name, candidates, explanation from marts.exceptions
)

select * from problems
