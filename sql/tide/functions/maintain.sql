create or replace function tide.maintain() returns table (what text)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set timezone = 'UTC' -- a day is the same whoever calls
as $$
-- security definer: makes and drops partitions of the owner's
declare
  v_unheard regclass[];
begin
  -- never keep a writer waiting behind a long reader of the log
  perform set_config('lock_timeout', '100ms', true);
  return query select format('made %s', p) from tide._make_partitions() p;
  return query select format('dropped %s', p) from tide._drop_partitions() p;
  v_unheard := array(
    select p.relid::regclass from tide.watched w
    cross join lateral pg_partition_tree(w.target) p
    where not exists (select from pg_trigger t
      where t.tgrelid = p.relid and t.tgname = '_700_event_insert'));
  if v_unheard <> '{}' or exists (select from tide.watched w
    where w.shape is distinct from tide._shape(w.target)) then
    perform tide.refresh_watches();
    -- the partition of another owner is theirs to refresh: it is among the problems by now
    return query select format('watches %s', t.tgrelid::regclass) from pg_trigger t
      where t.tgrelid = any (v_unheard) and t.tgname = '_700_event_insert';
  end if;
  delete from tide.problems p where p.at < now() - interval '30 days';
end
$$;
comment on function tide.maintain() is
  'Makes partitions ahead, drops those past the retention, hears of new partitions of watched '
  'tables, and of tables that were renamed or altered; says what it did. The service calls it '
  'every minute; cron may.';
