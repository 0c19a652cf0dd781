create or replace function work.expect_version(entity text, id uuid, versions text[])
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id uuid := expect_version.id;
  v_stored jsonb;
begin
  -- locked, so that what is compared is what the verb that follows will find
  v_stored := case expect_version.entity
    when 'project' then
      (select to_jsonb(p) from work.projects p where p.id = v_id for no key update)
    when 'branch' then
      (select to_jsonb(b) from work.branches b where b.id = v_id for no key update)
    when 'task' then
      (select to_jsonb(t) from work.tasks t where t.id = v_id for no key update)
    when 'subtask' then
      (select to_jsonb(s) from work.subtasks s where s.id = v_id for no key update)
    when 'context' then
      (select to_jsonb(x) from work.contexts x where x.id = v_id for no key update)
  end;
  if (tide.version_of(v_stored) = any (expect_version.versions)) is not true then
    raise exception '% % is not what you read any more', expect_version.entity, v_id using
      errcode = 'TG412', constraint = 'version_is_current',
      hint = 'Read it again, and decide again.';
  end if;
end
$$;
comment on function work.expect_version(text, uuid, text[]) is
  'Refuses with TG412 unless an entity has one of these versions; it keeps it until the end of '
  'the transaction.';
