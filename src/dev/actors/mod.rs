//! Who writes in the playground. Each is an application that knows Postgres and nothing of the service:
//! plain statements on `work`, attributed with `tide.act_as`.

mod agent;
mod import;
mod person;

use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio_postgres::{Client, Transaction};

use crate::config::Config;
use crate::db::address::Address;
use crate::db::pool;
use crate::error::Failure;

/// The branch that the nightly import fills; people and agents leave it alone.
const IMPORT_BRANCH: &str = "Nightly import";
const BEFORE_AGAIN: Duration = Duration::from_secs(1);

/// The parts in the simulation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Actor {
    /// Somebody at a keyboard: one small change every second or two.
    Person,
    /// An AI agent: silent, then dozens of changes within a second.
    Agent,
    /// A job: one statement over thousands of rows, every few minutes.
    Import,
}

impl Actor {
    /// As on the command line.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Agent => "agent",
            Self::Import => "import",
        }
    }
}

/// Plays one part until the playground is gone.
pub(super) async fn run(config: &Config, actor: Actor) -> Result<(), Failure> {
    tokio::select! {
        () = playground_gone() => Ok(()),
        failure = play(config, actor) => Err(failure),
    }
}

/// Our standard input is a pipe that only the playground holds: it closes however the playground ends.
async fn playground_gone() {
    let mut input = tokio::io::stdin();
    let mut nothing = [0; 64];
    while input.read(&mut nothing).await.is_ok_and(|bytes| bytes > 0) {}
}

/// An application outlives its connections.
async fn play(config: &Config, actor: Actor) -> Failure {
    let purpose = format!("demo {}", actor.name());
    let url = match config.database_url() {
        Ok(url) => url,
        Err(error) => return error.into(),
    };
    let address = match Address::read(&config.database, url, &purpose) {
        Ok(address) => address,
        Err(failure) => return failure,
    };
    loop {
        if let Ok(client) = pool::connect(&address).await {
            let ended = perform(client, actor).await;
            tracing::debug!(actor = actor.name(), error = %pool::chain(&ended), "connecting again");
        }
        tokio::time::sleep(BEFORE_AGAIN).await;
    }
}

async fn perform(mut client: Client, actor: Actor) -> tokio_postgres::Error {
    let ended = match actor {
        Actor::Person => person::live(&mut client).await,
        Actor::Agent => agent::live(&mut client).await,
        Actor::Import => import::live(&mut client).await,
    };
    match ended {
        Ok(never) => match never {},
        Err(error) => error,
    }
}

/// A transaction that says who writes.
async fn begin<'c>(
    client: &'c mut Client,
    source: &str,
    actor: &str,
    session: Option<&str>,
) -> Result<Transaction<'c>, tokio_postgres::Error> {
    let transaction = client.transaction().await?;
    transaction.execute("select tide.act_as($1, $2, $3)", &[&source, &actor, &session]).await?;
    Ok(transaction)
}

/// Whether a statement was refused by a rule (somebody else deleted the row meanwhile, say) rather than
/// the connection lost: people shrug and go on.
fn is_refusal(error: &tokio_postgres::Error) -> bool {
    error.as_db_error().is_some_and(|refusal| !refusal.code().code().starts_with("57"))
}

async fn pause(range: std::ops::Range<u64>) {
    tokio::time::sleep(Duration::from_millis(rand::random_range(range))).await;
}

fn one_of<'a>(choices: &[&'a str]) -> &'a str {
    choices[rand::random_range(0..choices.len())]
}
