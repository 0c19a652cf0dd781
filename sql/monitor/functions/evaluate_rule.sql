create or replace function monitor.evaluate_rule(rule_id uuid) returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: rules are the owner's, who alone may write them
declare
  v_rule monitor.rules;
  v_value double precision;
  v_next text;
begin
  select r.* into v_rule from monitor.rules r where r.id = evaluate_rule.rule_id for update;
  if not found or not v_rule.is_enabled then
    return null;
  end if;
  begin
    v_value := monitor._number_of(v_rule.query);
  exception when others then
    return monitor.fail_rule(rule_id, sqlerrm);
  end;
  v_next := monitor._next_state(v_rule, v_value);
  update monitor.rules r
  set last_value = v_value, last_error = null, evaluated_at = now(), state = v_next,
    state_at = case when v_next = r.state then r.state_at else now() end
  where r.id = evaluate_rule.rule_id;
  if v_rule.state = 'failing' then
    perform monitor.clear_alert('rule:' || v_rule.name || ':failing');
  end if;
  if v_next = 'firing' and v_rule.state <> 'firing' then
    perform monitor.raise_alert('rule:' || v_rule.name, v_rule.severity,
      format('%s: %s, %s %s', v_rule.name, monitor._figure(v_value), v_rule.comparison,
        monitor._figure(v_rule.threshold)),
      jsonb_build_object('value', v_value, 'threshold', v_rule.threshold,
        'description', v_rule.description), v_rule.id);
  elsif v_next = 'fine' then
    perform monitor.clear_alert('rule:' || v_rule.name);
  end if;
  return v_next;
end
$$;
comment on function monitor.evaluate_rule(uuid) is
  'Runs a rule''s query and draws the conclusion: fine, breached (not for long enough yet), '
  'firing, or failing. Raises and resolves the rule''s alert.';
