create or replace function tide.begin_rollout(
  name text,
  percentages int[] default '{10,25,50,100}',
  soak_minutes int default 1440,
  max_error_rate numeric default 0.001,
  max_latency_ms int default 200,
  min_requests int default 100
) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: the rollouts are the owner's
begin
  if coalesce(cardinality(percentages), 0) = 0 or percentages <> array(
    select distinct p from unnest(percentages) p order by p)
  then
    raise exception 'the stages of a rollout go up' using errcode = '22023',
      constraint = 'rollout_percentages_go_up', column = 'percentages',
      hint = 'For example {10,25,50,100}.';
  end if;
  perform tide.show_feature(name);
  delete from tide.rollout_stages s where s.flag = begin_rollout.name;
  insert into tide.rollouts (flag, max_error_rate, max_latency_ms, min_requests)
  values (begin_rollout.name, begin_rollout.max_error_rate, begin_rollout.max_latency_ms,
    begin_rollout.min_requests)
  on conflict on constraint rollouts_pkey do update set
    state = 'running', stage = 1, stage_began_at = now(), reason = null,
    max_error_rate = excluded.max_error_rate, max_latency_ms = excluded.max_latency_ms,
    min_requests = excluded.min_requests;
  insert into tide.rollout_stages (flag, stage, percentage, soak_minutes)
  select begin_rollout.name, p.stage, p.percentage, begin_rollout.soak_minutes
  from unnest(percentages) with ordinality p (percentage, stage);
  update tide.feature_flags f set enabled = true, percentage = begin_rollout.percentages[1]
  where f.name = begin_rollout.name;
  return tide.show_feature(name);
end
$$;
comment on function tide.begin_rollout(text, int[], int, numeric, int, int) is
  'Switches a feature on for the first share of users; tide.advance_rollout() goes on from there, '
  'after soak_minutes, if what the nodes see allows it.';
