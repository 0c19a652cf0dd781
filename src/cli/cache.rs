//! `tidegate cache clear`: `select tide.cache_clear()`.

use super::{Outcome, Verdict};
use crate::config::Config;
use crate::db::pool;
use crate::terminal::say;

/// What to do with the cache.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum CacheCommand {
    /// Empty it, on every node: what is asked for from now on comes from the tables.
    Clear,
}

pub(super) async fn run(config: Config, command: CacheCommand) -> Outcome {
    let CacheCommand::Clear = command;
    let client = pool::connect_for(&config, "cache").await?;
    let gone: i64 = client.query_typed_one("select tide.cache_clear()", &[]).await?.get(0);
    say(format!("The cache is empty, on every node ({gone} shared answers went)"))?;
    Ok(Verdict::So)
}
