create or replace function tide.declare_summary(
  summary regclass, source regclass, group_by text, measures jsonb
) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id int := tide._store_summary(summary);
  v_watched tide.watched;
  v_measures jsonb;
begin
  select * into v_watched from tide.watched w where w.target = declare_summary.source;
  if not found then
    raise exception '% is not watched', source using errcode = '42704',
      hint = format('First: select tide.watch(%L).', source::text);
  end if;
  perform tide._check_measures(v_id, measures);
  select coalesce(jsonb_object_agg(m.key, tide._measure_sql(declare_summary.source, m.value)), '{}')
  into v_measures from jsonb_each_text(measures) m;
  if exists (select from tide.summary_sources s where s.summary_id = v_id
    and s.source = declare_summary.source and s.group_by = declare_summary.group_by
    and s.measures = v_measures) then
    return;
  end if;
  -- who writes meanwhile would be counted by neither the old trigger nor the rebuild
  execute format('lock table %s in share row exclusive mode', source);
  insert into tide.summary_sources (summary_id, source, group_by, measures)
  values (v_id, declare_summary.source, declare_summary.group_by, v_measures)
  on conflict on constraint summary_sources_pkey do update
    -- another id: what is pending was told for the measures of before
    set id = default, group_by = excluded.group_by, measures = excluded.measures;
  perform tide._check_watched(v_watched);
  perform tide._install_watch(v_watched);
  perform tide._install_summary(y) from tide.summaries y where y.id = v_id;
  perform tide.rebuild_summary(summary);
end
$$;
comment on function tide.declare_summary(regclass, regclass, text, jsonb) is
  'Feeds a summary table from a watched table: measures is {column: SQL over the row}, a number to '
  'add up or a condition to count, group_by the SQL for the row''s group, the summary''s first key '
  'column.';
