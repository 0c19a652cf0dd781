create or replace function monitor._insist_on_claim(webhook_id uuid, node uuid) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform from monitor.webhook_claims c
  where c.webhook_id = _insist_on_claim.webhook_id and c.node = _insist_on_claim.node
    and c.ends_at > now()
  for share;
  if not found then
    raise object_not_in_prerequisite_state using
      message = format('webhook %s is not this node''s', webhook_id),
      hint = 'Its claim ended, or another node has it: monitor.claim_webhooks().';
  end if;
end
$$;
comment on function monitor._insist_on_claim(uuid, uuid) is
  'Until the end of the transaction the webhook is this node''s; refuses when it is not.';
