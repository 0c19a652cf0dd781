create or replace function tide.declare_cascade(entity text, handler regproc) returns void
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  insert into tide.cascades (entity, handler)
  values (declare_cascade.entity, declare_cascade.handler)
  on conflict (entity) do update set handler = excluded.handler
$$;
comment on function tide.declare_cascade(text, regproc) is
  'Names the function (changes tide.change[]) returns table (member text, id text, body json, '
  'ordinals int[]) that says what changes of an entity moved upstream: each body once, with the '
  'ordinals of the changes that moved it. Called once per tick for all entities that name it.';
