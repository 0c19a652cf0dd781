create or replace function monitor.list_webhooks(
  user_id uuid,
  after uuid default null,
  max_rows int default 50,
  out items jsonb,
  out next_id uuid
)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: webhooks and positions are the owner's
begin
  select p.items, p.next_id into items, next_id
  from monitor._page(array(
    select monitor._webhook_body(w)
    from monitor.webhooks w
    where (w.owner_id = list_webhooks.user_id
        or list_webhooks.user_id is null and not monitor._is_limited())
      and (list_webhooks.after is null or w.id > list_webhooks.after)
    order by w.id
    limit list_webhooks.max_rows + 1
  ), list_webhooks.max_rows) p;
end
$$;
comment on function monitor.list_webhooks(uuid, uuid, int) is
  'A page of a user''s webhooks, of all for an administrator.';
