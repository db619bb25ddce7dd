-- NetSuite employees. One row per employee.
-- key: user_id
with employees as (
    select * from staging.base_netsuite__employees
    where not _deleted
),

renamed as (
    select
        employees._connection || ':' || employees.id as user_id,
        employees._connection as source,
        employees.id as source_id,
        trim(coalesce(employees.firstname, '') || ' ' || coalesce(employees.lastname, '')) as name,
        employees.email as email,
        coalesce(employees.isinactive = 'F', true) as is_active
    from employees
)

select * from renamed
