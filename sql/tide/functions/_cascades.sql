create or replace function tide._cascades(changes tide.change[], as_of bigint)
returns table (ordinal int, cascade json)
language plpgsql stable rows 1000
set search_path = pg_catalog, pg_temp
as $$
declare
  v_handler record;
  v_moved tide.moved[];
  v_began_at timestamptz := clock_timestamp();
begin
  for v_handler in
    select h.handler, array_agg(c) as changes
    from unnest(_cascades.changes) c
    join tide.cascades h on h.entity = c.entity
    group by h.handler
  loop
    begin
      execute format(
        'select array(select row(c.member, c.body, c.ordinals)::tide.moved from %s($1) c)',
        v_handler.handler) into v_moved using v_handler.changes;
      -- a body is written once, and then only copied into every event that moved it
      return query
        with body as materialized (
          select m.member, m.ordinals,
            (left(m.body::text, -1) || ',"asOf":' || _cascades.as_of || '}')::json as body
          from unnest(v_moved) m
        ), fitting as materialized (
          select b.*, sum(pg_column_size(b.body)::bigint * cardinality(b.ordinals)) over (
            order by position(b.member in 'projects branches tasks subtasks contexts')
            rows unbounded preceding) as bytes
          from body b
        )
        select o.ordinal, json_build_object(
          'branches', coalesce(json_agg(b.body) filter (where b.member = 'branches'), '[]'),
          'tasks', coalesce(json_agg(b.body) filter (where b.member = 'tasks'), '[]'),
          'projects', coalesce(json_agg(b.body) filter (where b.member = 'projects'), '[]'),
          'subtasks', coalesce(json_agg(b.body) filter (where b.member = 'subtasks'), '[]'),
          'contexts', coalesce(json_agg(b.body) filter (where b.member = 'contexts'), '[]'))
        from fitting b cross join unnest(b.ordinals) as o (ordinal)
        where b.bytes < 128 * 1024 * 1024
        group by o.ordinal;
    exception when others then
      -- a cascade that fails must not stop everybody's stream
      raise warning 'the cascade % failed: %', v_handler.handler, sqlerrm;
    end;
  end loop;
  perform tide._note_time('cascade_ms', v_began_at);
end
$$;
comment on function tide._cascades(tide.change[], bigint) is
  'What changes moved upstream, in five arrays per change, as the rooms say; of more than 128 MB '
  'the contexts are left out first.';
