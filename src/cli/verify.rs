//! `tidegate verify`: recompute every summary and compare; exit status 1 on drift, naming the rows.

use super::{Outcome, Verdict};
use crate::config::Config;
use crate::db::pool;
use crate::terminal::say;

pub(super) async fn run(config: Config) -> Outcome {
    let client = pool::connect_for(&config, "verify").await?;
    let rows = client
        .query("select summary, key, column_name, stored, actual from tide.verify() order by 1, 2, 3", &[])
        .await?;
    for row in &rows {
        let text = |i: usize| row.get::<_, Option<String>>(i).unwrap_or_else(|| "null".to_owned());
        say(format!("{} {}: {} is {}, counted {}", text(0), text(1), text(2), text(3), text(4)))?;
    }
    if rows.is_empty() {
        say("exact")?;
        return Ok(Verdict::So);
    }
    say(format!("drifted: {}; `select tide.rebuild()` repairs it", rows.len()))?;
    Ok(Verdict::NotSo)
}
