create or replace function monitor._insist_on_operator(user_id uuid) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if user_id is not null or monitor._is_limited() then
    raise insufficient_privilege using
      message = 'only administrators may see or do this', constraint = 'operators_are_admins';
  end if;
end
$$;
comment on function monitor._insist_on_operator(uuid) is
  'Refuses everybody but administrators, who stand for themselves as no user (null).';
