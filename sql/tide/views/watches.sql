create or replace view tide.watches as
select
  w.target::text as target,
  w.entity,
  w.key_columns,
  w.topics,
  w.columns,
  coalesce(w.coalesce_above, s.value::int) as coalesce_above,
  w.history,
  w.guarded,
  coalesce(e.events, 0) as events,
  w.created_at
from tide.watched w
left join tide.settings s on s.key = 'coalesce_above'
left join (
  select x.entity, count(*) as events from tide.events x group by x.entity
) e on e.entity = w.entity;
comment on view tide.watches is 'Watched tables, their options, and how many events the log holds.';
