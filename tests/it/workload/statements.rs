//! Every kind of statement that people, agents and applications write, at random targets.

use rand::RngExt;
use rand::rngs::StdRng;

type Statement = fn(&mut StdRng) -> String;

/// How often each is chosen, relative to the others.
const STATEMENTS: &[(u32, Statement)] = &[
    (12, |_| {
        "insert into work.tasks (git_branch_id, title) select b.id, 'bare' from work.branches b order by random() limit 1".into()
    }),
    (6, |r| many_tasks(few(r))),
    (1, |_| many_tasks(60)),
    (8, |r| {
        format!(
            "insert into work.subtasks (task_id, title, status)
         select t.id, 'step ' || i, {STATUS} from (select t.id from work.tasks t order by random() limit 3) t,
           generate_series(1, {}) i",
            few(r)
        )
    }),
    (6, |r| {
        format!(
            "insert into work.contexts (project_id, branch_id, key, body)
         select b.project_id, b.id, 'key {n}', jsonb_build_object('n', random())
         from (select b.id, b.project_id from work.branches b order by random() limit 2) b
         on conflict (project_id, (coalesce(branch_id, '00000000-0000-0000-0000-000000000000')),
           (coalesce(task_id, '00000000-0000-0000-0000-000000000000')), key) do update set body = excluded.body",
            n = r.random_range(0..4)
        )
    }),
    (4, |r| {
        format!(
            "insert into work.contexts (task_id, key, body) select t.id, 'key {}', '[1]'
         from work.tasks t order by random() limit 2
         on conflict (project_id, (coalesce(branch_id, '00000000-0000-0000-0000-000000000000')),
           (coalesce(task_id, '00000000-0000-0000-0000-000000000000')), key) do update set body = '[2]'",
            r.random_range(0..2)
        )
    }),
    (2, |_| {
        "insert into work.contexts (project_id, key) select p.id, 'of the project ' || random() from work.projects p order by random() limit 1".into()
    }),
    (4, |_| {
        "insert into work.tasks (id, git_branch_id, title, status)
         select t.id, t.git_branch_id, 'again', 'todo' from work.tasks t order by random() limit 4
         on conflict (id) do update set title = excluded.title, progress_percentage = (tasks.progress_percentage + 1) % 101".into()
    }),
    (4, |_| {
        format!(
            "do $do$ begin execute $merge$
         merge into work.tasks t using (
           select t.id, t.git_branch_id, random() as luck from work.tasks t
           where t.id = any (array(select s.id from work.tasks s order by random() limit 4))
           union all select gen_random_uuid(), (select b.id from work.branches b order by random() limit 1), 1
         ) s on s.id = t.id
         when matched and s.luck < 0.2 then delete
         when matched then update set status = {STATUS}, title = 'merged'
         when not matched then insert (id, git_branch_id, title) values (s.id, s.git_branch_id, 'merged')
         $merge$; exception when syntax_error then null; -- Postgres 14 has none
         end $do$"
        )
    }),
    (5, |_| {
        "with made as (
           insert into work.tasks (git_branch_id, title)
           select b.id, 'by cte' from work.branches b order by random() limit 1 returning id, git_branch_id
         ), renamed as (
           update work.branches b set name = 'renamed ' || random() from made m where b.id = m.git_branch_id
           returning b.project_id
         )
         update work.projects p set description = 'by cte ' || random() from renamed n where p.id = n.project_id".into()
    }),
    (20, |r| some_tasks(r, &format!("status = {STATUS}"))),
    (10, |r| some_tasks(r, "progress_percentage = floor(random() * 101)")),
    (6, |r| some_tasks(r, &format!("priority = {PRIORITY}, title = 'title ' || random()"))),
    (4, |r| {
        some_tasks(
            r,
            "description = nullif(md5(random()::text), ''), created_at = created_at - interval '1 s'",
        )
    }),
    (4, |r| some_tasks(r, "assignee_id = (select u.id from work.users u order by random() limit 1)")),
    (6, |r| some_tasks(r, "status = status, title = title")),
    (3, |_| {
        "update work.tasks t set progress_percentage = (t.progress_percentage + 7) % 101, priority = 'high'
         where t.git_branch_id = (select b.id from work.branches b order by random() limit 1)"
            .into()
    }),
    (6, |r| {
        some_tasks(
            r,
            "parent_id = null, git_branch_id = (select b.id from work.branches b order by random() limit 1)",
        )
    }),
    (4, |_| {
        "select work.move_task((select t.id from work.tasks t order by random() limit 1), (select b.id from work.branches b order by random() limit 1))".into()
    }),
    (3, |_| {
        "update work.branches b set project_id = (select p.id from work.projects p order by random() limit 1)
         where b.id = (select b.id from work.branches b order by random() limit 1)"
            .into()
    }),
    (6, |_| {
        "update work.tasks t set parent_id = p.id from work.tasks p
         where t.id = any (array(select s.id from work.tasks s order by random() limit 3))
         and p.id = (select s.id from work.tasks s where s.project_id = t.project_id and s.id < t.id order by s.id limit 1)".into()
    }),
    (4, |_| {
        "update work.subtasks s set task_id = (select t.id from work.tasks t order by random() limit 1)
         where s.id = any (array(select s.id from work.subtasks s order by random() limit 2))"
            .into()
    }),
    (8, |_| {
        format!(
            "update work.subtasks s set status = {STATUS}, progress_percentage = floor(random() * 101)
         where s.id = any (array(select s.id from work.subtasks s order by random() limit 3))"
        )
    }),
    (3, |_| {
        "update work.subtasks s set id = gen_random_uuid()
         where s.id = (select s.id from work.subtasks s order by random() limit 1)"
            .into()
    }),
    (1, |_| {
        "update work.tasks t set id = gen_random_uuid()
         where t.id = (select t.id from work.tasks t order by random() limit 1)"
            .into()
    }),
    (5, |_| {
        "delete from work.tasks t where t.id = any (array(select t.id from work.tasks t order by random() limit 3))".into()
    }),
    (3, |_| {
        "delete from work.subtasks s where s.id = any (array(select s.id from work.subtasks s order by random() limit 3))".into()
    }),
    (2, |_| {
        "delete from work.contexts c where c.id = any (array(select c.id from work.contexts c order by random() limit 2))".into()
    }),
    (3, |_| {
        "update work.contexts c set body = jsonb_build_object('n', random()), key = key || '.'
         where c.id = (select c.id from work.contexts c order by random() limit 1)"
            .into()
    }),
    (2, |_| {
        "update work.contexts c set task_id = null, branch_id = null
         where c.id = (select c.id from work.contexts c order by random() limit 1)"
            .into()
    }),
    (3, |_| {
        "insert into work.branches (project_id, name) select p.id, 'branch' from work.projects p order by random() limit 1".into()
    }),
    (1, |_| {
        "delete from work.branches b where b.id = (select b.id from work.branches b order by random() limit 1)
         and (select count(*) from work.branches) > 4"
            .into()
    }),
    (3, |_| {
        "update work.branches b set archived_at = case when b.archived_at is null then now() end
         where b.id = (select b.id from work.branches b order by random() limit 1)"
            .into()
    }),
    (2, |_| {
        "update work.projects p set archived_at = case when p.archived_at is null then now() end, name = 'project ' || random()
         where p.id = (select p.id from work.projects p order by random() limit 1)".into()
    }),
    (1, |_| {
        "with p as (insert into work.projects (name) values ('new') returning id),
         b as (insert into work.branches (project_id, name) select p.id, 'main' from p)
         insert into work.contexts (project_id, key) select p.id, 'first' from p"
            .into()
    }),
    (1, |r| {
        if r.random_bool(0.5) {
            "delete from work.projects p where p.id = (select p.id from work.projects p order by random() limit 1)
         and (select count(*) from work.projects) > 3".into()
        } else {
            "delete from work.users u where u.id = (select u.id from work.users u order by random() limit 1)
         and (select count(*) from work.users) > 3"
                .into()
        }
    }),
    (2, |_| "insert into work.users (handle) values ('user ' || gen_random_uuid())".into()),
    (3, |_| {
        "insert into work.project_members (project_id, user_id, role)
         select p.id, u.id, 'editor' from work.projects p, work.users u order by random() limit 2
         on conflict (project_id, user_id) do update set role = 'admin'"
            .into()
    }),
    (1, |_| {
        "delete from work.project_members m where m.user_id = (select u.id from work.users u order by random() limit 1)".into()
    }),
    (3, |_| {
        "do $$ begin
           insert into work.tasks (git_branch_id, title) select b.id, 'before' from work.branches b order by random() limit 1;
           begin
             update work.tasks set title = 'never' where id = any (array(select t.id from work.tasks t order by random() limit 3));
             raise exception 'taken back';
           exception when others then
             insert into work.tasks (git_branch_id, title) select b.id, 'after' from work.branches b order by random() limit 1;
           end;
         end $$".into()
    }),
];

const STATUS: &str =
    "(array['todo', 'in_progress', 'blocked', 'done', 'cancelled'])[1 + floor(random() * 5)::int]";
const PRIORITY: &str = "(array['low', 'medium', 'high', 'urgent'])[1 + floor(random() * 4)::int]";

/// A statement of any kind.
pub(super) fn any(random: &mut StdRng) -> String {
    let total = STATEMENTS.iter().map(|(weight, _)| weight).sum();
    let mut left = random.random_range(0..total);
    for (weight, statement) in STATEMENTS {
        match left.checked_sub(*weight) {
            Some(rest) => left = rest,
            None => return statement(random),
        }
    }
    unreachable!("the weights add up to their total")
}

fn few(random: &mut StdRng) -> u32 {
    random.random_range(1..6)
}

fn many_tasks(count: u32) -> String {
    format!(
        "insert into work.tasks (git_branch_id, title, status, priority, progress_percentage)
         select b.id, 'task ' || i, {STATUS}, {PRIORITY}, floor(random() * 101)
         from (select b.id from work.branches b order by random() limit 2) b, generate_series(1, {count}) i"
    )
}

fn some_tasks(random: &mut StdRng, assignment: &str) -> String {
    let count = few(random);
    format!(
        "update work.tasks t set {assignment}
         where t.id = any (array(select s.id from work.tasks s order by random() limit {count}))"
    )
}
