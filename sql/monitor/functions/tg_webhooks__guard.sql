create or replace function monitor.tg_webhooks__guard() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: what is watched is for the owner of the log to know
declare
  v_topic text;
begin
  if tg_op = 'UPDATE' and new is distinct from old then
    new.updated_at := now();
  end if;
  if tg_op = 'UPDATE' and new.topics = old.topics
    and new.owner_id is not distinct from old.owner_id
  then
    return new;
  end if;
  foreach v_topic in array coalesce(new.topics, '{}') loop
    if not monitor._is_topic(v_topic) then
      raise check_violation using
        message = format('nothing is told on the topic %s', coalesce(v_topic, '(null)')),
        constraint = 'webhook_topics_are_known', column = 'topics',
        hint = 'select entity, topics from tide.watches shows what is told.';
    elsif new.owner_id is not null and not tide.can_subscribe(new.owner_id, v_topic) then
      raise check_violation using
        message = format('the owner may not hear the topic %s', v_topic),
        constraint = 'webhook_topics_are_for_its_owner', column = 'topics';
    end if;
  end loop;
  return new;
end
$$;
comment on function monitor.tg_webhooks__guard() is
  'Refuses topics that do not exist, and those that the owner may not hear.';
