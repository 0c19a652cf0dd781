create or replace function tide._store_summary(summary regclass) returns int
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_key text := (tide._primary_key(summary))[1];
  v_id int;
begin
  if v_key is null then
    raise exception '% has no primary key to group by', summary using errcode = '42P16';
  end if;
  insert into tide.summaries as s (summary, key_column, measures)
  values (_store_summary.summary, v_key, array(
    select a.attname::text from pg_attribute a
    where a.attrelid = _store_summary.summary and a.attnum > 0 and not a.attisdropped
      and a.attname not in (v_key, 'changed_at')
    order by a.attnum))
  on conflict on constraint summaries_summary_key do update set measures = excluded.measures
  returning s.id into v_id;
  return v_id;
end
$$;
comment on function tide._store_summary(regclass) is
  'Remembers a summary table: every column but its key and changed_at is a measure.';
