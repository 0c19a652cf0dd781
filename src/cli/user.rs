//! `tidegate user create HANDLE`: `select work.create_user(…)`.

use serde_json::Value;

use super::{Outcome, Verdict};
use crate::config::Config;
use crate::db::pool;
use crate::error::Failure;
use crate::terminal::say;

/// What to do with people.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum UserCommand {
    /// Add a person or an agent; prints the id.
    Create {
        /// The name used in credentials and on the command line.
        handle: String,
        /// The name that others see.
        #[arg(long, default_value = "")]
        display_name: String,
    },
}

pub(super) async fn run(config: Config, command: UserCommand) -> Outcome {
    let UserCommand::Create { handle, display_name } = command;
    let client = pool::connect_for(&config, "user").await?;
    let row = client.query_one("select work.create_user($1, $2)", &[&handle, &display_name]).await?;
    let user: Value = row.get(0);
    say(user["id"].as_str().unwrap_or_default())?;
    Ok(Verdict::So)
}

/// The id of the user with this handle or id.
pub(super) async fn find(config: &Config, user: &str) -> Result<String, Failure> {
    let client = pool::connect_for(config, "user").await?;
    let found = client
        .query_opt("select u.id::text from work.users u where u.handle = $1 or u.id::text = $1", &[&user])
        .await?;
    found.map(|row| row.get(0)).ok_or_else(|| {
        Failure::not_so(
            format!("there is no user {user}"),
            format!("create one with `tidegate user create {user}`"),
        )
    })
}
