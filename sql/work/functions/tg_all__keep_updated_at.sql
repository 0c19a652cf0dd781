create or replace function work.tg_all__keep_updated_at()
returns trigger
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  new.updated_at := now();
  return new;
end
$$;
comment on function work.tg_all__keep_updated_at() is
  'Says when a row was last changed, whatever the writer says.';
