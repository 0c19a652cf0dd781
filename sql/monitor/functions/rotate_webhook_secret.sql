create or replace function monitor.rotate_webhook_secret(user_id uuid, webhook_id uuid)
returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: secrets are the owner's
declare
  v_secret text := monitor._random_secret();
  v_ends timestamptz := now() + make_interval(hours => monitor._setting('secret_overlap_hours'));
begin
  perform monitor._authorize_webhook(user_id, webhook_id);
  delete from monitor.webhook_secrets s
  where s.webhook_id = rotate_webhook_secret.webhook_id and s.expires_at <= now();
  update monitor.webhook_secrets s set expires_at = v_ends
  where s.webhook_id = rotate_webhook_secret.webhook_id and s.expires_at is null;
  insert into monitor.webhook_secrets (webhook_id, secret)
  values (rotate_webhook_secret.webhook_id, v_secret);
  return jsonb_build_object('id', webhook_id, 'secret', v_secret, 'former_expires_at', v_ends);
end
$$;
comment on function monitor.rotate_webhook_secret(uuid, uuid) is
  'A new secret, told once; the former ones go on signing beside it for secret_overlap_hours.';
