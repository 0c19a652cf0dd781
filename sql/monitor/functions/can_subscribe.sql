create or replace function monitor.can_subscribe(user_id uuid, topic text) returns boolean
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: who may hear a webhook need not see all of them
begin
  return topic ~ '^webhook:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' and exists (
    select from monitor.webhooks w
    where w.id = split_part(topic, ':', 2)::uuid and w.owner_id = can_subscribe.user_id
  );
end
$$;
comment on function monitor.can_subscribe(uuid, text) is
  'Whether a user may hear a topic of this room: of their own webhooks webhook:<id>. What begins '
  'with monitor: is for administrators, who are not asked.';
