create or replace function tide._check_measures(summary_id int, measures jsonb) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_summary tide.summaries;
  v_unknown text;
begin
  select * into v_summary from tide.summaries s where s.id = summary_id;
  select k into v_unknown from jsonb_object_keys(_check_measures.measures) k
  where k <> all (v_summary.measures);
  if found then
    raise exception '% has no measure %', v_summary.summary, v_unknown using errcode = '42703',
      hint = format('It has %s.', array_to_string(v_summary.measures, ', '));
  end if;
end
$$;
comment on function tide._check_measures(int, jsonb) is
  'Refuses a measure that the summary has no column for.';
