create or replace function work.bulk_summaries(
  user_id uuid,
  project_ids uuid[] default null,
  include_archived boolean default false
)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_projects uuid[];
begin
  v_projects := array(
    select p.id
    from work.visible_projects(bulk_summaries.user_id) v (id)
    join work.projects p on p.id = v.id
    where (bulk_summaries.project_ids is null or p.id = any (bulk_summaries.project_ids))
      and (bulk_summaries.include_archived or p.archived_at is null)
  );
  return work._summaries(v_projects, '{}', bulk_summaries.include_archived, '{}');
end
$$;
comment on function work.bulk_summaries(uuid, uuid[], boolean) is
  '{summaries: {branch_id: …}, projects: {project_id: …}} of the projects named, or of all, as '
  'far as the user is a member; archived ones only when asked for. One snapshot.';
