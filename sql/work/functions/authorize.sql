create or replace function work.authorize(user_id uuid, act text, entity text, id uuid)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_may boolean;
begin
  if authorize.user_id is not null then
    v_may := work.may(user_id, act, entity, id);
  elsif work.project_of(entity, id) is not null then
    v_may := true;
  end if;
  if v_may is null then
    raise no_data_found using
      message = format('%s %s does not exist', entity, coalesce(id::text, '(none)')),
      constraint = entity || '_exists';
  elsif not v_may then
    raise insufficient_privilege using
      message = format('your role in this project does not allow to %s', act),
      constraint = 'member_may_' || act;
  end if;
end
$$;
comment on function work.authorize(uuid, text, text, uuid) is
  'Raises no_data_found or insufficient_privilege unless work.may says yes. No user is whoever '
  'may do everything: only what does not exist is refused.';
