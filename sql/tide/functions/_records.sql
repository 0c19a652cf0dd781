create or replace function tide._records(entity text, keys text[], as_of bigint)
returns table (key text, topics text[], record json)
language plpgsql stable rows 100
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rows text := (select tide._generated_name(w, 'rows')
    from tide.watched w where w.entity = _records.entity);
begin
  if v_rows is null then
    return;
  end if;
  if current_setting('tide.as_of', true) = 'head' then
    return query execute format(
      'select key, r.topics, case when u.existed is null then r.record
         else tide._with_as_of(coalesce(u.image, r.record::jsonb) || u.former, $3) end
       from tide.%I($1, $3) r full join tide._untold($2, $1) u using (key)
       where u.existed is not false', v_rows) using keys, entity, as_of;
  else
    return query execute format('select r.key, r.topics, r.record from tide.%I($1, $2) r', v_rows)
      using keys, as_of;
  end if;
exception when others then
  -- a table that cannot be read any more must not stop everybody's stream
  raise warning 'rows of % cannot be read: %', entity, sqlerrm
    using hint = 'See tidegate doctor; tide.refresh_watches() after a change of the table.';
end
$$;
comment on function tide._records(text, text[], bigint) is
  'Rows of a watched table by key, at the caller''s snapshot; after tide.as_of_head() as of the '
  'head, except for what a pending coalesced event changed.';
