create or replace function monitor.fail_rule(rule_id uuid, error text) returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: rules are the owner's
declare
  v_rule monitor.rules;
begin
  update monitor.rules r
  set state = 'failing', last_error = left(fail_rule.error, 1000), evaluated_at = now(),
    state_at = case when r.state = 'failing' then r.state_at else now() end
  where r.id = fail_rule.rule_id
  returning r.* into v_rule;
  if not found then
    return null;
  end if;
  perform monitor.raise_alert('rule:' || v_rule.name || ':failing', 'warning',
    format('The rule %s cannot be evaluated', v_rule.name),
    jsonb_build_object('error', v_rule.last_error), v_rule.id);
  return 'failing';
end
$$;
comment on function monitor.fail_rule(uuid, text) is
  'A rule''s query failed or was cancelled: an alert about the rule itself; nothing else stops.';
