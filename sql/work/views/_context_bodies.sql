create or replace view work._context_bodies as
select
  x.id,
  x.branch_id,
  x.task_id,
  jsonb_build_object(
    'id', x.id, 'key', x.key, 'project_id', x.project_id, 'branch_id', x.branch_id,
    'task_id', x.task_id, 'updated_at', x.updated_at
  ) as body
from work.contexts x;
comment on view work._context_bodies is
  'How a context appears in a cascade: where it belongs and when it changed, not what it says.';
