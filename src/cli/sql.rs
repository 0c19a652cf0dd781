//! `tidegate sql diff`: definitions in the database that differ from ours.

use super::{Outcome, Verdict};
use crate::config::Config;
use crate::db::definitions::{diff, files};
use crate::db::migrate;
use crate::terminal::say;

/// What to look at.
#[derive(Debug, Clone, Copy, clap::Subcommand)]
pub enum SqlCommand {
    /// Show, as unified diffs, which definitions in the database differ from ours.
    Diff,
}

pub(super) async fn run(config: Config, command: SqlCommand) -> Outcome {
    let SqlCommand::Diff = command;
    let mut client = migrate::connect(&config).await?;
    let differences = diff::differences(&mut client, files::embedded()).await?;
    for difference in &differences {
        say(difference)?;
    }
    if differences.is_empty() {
        say("no difference")?;
    }
    Ok(Verdict::So)
}
