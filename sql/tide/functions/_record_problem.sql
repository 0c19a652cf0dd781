create or replace function tide._record_problem(target regclass, entity text, message text)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: called in the transaction of whoever writes
begin
  -- a busy table tells it once a minute, not with every write
  insert into tide.problems (target, message)
  select _record_problem.target::text, _record_problem.message
  where not exists (select from tide.problems p
    where p.target = _record_problem.target::text and p.at > now() - interval '1 minute');
  insert into tide.events (entity, action, count, topics, source)
  values (entity, 'update', 0, array['table:' || tide._table_name(target)], 'system');
exception when others then
  raise warning 'tidegate could not record a change of %: %', target, sqlerrm;
end
$$;
comment on function tide._record_problem(regclass, text, text) is
  'An event trigger failed: keeps the reason, and tells the table''s topic to read again.';
