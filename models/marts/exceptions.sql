-- Problems of identity and links that only a person can settle. One row per problem.
-- key: exception_id
-- owner: revenue operations
with problems as (
    select * from intermediate.int_customer_problems
),

customers as (
    select * from canonical.customers
),

users as (
    select * from canonical.users
),

listed as (
    select
        problems.exception_id as exception_id,
        problems.kind as kind,
        problems.subject_id as subject_id,
        problems.subject_name as subject_name,
        problems.candidates as candidates,
        problems.explanation as explanation,
        users.name as owner_name
    from problems
    left join customers
        on problems.customer_id = customers.customer_id
    left join users
        on customers.owner_id = users.user_id
)

select * from listed
