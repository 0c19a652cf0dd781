//! `tidegate watch TABLE`: `select tide.watch(…)`.

use tokio_postgres::Client;

use super::{Outcome, Verdict};
use crate::config::Config;
use crate::db::pool;
use crate::error::Failure;
use crate::terminal::say;

/// Options of `tidegate watch`: those of the SQL function `tide.watch`.
#[derive(Debug, Clone, clap::Args)]
pub struct WatchOptions {
    /// The table, with its schema: shop.orders
    pub table: String,
    /// What a row is called on the stream; the table's name unless given.
    #[arg(long)]
    pub entity: Option<String>,
    /// A SQL expression over the row, e.g. "'customer:' || customer_id" (repeatable; the first carries the event).
    #[arg(long = "topic", value_name = "EXPRESSION")]
    pub topics: Vec<String>,
    /// A key column (repeatable); the primary key unless given.
    #[arg(long, value_name = "COLUMN")]
    pub key: Vec<String>,
    /// Only changes of this column make events (repeatable).
    #[arg(long = "column", value_name = "COLUMN")]
    pub columns: Vec<String>,
    /// A statement that touches more rows of one topic is told as one event.
    #[arg(long, value_name = "ROWS")]
    pub coalesce_above: Option<i32>,
    /// Keep every intermediate image of a row.
    #[arg(long)]
    pub history: bool,
}

pub(super) async fn run(config: Config, options: WatchOptions) -> Outcome {
    let client = pool::connect_for(&config, "watch").await?;
    insist_on_table(&client, &options.table).await?;
    client
        .execute(
            "select tide.watch($1::text::regclass, entity => $2, topics => $3, key => $4, columns => $5,
               coalesce_above => $6, history => $7)",
            &[
                &options.table,
                &options.entity,
                &given(&options.topics),
                &given(&options.key),
                &given(&options.columns),
                &options.coalesce_above,
                &options.history,
            ],
        )
        .await?;
    say(format!("{} is on the stream", options.table))?;
    Ok(Verdict::So)
}

/// Tells a table that is not there from a schema of ours that is not.
pub(super) async fn insist_on_table(client: &Client, table: &str) -> Result<(), Failure> {
    let there = client.query_one("select to_regclass($1::text) is not null", &[&table]).await?;
    if there.get(0) {
        return Ok(());
    }
    Err(Failure::not_so(format!("there is no table {table}"), "name it with its schema, e.g. shop.orders"))
}

/// An option that was not repeated even once leaves the choice to the SQL function.
fn given(values: &[String]) -> Option<&[String]> {
    (!values.is_empty()).then_some(values)
}
