create or replace function tide._is_stale(watched tide.watched) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return watched.shape is distinct from tide._shape(watched.target)
    or exists (
      select p.part from tide._watched_parts(watched.target) p
      except
      select h from tide._heard_parts(watched.target) h)
    or exists (
      select t.tgrelid from pg_trigger t
      join pg_proc f on f.oid = t.tgfoid and f.pronamespace = 'tide'::regnamespace
        and f.proname = tide._generated_name(watched, 'insert')
      except
      select p.part from tide._watched_parts(watched.target) p);
end
$$;
comment on function tide._is_stale(tide.watched) is
  'True when a table or its partitions are not what they were when its triggers were written.';
