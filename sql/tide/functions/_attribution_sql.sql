create or replace function tide._attribution_sql() returns text
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  -- anybody may set them to anything, and every event repeats them
  select 'coalesce(nullif(left(current_setting(''tide.source'', true), 20), ''''), '
    'tide._tg_source_of(coalesce(nullif(current_setting(''role''), ''none''), session_user)), '
    '''system''), nullif(left(current_setting(''tide.actor'', true), 200), ''''), '
    'nullif(left(current_setting(''tide.session_id'', true), 200), ''''), '
    'nullif(left(current_setting(''tide.correlation_id'', true), 200), '''')'
$$;
comment on function tide._attribution_sql() is
  'SQL for source, actor, session_id and correlation_id of whoever writes, cut to 200 letters.';
