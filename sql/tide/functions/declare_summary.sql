create or replace function tide.declare_summary(
  summary regclass, source regclass, group_by text, measures jsonb
) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id int := tide._store_summary(summary);
  v_watched tide.watched;
begin
  select * into v_watched from tide.watched w where w.target = declare_summary.source;
  if not found then
    raise exception '% is not watched', source using errcode = '42704',
      hint = format('First: select tide.watch(%L).', source::text);
  end if;
  if exists (select from tide.summary_sources s where s.summary_id = v_id
    and s.source = declare_summary.source and s.group_by = declare_summary.group_by
    and s.measures = declare_summary.measures) then
    return;
  end if;
  perform tide._check_measures(v_id, measures);
  -- who writes meanwhile would be counted by neither the old trigger nor the rebuild
  execute format('lock table %s in share row exclusive mode', source);
  insert into tide.summary_sources (summary_id, source, group_by, measures)
  values (v_id, declare_summary.source, declare_summary.group_by, declare_summary.measures)
  on conflict on constraint summary_sources_pkey do update
    set group_by = excluded.group_by, measures = excluded.measures;
  perform tide._check_watched(v_watched);
  perform tide._install_watch(v_watched);
  perform tide.rebuild_summary(summary);
end
$$;
comment on function tide.declare_summary(regclass, regclass, text, jsonb) is
  'Feeds a summary table from a watched table: measures is {column: SQL over the row, a bigint}, '
  'group_by the SQL for the row''s group, the summary''s first key column.';
