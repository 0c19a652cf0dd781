create or replace function work._demo_projects(project_count int, users uuid[])
returns uuid[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_teams text[] := array['Harbor', 'Lantern', 'Meridian', 'Juniper', 'Copper', 'Tundra',
    'Saffron', 'Beacon'];
  v_products text[] := array['Billing', 'Mobile', 'Search', 'Checkout', 'Identity', 'Reports',
    'Logistics', 'Support', 'Docs', 'Platform'];
  v_projects uuid[];
begin
  with added as (
    insert into work.projects (name, description, created_at)
    select
      v_teams[1 + (i - 1) % 8] || ' ' || v_products[1 + (i - 1) / 8 % 10]
        || case when i > 80 then ' ' || (i - 1) / 80 + 1 else '' end,
      'Everything about ' || lower(v_products[1 + (i - 1) / 8 % 10]) || '.',
      now() - interval '1 day' * (90 + random() * 300)
    from generate_series(1, _demo_projects.project_count) i
    returning id
  )
  select array_agg(a.id) into v_projects from added a;
  insert into work.project_members (project_id, user_id, role)
  select
    p.id, u.id,
    case when u.n = 1 or random() < 0.1 then 'admin'
      when random() < 0.8 then 'editor' else 'viewer' end
  from unnest(v_projects) p (id)
  cross join unnest(_demo_projects.users) with ordinality u (id, n)
  where u.n = 1 or random() < 0.4;
  return v_projects;
end
$$;
comment on function work._demo_projects(int, uuid[]) is
  'Projects with their members; the first user is admin of all.';
