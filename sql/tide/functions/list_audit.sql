create or replace function tide.list_audit(
  filter jsonb default '{}',
  before bigint default null,
  max_rows int default 50,
  out items jsonb,
  out next_id bigint
)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  -- security definer: the log is the owner's, and the service shows it to administrators
  with page as (
    select a.*, row_number() over (order by a.id desc) as place
    from tide.audit_log a
    where (list_audit.before is null or a.id < list_audit.before)
      and (filter ->> 'action' is null or a.action = filter ->> 'action')
      and (filter ->> 'target' is null or a.target = filter ->> 'target')
      and (filter ->> 'actor' is null or a.actor = filter ->> 'actor')
    order by a.id desc
    limit list_audit.max_rows + 1
  )
  select
    coalesce(jsonb_agg(to_jsonb(p) - 'place' order by p.place)
      filter (where p.place <= list_audit.max_rows), '[]'),
    case when count(*) > list_audit.max_rows
      then min(p.id) filter (where p.place <= list_audit.max_rows) end
  from page p
$$;
comment on function tide.list_audit(jsonb, bigint, int) is
  'A page of the audit log, the newest first: {"action", "target", "actor"} as filter; next_id is '
  'before which the next page begins, null on the last one.';
