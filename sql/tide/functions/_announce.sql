create or replace function tide._announce(messages tide.wire_message[]) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_payload text;
begin
  with entry as (
    select m.sequence, json_build_object('sequence', m.sequence, 'entity', m.entity,
      'action', m.action, 'id', m.key, 'source', m.source, 'topics', m.topics) as body
    from unnest(_announce.messages[:200]) m
  ), fitting as (
    select e.sequence, e.body,
      sum(octet_length(e.body::text) + 1) over (order by e.sequence) < 7700 as fits
    from entry e
  )
  select json_strip_nulls(json_build_object(
    'epoch', (tide.position()).epoch,
    'first', _announce.messages[1].sequence,
    'last', _announce.messages[1].sequence + cardinality(_announce.messages) - 1,
    'count', cardinality(_announce.messages),
    'truncated', case when count(*) filter (where f.fits) < cardinality(_announce.messages)
      then true end,
    'events', coalesce(json_agg(f.body order by f.sequence) filter (where f.fits), '[]')))
  into v_payload
  from fitting f;
  perform pg_notify('tide_events', v_payload);
end
$$;
comment on function tide._announce(tide.wire_message[]) is
  'NOTIFYs a tick on tide_events, cut to fit below 8,000 bytes: a hint, never data.';
