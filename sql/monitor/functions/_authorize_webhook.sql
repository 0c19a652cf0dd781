create or replace function monitor._authorize_webhook(user_id uuid, webhook_id uuid) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (
    select from monitor.webhooks w
    where w.id = _authorize_webhook.webhook_id
      and (w.owner_id = user_id or user_id is null and not monitor._is_limited())
  ) then
    raise no_data_found using
      message = format('webhook %s does not exist', webhook_id), constraint = 'webhook_exists';
  end if;
end
$$;
comment on function monitor._authorize_webhook(uuid, uuid) is
  'A webhook exists for its owner and for administrators.';
