create or replace function tide._announce(
  epoch uuid, after_sequence bigint, count bigint, events tide.events[]
) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_payload text;
begin
  with candidate as (
    -- how long entries are at least: what cannot fit is not made
    select u.*, sum(60 + coalesce(octet_length(u.key), 0) + octet_length(u.topics::text))
      over (order by u.i) as least
    from unnest(_announce.events) with ordinality as u (id, xid, at, entity, action, key, count,
      topics, source, actor, session_id, correlation_id, delta, image, sums, i)
  ), entry as (
    select c.i as nth, concat('{"sequence":', after_sequence + c.i,
      ',"entity":', to_json(c.entity), ',"action":', to_json(c.action),
      ',"id":' || to_json(c.key), ',"source":' || to_json(c.source),
      ',"topics":', to_json(c.topics), '}') as body
    from candidate c
    where c.least < 7700
  ), fitting as (
    select e.nth, e.body, sum(octet_length(e.body) + 1) over (order by e.nth) < 7700 as fits
    from entry e
  )
  select concat('{"epoch":', to_json(_announce.epoch), ',"first":', after_sequence + 1,
    ',"last":', after_sequence + _announce.count, ',"count":', _announce.count,
    case when count(*) filter (where f.fits) < _announce.count then ',"truncated":true' end,
    ',"events":[', string_agg(f.body, ',' order by f.nth) filter (where f.fits), ']}')
  into v_payload
  from fitting f;
  -- a queue that some listener lets fill up would fail the tick
  perform pg_notify('tide_events', v_payload) where pg_notification_queue_usage() < 0.9;
end
$$;
comment on function tide._announce(uuid, bigint, bigint, tide.events[]) is
  'NOTIFYs so many numbered events after a sequence, and the first of them, on tide_events, cut to '
  'fit below 8,000 bytes: a hint, never data.';
