//! An AI agent: silent for a while, then a task with its steps, worked through within a second or two,
//! each change a transaction of its own. The service gathers these; what a person does meanwhile passes.

use std::convert::Infallible;

use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error};
use uuid::Uuid;

use super::{IMPORT_BRANCH, begin, is_refusal, one_of, pause};

const AGENTS: [&str; 3] = ["agent-mira", "agent-otto", "agent-juno"];
const ERRANDS: [&str; 4] =
    ["Survey the failing tests", "Draft the migration", "Summarise the feedback", "Refactor the importer"];
/// An agent's own tasks in a branch; older ones are cleared away.
const KEPT: i64 = 5;

pub(super) async fn live(client: &mut Client) -> Result<Infallible, Error> {
    loop {
        pause(4_000..12_000).await;
        let session = Uuid::now_v7().to_string();
        let errand = Errand { agent: one_of(&AGENTS), title: one_of(&ERRANDS), session };
        match errand.run(client).await {
            Err(error) if !is_refusal(&error) => return Err(error),
            _ => {}
        }
    }
}

/// One burst of work.
struct Errand {
    agent: &'static str,
    title: &'static str,
    session: String,
}

impl Errand {
    async fn run(&self, client: &mut Client) -> Result<(), Error> {
        let Some(branch) = any_branch(client).await? else { return Ok(()) };
        let task = Uuid::now_v7();
        let insert = "insert into work.tasks (id, git_branch_id, title, priority, status) \
                      values ($1, $2, $3, 'high', 'in_progress')";
        self.write(client, insert, &[&task, &branch, &self.title]).await?;
        let steps = rand::random_range(5..=12_i32);
        for number in 1..=steps {
            self.step(client, task, number, steps).await?;
        }
        let done = "update work.tasks set status = 'done', progress_percentage = 100 where id = $1";
        self.write(client, done, &[&task]).await?;
        self.clear(client, branch).await
    }

    async fn step(&self, client: &mut Client, task: Uuid, number: i32, of: i32) -> Result<(), Error> {
        let subtask = Uuid::now_v7();
        let begun =
            "insert into work.subtasks (id, task_id, title, status) values ($1, $2, $3, 'in_progress')";
        self.write(client, begun, &[&subtask, &task, &format!("Step {number} of {of}")]).await?;
        pause(10..60).await;
        let finished = "update work.subtasks set status = 'done', progress_percentage = 100 where id = $1";
        self.write(client, finished, &[&subtask]).await?;
        let progress = "update work.tasks set progress_percentage = $2 where id = $1";
        self.write(client, progress, &[&task, &(number * 100 / (of + 1))]).await
    }

    async fn clear(&self, client: &mut Client, branch: Uuid) -> Result<(), Error> {
        let old = "delete from work.tasks where id in (select t.id from work.tasks t \
                   where t.git_branch_id = $1 and t.title = any($2) order by t.created_at desc offset $3)";
        self.write(client, old, &[&branch, &&ERRANDS[..], &KEPT]).await
    }

    async fn write(
        &self,
        client: &mut Client,
        statement: &str,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<(), Error> {
        let transaction = begin(client, "mcp-ai", self.agent, Some(&self.session)).await?;
        transaction.execute(statement, values).await?;
        transaction.commit().await
    }
}

async fn any_branch(client: &Client) -> Result<Option<Uuid>, Error> {
    let statement =
        "select id from work.branches where archived_at is null and name <> $1 order by random() limit 1";
    let row = client.query_opt(statement, &[&IMPORT_BRANCH]).await?;
    Ok(row.map(|row| row.get(0)))
}
