create or replace function tide._attribution_sql() returns text
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select 'coalesce(nullif(current_setting(''tide.source'', true), ''''), '
    'tide._tg_source_of(coalesce(nullif(current_setting(''role''), ''none''), session_user)), '
    '''system''), nullif(current_setting(''tide.actor'', true), ''''), '
    'nullif(current_setting(''tide.session_id'', true), ''''), '
    'nullif(current_setting(''tide.correlation_id'', true), '''')'
$$;
comment on function tide._attribution_sql() is
  'SQL for source, actor, session_id and correlation_id of whoever writes.';
