create or replace function monitor.hears(webhook_id uuid, topics text[]) returns text[]
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: what the owner may hear is asked for them
declare
  v_owner uuid := (select w.owner_id from monitor.webhooks w where w.id = hears.webhook_id);
begin
  return array(
    select t.topic from unnest(hears.topics) t (topic)
    where v_owner is null or tide.can_subscribe(v_owner, t.topic)
  );
end
$$;
comment on function monitor.hears(uuid, text[]) is
  'Those of the topics that a webhook''s owner may hear now.';
