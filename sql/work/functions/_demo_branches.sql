create or replace function work._demo_branches(branch_count int, projects uuid[])
returns uuid[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_kinds text[] := array['feature', 'feature', 'feature', 'fix', 'fix', 'chore', 'release'];
  v_topics text[] := array['dark-mode', 'invoice-export', 'login-loop', 'search-ranking',
    'rate-limits', 'onboarding', 'offline-sync', 'audit-log', 'currency-rounding', 'push-tokens',
    'slow-reports', 'api-v2', 'retries', 'accessibility', 'import-wizard', 'webhooks'];
  v_projects int := cardinality(_demo_branches.projects);
  v_branches uuid[];
begin
  with added as (
    insert into work.branches (project_id, name, created_at, archived_at)
    select
      _demo_branches.projects[1 + (i - 1) % v_projects],
      case when i <= v_projects then 'main'
        else v_kinds[1 + floor(random() * 7)::int] || '/' || v_topics[1 + (i / v_projects) % 16]
          || case when i / v_projects >= 16 then '-' || i / v_projects / 16 + 1 else '' end
      end,
      now() - interval '1 day' * random() * 90,
      case when i > v_projects and random() < 0.05 then now() - interval '1 day' * random() end
    from generate_series(1, _demo_branches.branch_count) i
    where v_projects > 0
    returning id
  )
  select array_agg(a.id) into v_branches from added a;
  return v_branches;
end
$$;
comment on function work._demo_branches(int, uuid[]) is
  'Branches spread over the projects: each has a main first; one in twenty others is archived.';
