create or replace function tide._note_time(name text, began_at timestamptz) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform set_config('tide.' || _note_time.name, (
    coalesce(nullif(current_setting('tide.' || _note_time.name, true), '')::float8, 0)
    + extract(epoch from clock_timestamp() - _note_time.began_at) * 1000
  )::text, true);
end
$$;
comment on function tide._note_time(text, timestamptz) is
  'Adds what has passed to a setting of the transaction, in milliseconds: the service reads it '
  'with the tick.';
