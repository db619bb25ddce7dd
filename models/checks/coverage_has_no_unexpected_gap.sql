-- Proves that the two systems cover each other, but for the gaps that the definitions expect.
-- owner: revenue operations
-- severity: warning
with problems as (
    select measure, crm_count, erp_count, matched_count, unexplained_gap_count
    from marts.coverage
    where unexplained_gap_count > 0
)

select * from problems
