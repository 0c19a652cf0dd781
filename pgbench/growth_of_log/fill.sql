-- The log after a whole retention: :events events of the last three days, told long ago. They are copies of those that
-- were just made, with their transactions, so a partition's index has as many of these as of real ones.
set session_replication_role = replica;
do $$
begin
  for v_back in 1 .. 3 loop
    execute format('create table tide.%I partition of tide.events for values from (%L) to (%L)',
      'events_' || to_char(current_date - v_back, 'YYYYMMDD'),
      (current_date - v_back)::timestamptz, (current_date - v_back + 1)::timestamptz);
  end loop;
end
$$;

create temp table original as
select row_number() over (order by e.id) - 1 as nth, e.*
from tide.events e, (select t.snapshot from tide.ticks t order by t.number desc limit 1) head
where e.xid < pg_snapshot_xmin(head.snapshot)
limit 20000;
create unique index on original (nth);
analyze original;

insert into tide.events (
  xid, at, entity, action, key, count, topics, source, actor, session_id, correlation_id, delta,
  image, sums)
select o.xid, current_date - interval '3 days' * (n::float8 / :events), o.entity, o.action, o.key,
  o.count, o.topics, o.source, o.actor, o.session_id, o.correlation_id, o.delta, o.image, o.sums
from generate_series(1, :events) n
join original o on o.nth = n % (select count(*) from original);

insert into tide.ticks (number, epoch_number, snapshot, first_sequence, last_sequence, at, xid)
select -n, e.number, format('%s:%s:', o.xid, o.xid)::pg_snapshot, -4 * n, -4 * n + 3,
  current_date - interval '3 days' * (n * 4.0 / :events), o.xid
from generate_series(1, :events / 4) n
join original o on o.nth = n % (select count(*) from original)
cross join (select max(e.number) as number from tide.epochs e) e;
