create or replace function work._branches_of(topics text[])
returns uuid[]
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select array(
    select b.id
    from unnest(_branches_of.topics) t (topic)
    join work.branches b on b.id = split_part(t.topic, ':', 2)::uuid
    where t.topic like 'branch:%'
    union
    select k.git_branch_id
    from unnest(_branches_of.topics) t (topic)
    join work.tasks k on k.id = split_part(t.topic, ':', 2)::uuid
    where t.topic like 'task:%'
  )
$$;
comment on function work._branches_of(text[]) is
  'The branches that branch: and task: topics among these are about.';
