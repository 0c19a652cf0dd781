create or replace function tide._store_watched(watched tide.watched) returns tide.watched
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_stored tide.watched;
begin
  insert into tide.watched as w
    (target, entity, topics, key_columns, columns, coalesce_above, history, guarded, generated_as)
  values (watched.target, watched.entity, watched.topics, watched.key_columns, watched.columns,
    watched.coalesce_above, watched.history, watched.guarded, tide._generated_as(watched.target))
  on conflict (target) do update set
    entity = excluded.entity,
    topics = excluded.topics,
    key_columns = excluded.key_columns,
    columns = excluded.columns,
    coalesce_above = excluded.coalesce_above,
    history = excluded.history,
    guarded = excluded.guarded
  returning w.* into v_stored;
  return v_stored;
end
$$;
comment on function tide._store_watched(tide.watched) is
  'Remembers a watch; the latest options count.';
