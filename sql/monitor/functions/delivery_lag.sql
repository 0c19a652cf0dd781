create or replace function monitor.delivery_lag(
  out pending bigint, out dead bigint, out events bigint, out seconds double precision
)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  -- security definer: deliveries and positions are the owner's
  select coalesce(sum(d.pending), 0), coalesce(sum(d.dead), 0),
    coalesce(max((tide.position()).sequence - c.sequence) filter (where w.status = 'active'), 0),
    coalesce(extract(epoch from now() - min(d.oldest_at)), 0)
  from monitor.webhooks w
  join tide.consumers c on c.name = monitor._consumer_of(w.id)
  cross join lateral (
    select
      (select count(*) from monitor.deliveries p where p.webhook_id = w.id and p.status = 'pending')
        as pending,
      (select count(*) from monitor.deliveries p where p.webhook_id = w.id and p.status = 'dead')
        as dead,
      (select min(p.created_at) from monitor.deliveries p
        where p.webhook_id = w.id and p.status = 'pending') as oldest_at
  ) d
$$;
comment on function monitor.delivery_lag() is
  'How far deliveries are behind, over all webhooks: what waits, dead letters, by how many events '
  'the slowest active webhook''s queue is behind the log, and for how long the oldest one waits.';
