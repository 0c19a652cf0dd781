create or replace function tide._fold(snapshot pg_snapshot) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_summary regclass;
begin
  for v_summary in
    select y.summary from tide.summaries y
    where exists (select from pg_class c where c.oid = y.summary)  -- not dropped meanwhile
    order by y.id
  loop
    execute format('select tide.%I($1)', tide._generated_name(v_summary, 'fold')) using snapshot;
  end loop;
end
$$;
comment on function tide._fold(pg_snapshot) is
  'Adds to the stored summaries what the events up to a tick''s snapshot changed.';
