create or replace function work._demo_title(first float8, second float8)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_verbs text[] := array['Add', 'Fix', 'Document', 'Test', 'Speed up', 'Review', 'Simplify',
    'Migrate', 'Monitor', 'Redesign', 'Remove', 'Translate'];
  v_objects text[] := array['the invoice export', 'the login form', 'password reset',
    'search suggestions', 'the order history', 'the settings page', 'retry of failed payments',
    'the nightly import', 'the audit trail', 'push notifications', 'the empty states',
    'the rate limiter', 'CSV upload', 'address validation', 'the release checklist',
    'session expiry', 'the billing webhook', 'keyboard navigation', 'the error pages',
    'the tax rules', 'image resizing', 'the onboarding tour'];
begin
  return v_verbs[1 + floor(first * 12)::int] || ' '
    || v_objects[1 + floor(second * 22)::int];
end
$$;
comment on function work._demo_title(float8, float8) is
  'A title for a demo task, chosen by two numbers from 0 to 1.';
