create or replace function tide._cascades(entity text, changes tide.change[], as_of bigint)
returns table (ordinal int, cascade jsonb)
language plpgsql stable rows 100
set search_path = pg_catalog, pg_temp
as $$
declare
  v_handler regproc := (select c.handler from tide.cascades c where c.entity = _cascades.entity);
begin
  if v_handler is null then
    return;
  end if;
  return query execute format(
    'select m.ordinal, tide._five(jsonb_object_agg(m.member, m.list)) from (
       select c.ordinal, c.member, jsonb_agg(c.body || $2) as list
       from %s($1) c group by c.ordinal, c.member) m
     group by m.ordinal', v_handler)
    using changes, jsonb_build_object('asOf', as_of);
exception when others then
  -- a cascade that fails must not stop everybody's stream
  raise warning 'the cascade of % failed: %', entity, sqlerrm;
end
$$;
comment on function tide._cascades(text, tide.change[], bigint) is
  'What changes of an entity moved upstream, in five arrays, as its room says.';
