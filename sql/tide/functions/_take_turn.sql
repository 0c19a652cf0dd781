create or replace function tide._take_turn() returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  -- clients hear of a tick only when it is durable, and with it what it saw of asynchronous commits
  if current_setting('synchronous_commit') = 'off' then
    perform set_config('synchronous_commit', 'on', true);
  end if;
  lock table tide.turn in exclusive mode nowait;
  return true;
exception when lock_not_available then
  return false;
end
$$;
comment on function tide._take_turn() is 'True for the one transaction that may tick now.';
