-- The role in which the service acts for a person: sql/work/policies.sql shows it only what that
-- person may see. The service may become it for a transaction, and does not inherit its limits.
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'tide_user') then
    create role tide_user nologin;
  end if;
exception
  when duplicate_object or unique_violation then null;
end
$$;

do $$
begin
  alter role tide_service noinherit;
  grant tide_user to tide_service;
exception
  -- roles belong to the cluster: another database of it is migrated at this moment, and does the same
  when internal_error then
    if sqlerrm not like 'tuple concurrently updated%' then
      raise;
    end if;
end
$$;
