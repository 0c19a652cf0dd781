create or replace function monitor.tg_webhooks__forget() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: positions are the owner's
begin
  delete from tide.consumers c where c.name = monitor._consumer_of(old.id);
  return null;
end
$$;
comment on function monitor.tg_webhooks__forget() is 'Its position goes with the webhook.';
