create or replace function tide._heard_parts(target regclass) returns setof regclass
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select p.part from tide._watched_parts(_heard_parts.target) p
  where exists (select from pg_trigger t
    where t.tgrelid = p.part and t.tgname = '_700_event_insert')
$$;
comment on function tide._heard_parts(regclass) is
  'A watched table and its partitions, as far as they have their triggers.';
