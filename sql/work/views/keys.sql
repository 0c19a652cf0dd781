-- For people who look after keys; what proves a key is not in it.
create or replace view work.keys as
select
  k.id,
  k.prefix,
  k.name,
  k.user_id,
  u.handle,
  k.role,
  k.sources,
  k.created_at,
  k.expires_at,
  k.last_used_at,
  k.revoked_at,
  work._standing(k.revoked_at, k.expires_at) as standing
from work.api_keys k
join work.users u on u.id = k.user_id;
comment on view work.keys is 'API keys with their users, and how they stand, without any secret.';
