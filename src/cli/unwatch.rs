//! `tidegate unwatch TABLE`: `select tide.unwatch(…)`.

use super::watch::insist_on_table;
use super::{Outcome, Verdict};
use crate::config::Config;
use crate::db::pool;
use crate::terminal::say;

/// Options of `tidegate unwatch`.
#[derive(Debug, Clone, clap::Args)]
pub struct UnwatchOptions {
    /// The table, with its schema: shop.orders
    pub table: String,
}

pub(super) async fn run(config: Config, options: UnwatchOptions) -> Outcome {
    let client = pool::connect_for(&config, "unwatch").await?;
    insist_on_table(&client, &options.table).await?;
    client.execute("select tide.unwatch($1::text::regclass)", &[&options.table]).await?;
    say(format!("{} is off the stream", options.table))?;
    Ok(Verdict::So)
}
