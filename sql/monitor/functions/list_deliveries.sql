create or replace function monitor.list_deliveries(
  user_id uuid,
  webhook_id uuid,
  filter jsonb default '{}',
  after uuid default null,
  max_rows int default 50,
  out items jsonb,
  out next_id uuid
)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: deliveries are the owner's
begin
  perform monitor._authorize_webhook(user_id, webhook_id);
  select p.items, p.next_id into items, next_id
  from monitor._page(array(
    select to_jsonb(d) - '{body,attempts}'::text[]
    from monitor.deliveries d
    where d.webhook_id = list_deliveries.webhook_id
      and (list_deliveries.after is null or d.id < list_deliveries.after)
      and (not filter ? 'status' or filter -> 'status' ? d.status)
    order by d.id desc
    limit list_deliveries.max_rows + 1
  ), list_deliveries.max_rows) p;
end
$$;
comment on function monitor.list_deliveries(uuid, uuid, jsonb, uuid, int) is
  'A page of a webhook''s deliveries, newest first, without bodies and attempts. filter: '
  '{status: […]}.';
