create or replace function tide.maintain() returns table (what text)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set timezone = 'UTC' -- a day is the same whoever calls
set lock_timeout = '100ms' -- never keep a writer waiting behind a long reader of the log
as $$
-- security definer: makes and drops partitions of the owner's
declare
  v_watched tide.watched;
  v_heard regclass[];
begin
  return query select format('made %s', p) from tide._make_partitions() p;
  return query select format('dropped %s', p) from tide._drop_partitions() p;
  perform tide._forget_dropped();
  for v_watched in select w.* from tide.watched w where tide._is_stale(w) order by w.id loop
    v_heard := array(select p.part from tide._heard_parts(v_watched.target) p (part));
    perform tide._refresh_watch(v_watched);
    -- the partition of another owner is theirs to refresh: it is among the problems by now
    return query select format('watches %s', p.part)
      from tide._heard_parts(v_watched.target) p (part) where p.part <> all (v_heard);
  end loop;
  delete from tide.problems p where p.at < now() - interval '30 days';
  delete from tide.answers a
  where a.at < now() - make_interval(hours => tide._setting('answer_hours'));
  delete from tide.health_samples h where h.at < now() - interval '7 days';
  delete from tide.cache_entries c where c.expires_at < now();
end
$$;
comment on function tide.maintain() is
  'Makes partitions ahead, drops those past the retention, hears of new partitions of watched '
  'tables, and of tables that were renamed or altered, forgets old answers, those of the cache '
  'too, and samples; says what it did. The service calls it every minute; cron may.';
