//! A job: one statement over thousands of rows, every few minutes. The log tells it as one event per
//! topic, so that nobody drowns in it.

use std::convert::Infallible;

use tokio_postgres::{Client, Error};
use uuid::Uuid;

use super::{IMPORT_BRANCH, begin, is_refusal, pause};

const ROWS: i32 = 3_000;

/// The first run fills the branch, later ones update every row of it.
const FILL: &str = "insert into work.tasks (git_branch_id, title) \
                    select $1, 'Imported ' || n from generate_series(1, $2::int) n";
const UPDATE: &str = "update work.tasks set progress_percentage = (progress_percentage + 10) % 101 \
                      where git_branch_id = $1 and $2::int is not null";

pub(super) async fn live(client: &mut Client) -> Result<Infallible, Error> {
    pause(20_000..30_000).await;
    loop {
        match import(client).await {
            Err(error) if !is_refusal(&error) => return Err(error),
            _ => pause(150_000..210_000).await,
        }
    }
}

async fn import(client: &mut Client) -> Result<(), Error> {
    let transaction = begin(client, "system", "nightly-import", None).await?;
    let branch =
        match transaction.query_opt("select id from work.branches where name = $1", &[&IMPORT_BRANCH]).await?
        {
            Some(row) => row.get(0),
            None => Uuid::now_v7(),
        };
    let make = "insert into work.branches (id, project_id, name) \
                select $1, p.id, $2 from work.projects p order by p.created_at, p.id limit 1 \
                on conflict do nothing";
    transaction.execute(make, &[&branch, &IMPORT_BRANCH]).await?;
    let filled =
        transaction.query_opt("select from work.tasks where git_branch_id = $1 limit 1", &[&branch]).await?;
    let statement = if filled.is_some() { UPDATE } else { FILL };
    transaction.execute(statement, &[&branch, &ROWS]).await?;
    transaction.commit().await
}
