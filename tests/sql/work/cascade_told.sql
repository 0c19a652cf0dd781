-- The last changes of an entity in this transaction, as a tick would tell them to the cascade.
create function pg_temp.told(kind text, last int default 1) returns tide.change[] language sql as $$
  select array_agg(row(e.n, e.entity, e.action, e.key, e.topics,
    coalesce(r.record, e.image::json), e.delta)::tide.change order by e.n)
  from (
    select e.*, (last + 1 - row_number() over (order by e.id desc))::int as n
    from tide.events e
    where e.xid = pg_current_xact_id() and e.entity = kind
    order by e.id desc
    limit last
  ) e
  left join lateral tide._records(e.entity, array[e.key], 0) r on true
$$;
