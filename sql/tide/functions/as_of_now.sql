create or replace function tide.as_of_now() returns void
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  select set_config('tide.as_of', '', true)
$$;
comment on function tide.as_of_now() is 'Summaries are exact at the reader''s snapshot again.';
