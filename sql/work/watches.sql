-- Ids are ordered by time. The function is code, so the default is set here, not by the migration.
alter table work.users alter column id set default tide.uuid_v7();
alter table work.projects alter column id set default tide.uuid_v7();
alter table work.branches alter column id set default tide.uuid_v7();
alter table work.tasks alter column id set default tide.uuid_v7();
alter table work.subtasks alter column id set default tide.uuid_v7();
alter table work.contexts alter column id set default tide.uuid_v7();
alter table work.api_keys alter column id set default tide.uuid_v7();

-- Every table of this room on the stream. The first topic carries the event. Not guarded: no
-- topic or measure can fail on a row that satisfies the constraints.
select tide.watch('work.users', entity => 'user', guarded => false,
  topics => array['''user:'' || id']);
-- So that whoever is connected with a key learns that it ended. Never the hash; no event for a use.
select tide.watch('work.api_keys', entity => 'key', guarded => false,
  columns => array['user_id', 'name', 'prefix', 'role', 'sources', 'expires_at', 'revoked_at'],
  topics => array['''user:'' || user_id']);
select tide.watch('work.projects', entity => 'project', guarded => false,
  topics => array['''project:'' || id']);
select tide.watch('work.project_members', entity => 'member', guarded => false,
  topics => array['''project:'' || project_id', '''user:'' || user_id']);
select tide.watch('work.branches', entity => 'branch', guarded => false,
  topics => array['''project:'' || project_id', '''branch:'' || id']);
select tide.watch('work.tasks', entity => 'task', guarded => false,
  topics => array['''project:'' || project_id', '''branch:'' || git_branch_id',
    '''task:'' || id']);
select tide.watch('work.subtasks', entity => 'subtask', guarded => false,
  topics => array['''project:'' || project_id', '''branch:'' || git_branch_id',
    '''task:'' || task_id']);
select tide.watch('work.contexts', entity => 'context', guarded => false,
  topics => array['''project:'' || project_id', '''branch:'' || branch_id',
    '''task:'' || task_id']);

-- The sums of a branch. A source without measures still says when the branch last changed.
select tide.declare_summary('work.branch_totals', 'work.tasks', group_by => 'git_branch_id',
  measures => '{
    "total_tasks": "1",
    "completed_tasks": "status = ''done''",
    "in_progress_tasks": "status = ''in_progress''",
    "todo_tasks": "status = ''todo''",
    "blocked_tasks": "status = ''blocked''",
    "cancelled_tasks": "status = ''cancelled''",
    "low_tasks": "priority = ''low''",
    "medium_tasks": "priority = ''medium''",
    "high_tasks": "priority = ''high''",
    "urgent_tasks": "priority = ''urgent''",
    "progress_sum": "progress_percentage"
  }');
select tide.declare_summary('work.branch_totals', 'work.subtasks', group_by => 'git_branch_id',
  measures => '{
    "total_subtasks": "1",
    "completed_subtasks": "status = ''done''"
  }');
select tide.declare_summary('work.branch_totals', 'work.contexts', group_by => 'branch_id',
  measures => '{}');
select tide.declare_summary('work.branch_totals', 'work.branches', group_by => 'id',
  measures => '{}');

select tide.declare_cascade(e.entity, 'work.cascade')
from unnest('{task,subtask,context,branch,project,member}'::text[]) as e (entity);

select tide.declare_topics('{project,branch,task,user}', 'work.can_subscribe');
