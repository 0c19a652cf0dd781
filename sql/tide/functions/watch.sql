create or replace function tide.watch(
  target regclass,
  entity text default null,
  topics text[] default null,
  key text[] default null,
  columns text[] default null,
  coalesce_above int default null,
  history boolean default false,
  guarded boolean default true
) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_watched tide.watched;
begin
  perform tide._check_watchable(target);
  perform tide._forget_dropped();
  v_watched.target := target;
  v_watched.key_columns := coalesce(key, tide._primary_key(target));
  if columns is not null then
    v_watched.columns := tide._union(v_watched.key_columns, columns);
  end if;
  v_watched.entity := coalesce(entity, (select c.relname from pg_class c where c.oid = target));
  v_watched.topics := coalesce(topics, tide._default_topics(target, v_watched.entity,
    v_watched.key_columns));
  v_watched.coalesce_above := coalesce_above;
  v_watched.history := history;
  v_watched.guarded := guarded;
  perform tide._check_watched(v_watched);
  v_watched := tide._store_watched(v_watched);
  perform tide._grant_to_owner(v_watched);
  perform tide._install_watch(v_watched);
  perform tide._warn_of_watched(v_watched);
end
$$;
comment on function tide.watch(regclass, text, text[], text[], text[], int, boolean, boolean) is
  'Puts a table on the stream. topics are SQL expressions over its row. guarded catches whatever '
  'goes wrong in an event trigger, for the price of a subtransaction per statement: switch it off '
  'only where every expression is total. Idempotent; tide.unwatch() removes every trace.';
