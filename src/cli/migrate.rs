//! `tidegate migrate`: migrations, then `sql/`; prints what it did.

use super::{Outcome, Verdict};
use crate::config::Config;
use crate::db::definitions::Choices;
use crate::db::migrate;
use crate::terminal::say;

/// Options of `tidegate migrate`.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct MigrateOptions {
    /// Change nothing; exit with 1 if anything is pending.
    #[arg(long, conflicts_with_all = ["keep", "take_ours"])]
    pub check: bool,
    /// A definition that was changed in the database stays as it is, from now on.
    #[arg(long, value_name = "OBJECT")]
    pub keep: Vec<String>,
    /// A definition that was changed in the database becomes ours again; `all` for every one.
    #[arg(long, value_name = "OBJECT")]
    pub take_ours: Vec<String>,
}

pub(super) async fn run(config: Config, options: MigrateOptions) -> Outcome {
    if options.check {
        return check(&config).await;
    }
    let choices = Choices { keep: options.keep, take_ours: options.take_ours };
    say(migrate::run(&config, &choices).await?)?;
    Ok(Verdict::So)
}

async fn check(config: &Config) -> Outcome {
    let pending = migrate::pending(config).await?;
    if pending.is_empty() {
        say("up to date")?;
        return Ok(Verdict::So);
    }
    say(&pending)?;
    Ok(Verdict::NotSo)
}
