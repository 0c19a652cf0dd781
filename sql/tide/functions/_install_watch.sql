create or replace function tide._install_watch(watched tide.watched) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_operation text;
  v_function regprocedure;
  v_part record;
begin
  -- one at a time: two that replace the same function would fail
  perform pg_advisory_xact_lock(8433500661254);
  perform tide._see_past_row_security(watched);
  perform tide._install_rows(watched);
  update tide.watched w set shape = tide._shape(watched.target) where w.id = watched.id;
  foreach v_operation in array array['insert', 'update', 'delete', 'truncate'] loop
    v_function := tide._install_function(watched, v_operation);
    for v_part in
      select * from tide._watched_parts(watched.target)
    loop
      -- truncating a partitioned table fires the triggers of its partitions as well
      if v_operation <> 'truncate' or v_part.is_leaf then
        perform tide._install_trigger(v_part.part, v_operation, v_function);
      end if;
    end loop;
    perform tide._drop_stray_triggers(watched, v_function);
  end loop;
end
$$;
comment on function tide._install_watch(tide.watched) is
  'Writes a watch''s functions, and the triggers that are missing, on the table and its '
  'partitions; what is a partition no longer loses its own.';
