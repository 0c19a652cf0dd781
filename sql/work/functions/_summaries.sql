create or replace function work._summaries(
  project_ids uuid[],
  branch_ids uuid[],
  include_archived boolean,
  extra jsonb
)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return jsonb_build_object(
    'summaries', (
      select coalesce(jsonb_object_agg(b.branch_id, to_jsonb(b) || _summaries.extra), '{}')
      from work.branch_summaries b
      where b.project_id = any (_summaries.project_ids)
        and (_summaries.include_archived or not b.archived)
        or b.branch_id = any (_summaries.branch_ids)
    ),
    'projects', (
      select coalesce(jsonb_object_agg(p.project_id, to_jsonb(p) || _summaries.extra), '{}')
      from work.project_summaries p
      where p.project_id = any (
        _summaries.project_ids || array(
          select b.project_id from work.branches b where b.id = any (_summaries.branch_ids)
        )
      )
    )
  );
end
$$;
comment on function work._summaries(uuid[], uuid[], boolean, jsonb) is
  'The summaries of these projects, of their branches and of the branches named, by id, each '
  'with the extra fields; rights are the callers affair.';
