create or replace function monitor.create_webhook(user_id uuid, data jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: webhooks and their secrets are the owner's
declare
  v_webhook monitor.webhooks;
begin
  if user_id is null and monitor._is_limited() then
    perform monitor._insist_on_operator(user_id);
  end if;
  perform monitor._check_webhook(data);
  insert into monitor.webhooks as w
    (owner_id, name, url, topics, entities, actions, batch_window_ms)
  values (user_id, coalesce(data ->> 'name', ''), data ->> 'url',
    monitor._texts(data -> 'topics'), monitor._texts(data -> 'entities'),
    monitor._texts(data -> 'actions'), coalesce((data ->> 'batch_window_ms')::int, 0))
  returning w.* into v_webhook;
  return to_jsonb(v_webhook) || jsonb_build_object('secret', (
    select s.secret from monitor.webhook_secrets s where s.webhook_id = v_webhook.id
  ));
end
$$;
comment on function monitor.create_webhook(uuid, jsonb) is
  'A webhook of a user''s, or of an administrator''s (null), from {url, topics, name?, entities?, '
  'actions?, batch_window_ms?}; its row with the secret, which is shown here and by '
  'rotate_webhook_secret() alone.';
