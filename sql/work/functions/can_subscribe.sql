create or replace function work.can_subscribe(user_id uuid, topic text)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_entity text := split_part(can_subscribe.topic, ':', 1);
  v_id text := split_part(can_subscribe.topic, ':', 2);
begin
  if can_subscribe.topic !~ '^(project|branch|task|user):[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
  then
    return false;
  end if;
  if v_entity = 'user' then
    return coalesce(v_id::uuid = can_subscribe.user_id, false);
  end if;
  return coalesce(work.may(can_subscribe.user_id, 'read', v_entity, v_id::uuid), false);
end
$$;
comment on function work.can_subscribe(uuid, text) is
  'Whether a user may hear project:, branch:, task: of projects they are a member of, user: '
  'their own; false for any other topic. Ids in lower case, as events write them.';
