create or replace function work.bulk_summaries_at(
  user_id uuid,
  project_ids uuid[],
  include_archived boolean,
  out summaries jsonb,
  out projects jsonb,
  out summary_count int,
  out epoch uuid,
  out sequence bigint,
  out topics text[],
  out snapshot pg_snapshot
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select
    b.found -> 'summaries',
    b.found -> 'projects',
    (select count(*)::int from jsonb_object_keys(b.found -> 'summaries')),
    p.epoch,
    p.sequence,
    array(
      select 'project:' || v.id
      from work.visible_projects(bulk_summaries_at.user_id) v (id)
      where bulk_summaries_at.project_ids is null or v.id = any (bulk_summaries_at.project_ids)
    ) || ('user:' || bulk_summaries_at.user_id),
    pg_current_snapshot()
  from work.bulk_summaries(
    bulk_summaries_at.user_id, bulk_summaries_at.project_ids, bulk_summaries_at.include_archived
  ) b (found)
  cross join tide.position() p
$$;
comment on function work.bulk_summaries_at(uuid, uuid[], boolean) is
  'work.bulk_summaries with the head of the log in the same snapshot: all up to that sequence is '
  'counted, and what is committed but not yet ticked too. Without an event on one of the topics '
  'the same question has the same answer; snapshot is what it has seen.';
