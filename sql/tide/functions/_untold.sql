create or replace function tide._untold(entity text, keys text[])
returns table (key text, existed boolean, image jsonb, former jsonb)
language sql stable rows 10
set search_path = pg_catalog, pg_temp
as $$
  with event as (
    select e.key, e.id, e.action, e.delta, e.image,
      min(e.id) filter (where e.action = 'delete') over (partition by e.key) as gone_at,
      row_number() over (partition by e.key order by e.id) as nth
    from tide._counted() c
    cross join lateral tide._events_after(c.snapshot, c.after_id, c.former_snapshot) e
    where e.entity = _untold.entity and e.key = any (_untold.keys)
  )
  select
    e.key,
    bool_or(e.nth = 1 and e.action <> 'create'),
    (array_agg(e.image order by e.id) filter (where e.id = e.gone_at))[1],
    -- of several changes of a column the first one's old value counts: the last one here
    coalesce(jsonb_object_agg(d.key, d.value -> 0 order by e.id desc)
      filter (where d.key is not null and e.id <= coalesce(e.gone_at, e.id)), '{}')
  from event e
  left join lateral jsonb_each(e.delta::jsonb) d on true
  group by e.key
$$;
comment on function tide._untold(text, text[]) is
  'What pending events, those without a sequence, did to rows: whether the row existed before, its '
  'image if it was deleted, and the former values of changed columns.';
