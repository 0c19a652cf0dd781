//! Beside the path of a change: what the log needs now and then, and two figures that warn in time.
//!
//! `tide.maintain` makes the next days' partitions and drops those past the retention. The notification queue is
//! looked at because it must never fill: a full one makes other people's commits fail, and on some versions looking is
//! what lets it shrink. All of it on a pooled connection, so that no tick waits for it.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::counters::Counters;
use crate::db::pool::{Pool, chain};

/// Distance of looks at backlog and queue.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// Distance of calls of `tide.maintain`.
const MAINTAIN_EVERY: Duration = Duration::from_secs(60);
/// Share of the notification queue above which the log warns, in millionths.
const QUEUE_WARNING: i64 = 100_000;

/// The upkeep's task.
#[derive(Debug)]
pub struct Upkeep {
    /// Where the log is.
    pub pool: Pool,
    /// Where the figures go.
    pub counters: Arc<Counters>,
}

type Done = Result<(), Box<dyn std::error::Error + Send + Sync>>;

impl Upkeep {
    /// Runs until told to stop. A failure is told once and tried again: nothing rests on one round.
    pub async fn run(self, shutdown: CancellationToken) {
        let mut rounds = interval(LOOK_EVERY);
        rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut maintained, mut failed) = (None, false);
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                _ = rounds.tick() => {}
            }
            let done = self.round(&mut maintained).await;
            if let Err(error) = &done
                && !failed
            {
                tracing::info!(error = %chain(error.as_ref()), "The log's upkeep waits for the database");
            }
            failed = done.is_err();
        }
    }

    async fn round(&self, maintained: &mut Option<Instant>) -> Done {
        if maintained.is_none_or(|at| at.elapsed() >= MAINTAIN_EVERY) {
            self.maintain().await?;
            *maintained = Some(Instant::now());
        }
        self.look().await
    }

    /// `tide.maintain`
    async fn maintain(&self) -> Done {
        let client = self.pool.get().await?;
        for row in client.query_typed("select m.what from tide.maintain() m", &[]).await? {
            tracing::info!("The log's upkeep {}", row.get::<_, &str>(0));
        }
        Ok(())
    }

    /// `tide.pending_count` and the notification queue.
    async fn look(&self) -> Done {
        const SQL: &str = "select tide.pending_count(), (pg_notification_queue_usage() * 1000000)::bigint";
        let client = self.pool.get().await?;
        let row = client.query_typed_one(SQL, &[]).await?;
        self.counters.backlog.set(row.get(0));
        let usage: i64 = row.get(1);
        if usage >= QUEUE_WARNING && self.counters.notify_queue.get() < QUEUE_WARNING {
            tracing::warn!(
                percent = usage / 10_000,
                "The notification queue fills: a listener hangs or idles in an open transaction. \
                 `tidegate doctor` says more"
            );
        }
        self.counters.notify_queue.set(usage);
        Ok(())
    }
}
