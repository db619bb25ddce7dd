-- Proves that the copy of every shared field has its owner's value.
-- owner: revenue operations
-- severity: warning
with problems as (
    select customer_id, source_customer_id, field, owner, owner_value, copy_value from marts.field_drift
)

select * from problems
