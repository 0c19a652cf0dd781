create or replace function monitor.tg_webhooks__begin() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: secrets and positions are the owner's
begin
  insert into monitor.webhook_secrets (webhook_id, secret)
  values (new.id, monitor._random_secret());
  perform tide.consume(monitor._consumer_of(new.id), 0);
  return null;
end
$$;
comment on function monitor.tg_webhooks__begin() is
  'A new webhook has a secret, and begins at the head of the log.';
