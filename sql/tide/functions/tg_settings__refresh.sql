create or replace function tide.tg_settings__refresh() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: writes functions of the owner's
begin
  if exists (select from new_rows n where n.key = 'coalesce_above') then
    perform tide.refresh_watches();
  end if;
  return null;
end
$$;
comment on function tide.tg_settings__refresh() is
  'coalesce_above stands in the event triggers as a number, so they are written again.';
