create or replace function tide._cascades(entity text, changes tide.change[], as_of bigint)
returns table (ordinal int, cascade json)
language plpgsql stable rows 100
set search_path = pg_catalog, pg_temp
as $$
declare
  v_handler regproc := (select c.handler from tide.cascades c where c.entity = _cascades.entity);
begin
  if v_handler is null then
    return;
  end if;
  -- JSON as text: every body is written once and then only copied
  return query execute format(
    $sql$with link as materialized (
      select c.ordinal, c.member, c.id, c.body from %s($1) c
    ), body as (
      select d.member, d.id, (d.body || $2)::text::json as body
      from (select distinct on (l.member, l.id) l.* from link l offset 0) d
    )
    select l.ordinal, json_build_object(
      'branches', coalesce(json_agg(b.body) filter (where l.member = 'branches'), '[]'),
      'tasks', coalesce(json_agg(b.body) filter (where l.member = 'tasks'), '[]'),
      'projects', coalesce(json_agg(b.body) filter (where l.member = 'projects'), '[]'),
      'subtasks', coalesce(json_agg(b.body) filter (where l.member = 'subtasks'), '[]'),
      'contexts', coalesce(json_agg(b.body) filter (where l.member = 'contexts'), '[]'))
    from link l
    join body b using (member, id)
    group by l.ordinal$sql$, v_handler)
    using changes, jsonb_build_object('asOf', as_of);
exception when others then
  -- a cascade that fails must not stop everybody's stream
  raise warning 'the cascade of % failed: %', entity, sqlerrm;
end
$$;
comment on function tide._cascades(text, tide.change[], bigint) is
  'What changes of an entity moved upstream, in five arrays, as its room says.';
