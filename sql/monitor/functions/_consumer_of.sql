create or replace function monitor._consumer_of(webhook_id uuid) returns text
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select 'webhook:' || webhook_id
$$;
comment on function monitor._consumer_of(uuid) is
  'Under which name a webhook''s position stands in tide.consumers.';
