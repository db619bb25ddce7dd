-- Every active user has a name.
-- owner: ben
-- severity: warning
select users.user_id as user_id, users.email as email
from canonical.users as users
where users.is_active and users.name is null
