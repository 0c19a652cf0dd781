//! A job: one statement over thousands of rows, every few minutes. The log tells it as one event per
//! topic, so that nobody drowns in it.

use std::convert::Infallible;

use tokio_postgres::{Client, Error, Transaction};
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
    let branch = match find_branch(&transaction).await? {
        Some(branch) => branch,
        None => make_branch(&transaction).await?,
    };
    let filled =
        transaction.query_opt("select from work.tasks where git_branch_id = $1 limit 1", &[&branch]).await?;
    let statement = if filled.is_some() { UPDATE } else { FILL };
    transaction.execute(statement, &[&branch, &ROWS]).await?;
    transaction.commit().await
}

async fn find_branch(transaction: &Transaction<'_>) -> Result<Option<Uuid>, Error> {
    let row =
        transaction.query_opt("select id from work.branches where name = $1", &[&IMPORT_BRANCH]).await?;
    Ok(row.map(|row| row.get(0)))
}

/// In a project of its own, which everybody may look at.
async fn make_branch(transaction: &Transaction<'_>) -> Result<Uuid, Error> {
    let (project, branch) = (Uuid::now_v7(), Uuid::now_v7());
    transaction.execute("insert into work.projects (id, name) values ($1, 'Warehouse')", &[&project]).await?;
    let members = "insert into work.project_members (project_id, user_id, role) \
                   select $1, u.id, 'viewer' from work.users u";
    transaction.execute(members, &[&project]).await?;
    let make = "insert into work.branches (id, project_id, name) values ($1, $2, $3)";
    transaction.execute(make, &[&branch, &project, &IMPORT_BRANCH]).await?;
    Ok(branch)
}
