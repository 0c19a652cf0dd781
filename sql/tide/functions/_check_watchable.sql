create or replace function tide._check_watchable(target regclass) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_class record;
begin
  select c.relkind, c.relpersistence, c.relispartition, n.nspname into v_class
  from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = target;
  if not found then
    raise exception 'there is no table to watch' using errcode = '42P01',
      hint = 'Write it as schema.table, in quotes where the name needs them.';
  elsif v_class.nspname in ('tide', 'pg_catalog', 'information_schema') then
    raise exception '% belongs to % and cannot be watched', target, v_class.nspname
      using errcode = '42809', hint = 'Watch the tables of your application.';
  elsif v_class.relkind not in ('r', 'p') then
    raise exception '% is not a table', target using errcode = '42809',
      hint = 'A view changes when its tables do: watch those.';
  elsif v_class.relpersistence = 't' then
    raise exception '% is a temporary table, which nobody else can see', target
      using errcode = '42809', hint = 'Watch a permanent table.';
  elsif v_class.relispartition then
    raise exception '% is a partition', target using errcode = '42809',
      hint = format('Watch the whole table: select tide.watch(%L)', (
        select pg_partition_root(target)::regclass::text));
  end if;
end
$$;
comment on function tide._check_watchable(regclass) is
  'Refuses what cannot be watched, and says why.';
