create or replace function tide._records(entity text, keys text[])
returns table (key text, record jsonb)
language plpgsql stable rows 100
set search_path = pg_catalog, pg_temp
as $$
declare
  v_target regclass := (select w.target from tide.watched w where w.entity = _records.entity);
begin
  if v_target is null then
    return;
  end if;
  return query execute format('select r.key, r.record from tide.%I($1) r',
    tide._generated_name(v_target, 'rows')) using keys;
exception when others then
  -- a table that cannot be read any more must not stop everybody's stream
  raise warning 'rows of % cannot be read: %', entity, sqlerrm
    using hint = 'See tidegate doctor; tide.refresh_watches() after a change of the table.';
end
$$;
comment on function tide._records(text, text[]) is
  'Rows of a watched table by key, at the caller''s snapshot.';
