//! Somebody at a keyboard: one small change every second or two.

use std::convert::Infallible;

use tokio_postgres::{Client, Error};
use uuid::Uuid;

use super::{IMPORT_BRANCH, begin, is_refusal, one_of, pause};

const TITLES: [&str; 8] = [
    "Call the supplier back",
    "Describe the release",
    "Measure the slow page",
    "Draw the new form",
    "Answer the open questions",
    "Clear out old flags",
    "Try it on a phone",
    "Ask for a review",
];

/// What a person does, the usual more often. `$1` is the person, `$2` a title, `$3` the import's branch.
/// `mine` are the tasks of the projects that the person may change.
const DEEDS: [(u32, &str); 8] = [
    (
        10,
        "update work.tasks t set \
           progress_percentage = least(t.progress_percentage + 20, 100), \
           status = case when t.progress_percentage >= 80 then 'done' else 'in_progress' end \
         where t.id = (select m.id from mine m where m.status in ('todo', 'in_progress') \
           order by random() limit 1)",
    ),
    (
        3,
        "update work.tasks t set status = case t.status when 'blocked' then 'in_progress' else 'blocked' end \
         where t.id = (select m.id from mine m where m.status in ('blocked', 'in_progress') \
           order by random() limit 1)",
    ),
    (
        3,
        "update work.tasks t set status = 'todo', progress_percentage = 0 \
         where t.id = (select m.id from mine m where m.status in ('done', 'cancelled') \
           order by random() limit 1)",
    ),
    (
        4,
        "update work.subtasks s set status = 'done', progress_percentage = 100 \
         where s.id = (select s.id from work.subtasks s join mine m on m.id = s.task_id \
           where s.status <> 'done' order by random() limit 1)",
    ),
    (
        3,
        "insert into work.tasks (git_branch_id, title, assignee_id) \
         select m.git_branch_id, $2, $1 from mine m order by random() limit 1",
    ),
    (
        2,
        "insert into work.subtasks (task_id, title) \
         select m.id, $2 from mine m order by random() limit 1",
    ),
    (
        2,
        "update work.tasks t set priority = (array['low', 'medium', 'high', 'urgent'])[1 + floor(random() * 4)::int] \
         where t.id = (select m.id from mine m order by random() limit 1)",
    ),
    (
        // Somebody tidies up, so that a playground that runs for days stays a playground.
        3,
        "delete from work.tasks t where t.id = (select m.id from mine m \
           where m.title = $2 and m.status in ('done', 'todo') \
           and not exists (select from work.tasks c where c.parent_id = m.id) limit 1)",
    ),
];

pub(super) async fn live(client: &mut Client) -> Result<Infallible, Error> {
    loop {
        pause(500..2000).await;
        match act(client).await {
            Err(error) if !is_refusal(&error) => return Err(error),
            _ => {}
        }
    }
}

async fn act(client: &mut Client) -> Result<(), Error> {
    let who = client.query_opt("select id, handle from work.users order by random() limit 1", &[]).await?;
    let Some(who) = who else { return Ok(()) };
    let (id, handle): (Uuid, String) = (who.get(0), who.get(1));
    let transaction = begin(client, "user", &handle, None).await?;
    let statement = format!(
        "with mine as (select t.* from work.tasks t \
           join work.branches b on b.id = t.git_branch_id and b.name <> $3 \
           join work.project_members p on p.project_id = t.project_id \
           where p.user_id = $1 and p.role <> 'viewer' and $2::text is not null) {}",
        any_deed()
    );
    transaction.execute(&statement, &[&id, &one_of(&TITLES), &IMPORT_BRANCH]).await?;
    transaction.commit().await
}

fn any_deed() -> &'static str {
    let total: u32 = DEEDS.iter().map(|(weight, _)| weight).sum();
    let mut left = rand::random_range(0..total);
    for (weight, deed) in DEEDS {
        if left < weight {
            return deed;
        }
        left -= weight;
    }
    DEEDS[0].1
}
