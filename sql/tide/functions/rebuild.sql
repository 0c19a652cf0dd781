create or replace function tide.rebuild(entity text default null)
returns table (summary regclass, groups bigint)
language sql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
  -- security definer: only the owner may write a summary
  select y.summary, tide.rebuild_summary(y.summary)
  from tide.summaries y
  join pg_class c on c.oid = y.summary
  where rebuild.entity is null or exists (
    select from tide.summary_sources s join tide.watched w on w.target = s.source
    where s.summary_id = y.id and w.entity = rebuild.entity)
$$;
comment on function tide.rebuild(text) is
  'Repairs every summary, or those that an entity feeds, by recounting.';
