create or replace function tide.can_subscribe(user_id uuid, topic text) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_handler regproc := (
    select k.handler from tide.topic_kinds k
    where k.kind = split_part(can_subscribe.topic, ':', 1)
  );
  v_may boolean;
begin
  if v_handler is not null then
    execute format('select %s($1, $2)', v_handler) into v_may
    using can_subscribe.user_id, can_subscribe.topic;
  end if;
  return coalesce(v_may, false);
end
$$;
comment on function tide.can_subscribe(uuid, text) is
  'Whether a user may hear a topic, as the room says that declared its kind (declare_topics).';
