create or replace function tide._announce(ticks tide.planned_ticks[], events tide.events[])
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count bigint := (select sum(t.count) from unnest(ticks) t);
  v_last bigint := (tide._head()).sequence;
  v_payload text;
begin
  with entry as (
    select v_last - v_count + u.i as sequence,
      json_build_object('sequence', v_last - v_count + u.i, 'entity', u.entity,
        'action', u.action, 'id', u.key, 'source', u.source, 'topics', u.topics) as body
    from unnest(_announce.events) with ordinality as u (id, xid, at, entity, action, key, count,
      topics, source, actor, session_id, correlation_id, delta, image, sums, i)
  ), fitting as (
    select e.sequence, e.body,
      sum(octet_length(e.body::text) + 1) over (order by e.sequence) < 7700 as fits
    from entry e
  )
  select json_strip_nulls(json_build_object(
    'epoch', (tide.position()).epoch,
    'first', v_last - v_count + 1,
    'last', v_last,
    'count', v_count,
    'truncated', case when count(*) filter (where f.fits) < v_count then true end,
    'events', coalesce(json_agg(f.body order by f.sequence) filter (where f.fits), '[]')))
  into v_payload
  from fitting f;
  -- a queue that some listener lets fill up would fail the tick
  perform pg_notify('tide_events', v_payload) where pg_notification_queue_usage() < 0.9;
end
$$;
comment on function tide._announce(tide.planned_ticks[], tide.events[]) is
  'NOTIFYs the ticks just stored and their first events on tide_events, cut to fit below 8,000 '
  'bytes: a hint, never data.';
