//! The pulse of a node: what its requests came to in the last minute, for whoever decides whether a rollout goes on.
//!
//! Invariant: the decision is SQL's (`tide.advance_rollouts`). Every node asks for it each minute, after saying what it
//! has seen itself; that the database is away costs the minute, nothing else.

use std::sync::Arc;
use std::time::Duration;

use postgres_types::Type;
use tokio::time::{MissedTickBehavior, interval_at};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::db::pool::{Pool, chain};
use crate::db::session::Param;
use crate::http::traffic::Traffic;
use crate::stream::counters::Window;

/// The pulse's task.
#[derive(Debug)]
pub struct Pulse {
    /// Where samples go.
    pub pool: Pool,
    /// What is counted.
    pub traffic: Arc<Traffic>,
    /// Distance of samples.
    pub every: Duration,
}

/// What was told until now.
#[derive(Debug, Default)]
struct Told {
    requests: u64,
    errors: u64,
    latency: Window,
}

type Done = Result<(), Box<dyn std::error::Error + Send + Sync>>;

impl Pulse {
    /// Runs until told to stop.
    pub async fn run(self, shutdown: CancellationToken) {
        let node = node_name();
        let mut beats = interval_at(tokio::time::Instant::now() + self.every, self.every);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut told = Told::default();
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                _ = beats.tick() => {}
            }
            if let Err(error) = self.beat(&node, &mut told).await {
                tracing::debug!(error = %chain(error.as_ref()), "A minute's health was not recorded");
            }
        }
    }

    /// `tide.record_health`, then `tide.advance_rollouts`.
    async fn beat(&self, node: &str, told: &mut Told) -> Done {
        const RECORD: &str = "select tide.record_health($1, $2, $3, $4)";
        const ADVANCE: &str = "select r.flag, r.outcome from tide.advance_rollouts() r";
        let client = self.pool.get().await?;
        let (requests, errors) = (self.traffic.requests.get(), self.traffic.errors.get());
        // Counted before or after the other: never more failures than requests.
        let seen = i64::try_from(requests.saturating_sub(told.requests))?;
        let failed = i64::try_from(errors.saturating_sub(told.errors))?.min(seen);
        let latency = told.latency.p95(&self.traffic.latency);
        (told.requests, told.errors) = (requests, errors);
        let sample: [Param<'_>; 4] = [
            (&node, Type::TEXT),
            (&seen, Type::INT8),
            (&failed, Type::INT8),
            #[allow(clippy::cast_possible_truncation, reason = "milliseconds")]
            (&latency.map(|ms| ms as f32), Type::FLOAT4),
        ];
        client.query_typed(RECORD, &sample).await?;
        for row in client.query_typed(ADVANCE, &[]).await? {
            let (feature, outcome): (&str, &str) = (row.get(0), row.get(1));
            match outcome {
                "waits" => {}
                "stopped" | "rolled_back" => {
                    tracing::warn!(feature, outcome, "A rollout ended: tide.features says why");
                }
                _ => tracing::info!(feature, outcome, "A rollout went on"),
            }
        }
        Ok(())
    }
}

/// Tells the nodes of one database apart, also two on one machine.
fn node_name() -> String {
    let host = nix::unistd::gethostname().ok().and_then(|name| name.into_string().ok()).unwrap_or_default();
    format!("{host}/{}", Uuid::new_v4().simple())
}
