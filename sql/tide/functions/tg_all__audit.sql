create or replace function tide.tg_all__audit() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: who may change the row need have no right on the log
declare
  v_old jsonb;
  v_new jsonb;
  v_detail jsonb;
begin
  if tg_op <> 'INSERT' then
    v_old := to_jsonb(old) - tg_argv[2:];
  end if;
  if tg_op <> 'DELETE' then
    v_new := to_jsonb(new) - tg_argv[2:];
  end if;
  select jsonb_object_agg(c.key, jsonb_build_array(v_old -> c.key, v_new -> c.key)) into v_detail
  from jsonb_object_keys(coalesce(v_new, v_old)) c (key)
  where v_old -> c.key is distinct from v_new -> c.key;
  if v_detail is not null then
    perform tide.audit(
      tg_argv[0] || case tg_op when 'INSERT' then '.created' when 'UPDATE' then '.changed'
        else '.deleted' end,
      coalesce(v_new, v_old) ->> tg_argv[1], v_detail);
  end if;
  return null;
end
$$;
comment on function tide.tg_all__audit() is
  'Notes a row that was created, changed or deleted: its arguments are what such a row is called, '
  'the column that names it, and the columns to leave out. The detail is {column: [old, new]}.';
