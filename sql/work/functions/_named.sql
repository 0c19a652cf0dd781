create or replace function work._named(changes tide.change[])
returns table (kind text, id uuid, ordinals int[])
language plpgsql
stable
rows 200
set plan_cache_mode = force_generic_plan
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select split_part(t.topic, ':', 1), split_part(t.topic, ':', 2)::uuid, array_agg(c.ordinal)
  from unnest(_named.changes) c
  cross join unnest(c.topics) as t (topic)
  where t.topic like 'project:%' or t.topic like 'branch:%'
    or t.topic like 'task:%' and c.entity <> 'task'
  group by 1, 2;
end
$$;
comment on function work._named(tide.change[]) is
  'The projects, branches and tasks that changes are told to: both sides of a move, and also where '
  'a big statement left no row to tell.';
