create or replace function tide._report(target text, message text) returns void
language sql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
  -- security definer: called in the transaction of whoever writes or makes a partition
  insert into tide.problems (target, message)
  select _report.target, _report.message
  where not exists (select from tide.problems p where p.message = _report.message
    and p.target = _report.target and p.at > now() - interval '1 day')
$$;
comment on function tide._report(text, text) is 'Keeps a problem for tidegate doctor, once a day.';
