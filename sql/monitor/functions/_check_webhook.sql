create or replace function monitor._check_webhook(data jsonb) returns void
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_field text;
begin
  select f.name into v_field
  from jsonb_object_keys(data) f (name)
  where f.name <> all ('{name,url,topics,entities,actions,batch_window_ms}'::text[])
  limit 1;
  if found then
    raise invalid_parameter_value using
      message = format('field "%s" is not known or cannot be set here', v_field),
      constraint = 'webhook_names_known_fields', column = v_field;
  end if;
  foreach v_field in array '{topics,entities,actions}'::text[] loop
    if jsonb_typeof(data -> v_field) not in ('array', 'null') then
      raise invalid_parameter_value using
        message = v_field || ' is a list of texts', constraint = 'webhook_names_lists',
        column = v_field;
    end if;
  end loop;
end
$$;
comment on function monitor._check_webhook(jsonb) is
  'Refuses unknown fields of a webhook, and lists that are none.';
