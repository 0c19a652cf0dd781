create or replace view tide.features as
select
  f.name,
  f.description,
  f.enabled,
  f.default_enabled,
  f.percentage,
  case
    when o.overrides is not null then 'some'
    when not coalesce(f.enabled, f.default_enabled) or f.percentage = 0 then 'nobody'
    when f.percentage = 100 then 'everybody'
    else 'some'
  end as standing,
  coalesce(o.overrides, '{}') as overrides,
  r.rollout,
  f.updated_at
from tide.feature_flags f
left join lateral (
  select jsonb_object_agg(x.user_id, x.enabled) as overrides
  from tide.feature_overrides x
  where x.flag = f.name
) o on true
left join lateral (
  select to_jsonb(y) - 'flag' || jsonb_build_object('stages', (
    select jsonb_agg(to_jsonb(s) - 'flag' order by s.stage)
    from tide.rollout_stages s
    where s.flag = y.flag
  )) as rollout
  from tide.rollouts y
  where y.flag = f.name
) r on true;
comment on view tide.features is
  'Features with for whom they are on (everybody, some, nobody), their overrides and rollouts.';
