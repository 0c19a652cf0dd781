-- The work room: people, projects, branches, tasks, subtasks, contexts, and the stored sums of a
-- branch. Constraint names are sentences that are true; they reach the caller as error codes.
-- Code (functions, triggers, views, grants) lives in sql/work and is rebuilt, never migrated.
-- So the default of ids becomes tide.uuid_v7() there: a migration calls nothing of sql/.

create schema work authorization tide_owner;
comment on schema work is
  'Projects, branches, tasks, subtasks and contexts, with summaries that are always exact.';

-- `set local role` would outlive this file within its transaction: see `reset role` at the end.
set local role tide_owner;

create table work.users (
  id uuid not null default gen_random_uuid(),
  handle text not null,
  display_name text not null default '',
  created_at timestamptz not null default now(),
  constraint users_pkey primary key (id),
  constraint user_handle_is_unique unique (handle),
  constraint user_handle_is_not_blank check (btrim(handle) <> '')
);
comment on table work.users is 'A person or an agent that may be a member of projects.';
comment on column work.users.handle is 'The name used in credentials and on the command line.';

create table work.projects (
  id uuid not null default gen_random_uuid(),
  name text not null,
  description text,
  archived_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint projects_pkey primary key (id),
  constraint project_name_is_not_blank check (btrim(name) <> '')
);
comment on table work.projects is 'What members share; topic project:<id> carries its changes.';
comment on column work.projects.archived_at is 'Null while the project is in use.';

create table work.project_members (
  project_id uuid not null,
  user_id uuid not null,
  role text not null,
  constraint project_members_pkey primary key (project_id, user_id),
  constraint member_project_exists foreign key (project_id)
    references work.projects (id) on delete cascade,
  constraint member_user_exists foreign key (user_id)
    references work.users (id) on delete cascade,
  constraint member_role_is_known check (role in ('viewer', 'editor', 'admin'))
);
create index project_members_user_id_idx on work.project_members (user_id);
comment on table work.project_members is
  'Who may see (viewer), change (editor) or run (admin) what.';

create table work.branches (
  id uuid not null default gen_random_uuid(),
  project_id uuid not null,
  name text not null,
  archived_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint branches_pkey primary key (id),
  -- What tasks and contexts refer to, the index of the foreign key, and the order of lists.
  constraint branch_is_in_one_project unique (project_id, id),
  constraint branch_project_exists foreign key (project_id)
    references work.projects (id) on delete cascade,
  constraint branch_name_is_not_blank check (btrim(name) <> '')
);
comment on table work.branches is 'A line of work within a project; the unit of summaries.';

create table work.tasks (
  id uuid not null default gen_random_uuid(),
  git_branch_id uuid not null,
  project_id uuid not null,
  parent_id uuid,
  title text not null,
  description text,
  status text not null default 'todo',
  priority text not null default 'medium',
  progress_percentage integer not null default 0,
  assignee_id uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint tasks_pkey primary key (id),
  -- What subtasks and contexts refer to; also the branch's index and the order of its task list.
  constraint task_is_in_one_branch unique (git_branch_id, id, project_id),
  -- What parent_id refers to; also the order of a project's task list.
  constraint task_is_in_one_project unique (project_id, id),
  -- On update cascade: a branch that moves to another project takes its tasks along.
  constraint task_branch_is_in_same_project foreign key (project_id, git_branch_id)
    references work.branches (project_id, id) on delete cascade on update cascade,
  -- Deferred: while a branch moves, parents and children change project one after the other.
  constraint task_parent_is_in_same_project foreign key (project_id, parent_id)
    references work.tasks (project_id, id) on delete cascade deferrable initially deferred,
  constraint task_assignee_exists foreign key (assignee_id)
    references work.users (id) on delete set null,
  constraint task_title_is_not_blank check (btrim(title) <> ''),
  constraint task_status_is_known
    check (status in ('todo', 'in_progress', 'blocked', 'done', 'cancelled')),
  constraint task_priority_is_known check (priority in ('low', 'medium', 'high', 'urgent')),
  constraint task_progress_is_a_percentage check (progress_percentage between 0 and 100)
) with (fillfactor = 85);
-- No index on what changes often (status, updated_at), so that most updates stay on their page.
create index tasks_parent_id_idx on work.tasks (parent_id, project_id)
  where parent_id is not null;
create index tasks_assignee_id_idx on work.tasks (assignee_id)
  where assignee_id is not null;
comment on table work.tasks is 'A piece of work on a branch; may have a parent in its project.';
comment on column work.tasks.project_id is
  'The branch''s project: filled by _100_guard, kept true by task_branch_is_in_same_project.';

create table work.subtasks (
  id uuid not null default gen_random_uuid(),
  task_id uuid not null,
  git_branch_id uuid not null,
  project_id uuid not null,
  title text not null,
  status text not null default 'todo',
  progress_percentage integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint subtasks_pkey primary key (id),
  constraint subtask_task_is_in_same_branch foreign key (task_id, git_branch_id, project_id)
    references work.tasks (id, git_branch_id, project_id) on delete cascade on update cascade,
  constraint subtask_title_is_not_blank check (btrim(title) <> ''),
  constraint subtask_status_is_known
    check (status in ('todo', 'in_progress', 'blocked', 'done', 'cancelled')),
  constraint subtask_progress_is_a_percentage check (progress_percentage between 0 and 100)
) with (fillfactor = 85);
create index subtasks_task_id_idx on work.subtasks (task_id, id);
comment on table work.subtasks is 'A step of a task.';
comment on column work.subtasks.git_branch_id is
  'The task''s branch: filled by _100_guard, kept true by subtask_task_is_in_same_branch.';
comment on column work.subtasks.project_id is
  'The task''s project: filled by _100_guard, kept true by subtask_task_is_in_same_branch.';

create table work.contexts (
  id uuid not null default gen_random_uuid(),
  project_id uuid not null,
  branch_id uuid,
  task_id uuid,
  key text not null,
  body jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint contexts_pkey primary key (id),
  constraint context_project_exists foreign key (project_id)
    references work.projects (id) on delete cascade,
  constraint context_branch_is_in_same_project foreign key (project_id, branch_id)
    references work.branches (project_id, id) on delete cascade on update cascade,
  constraint context_task_is_in_same_branch foreign key (task_id, branch_id, project_id)
    references work.tasks (id, git_branch_id, project_id) on delete cascade on update cascade,
  constraint context_of_a_task_names_its_branch check (task_id is null or branch_id is not null),
  constraint context_key_is_not_blank check (btrim(key) <> '')
);
-- Null is a place too. An index, because only Postgres 15 has constraints that say so.
create unique index context_key_is_unique_in_its_place on work.contexts (
  project_id,
  coalesce(branch_id, '00000000-0000-0000-0000-000000000000'),
  coalesce(task_id, '00000000-0000-0000-0000-000000000000'),
  key
);
create index contexts_branch_id_idx on work.contexts (branch_id, project_id)
  where branch_id is not null;
create index contexts_task_id_idx on work.contexts (task_id, branch_id, project_id)
  where task_id is not null;
comment on table work.contexts is 'Knowledge kept with a project, one of its branches or a task.';
comment on column work.contexts.branch_id is
  'Null: of the project. Filled by _100_guard from the task when only that is named.';

create table work.branch_totals (
  branch_id uuid not null,
  total_tasks bigint not null default 0,
  completed_tasks bigint not null default 0,
  in_progress_tasks bigint not null default 0,
  todo_tasks bigint not null default 0,
  blocked_tasks bigint not null default 0,
  cancelled_tasks bigint not null default 0,
  low_tasks bigint not null default 0,
  medium_tasks bigint not null default 0,
  high_tasks bigint not null default 0,
  urgent_tasks bigint not null default 0,
  progress_sum bigint not null default 0,
  total_subtasks bigint not null default 0,
  completed_subtasks bigint not null default 0,
  changed_at timestamptz,
  constraint branch_totals_pkey primary key (branch_id)
) with (fillfactor = 70);
comment on table work.branch_totals is
  'Sums of a branch as of the last tick, folded by tide.advance(); read work.branch_summaries.';
comment on column work.branch_totals.branch_id is
  'No foreign key: this row follows the log, so it may be older than the branch or outlive it.';
comment on column work.branch_totals.changed_at is 'Last change of anything in the branch.';

reset role;
