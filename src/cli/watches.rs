//! `tidegate watches`: the tables on the stream, from the view `tide.watches`.

use super::{Outcome, Verdict};
use crate::config::Config;
use crate::db::pool;
use crate::terminal::say;

pub(super) async fn run(config: Config) -> Outcome {
    let client = pool::connect_for(&config, "watches").await?;
    let rows = client
        .query("select target, entity, events::bigint, topics from tide.watches order by target", &[])
        .await?;
    say(format!("{:<32} {:<16} {:>10}  topics", "table", "entity", "events"))?;
    for row in &rows {
        let (table, entity, events): (String, String, i64) = (row.get(0), row.get(1), row.get(2));
        let topics: Vec<String> = row.get(3);
        say(format!("{table:<32} {entity:<16} {events:>10}  {}", topics.join(", ")))?;
    }
    Ok(Verdict::So)
}
