//! The room's rounds: rules every second, what was recorded folded every ten, anomalies, dashboards and upkeep every
//! minute, and a dashboard at once when what it tells has changed.
//!
//! On every node: `monitor.due_rules` gives each rule to one of them, and what the others repeat is idempotent.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

use super::store;
use crate::db::pool::Pool;
use crate::db::problem::Problem;
use crate::stream::event::Topic;
use crate::stream::hub::{Hub, Subscriber};
use crate::stream::outbox::Item;

const ROUND: Duration = Duration::from_secs(1);
const FOLD_EVERY: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// Changes that come together are looked at together.
const GATHER: Duration = Duration::from_millis(50);
/// What may wait of news; more of them say the same.
const NEWS_BYTES: usize = 1 << 20;

/// The watchman's task.
#[derive(Debug)]
pub struct Watchman {
    /// Where everything is.
    pub pool: Pool,
    /// Who tells what has changed.
    pub hub: Arc<Hub>,
}

impl Watchman {
    /// Runs until told to stop. A failure is tried again with the next round.
    pub async fn run(self, shutdown: CancellationToken) {
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = self.go_round() => {}
            () = self.follow_changes() => {}
        }
    }

    async fn go_round(&self) {
        let mut rounds = interval(ROUND);
        rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut folded, mut looked) = (None, None);
        loop {
            rounds.tick().await;
            if let Err(problem) = self.round(&mut folded, &mut looked).await {
                tracing::debug!(code = problem.code, "The watchman waits for the database");
            }
        }
    }

    async fn round(&self, folded: &mut Option<Instant>, looked: &mut Option<Instant>) -> Result<(), Problem> {
        for (rule, limit_ms) in store::due_rules(&self.pool).await? {
            store::evaluate_rule(&self.pool, rule, limit_ms).await?;
        }
        if is_due(folded, FOLD_EVERY) {
            store::fold_metrics(&self.pool).await?;
        }
        if is_due(looked, LOOK_EVERY) {
            store::note_anomalies(&self.pool).await?;
            store::refresh_dashboard(&self.pool, None).await?;
            store::maintain(&self.pool).await?;
        }
        Ok(())
    }

    async fn follow_changes(&self) {
        let topics = ["monitor:alerts", "monitor:webhooks", "monitor:anomalies"].map(Topic::from);
        self.hub.listen(&topics).await;
        let wanted = topics.clone().map(|topic| (topic, i64::MAX));
        loop {
            let ears = self.hub.subscriber(NEWS_BYTES);
            self.hub.register(&ears, &wanted);
            while let Ok(first) = ears.outbox.next().await {
                sleep(GATHER).await;
                self.refresh(&first, &ears).await;
            }
            self.hub.leave(&ears, &topics);
        }
    }

    async fn refresh(&self, first: &Item, ears: &Subscriber) {
        let mut parts = vec!["overview"];
        let mut look = |item: &Item| {
            let Item::Message(message) = item else { return };
            for event in &message.events {
                let part = match &*event.entity {
                    "webhook" => "webhooks",
                    "anomaly" => "anomalies",
                    _ => continue,
                };
                if !parts.contains(&part) {
                    parts.push(part);
                }
            }
        };
        look(first);
        while let Ok(Some(item)) = ears.outbox.take() {
            look(&item);
        }
        for part in parts {
            if let Err(problem) = store::refresh_dashboard(&self.pool, Some(part)).await {
                tracing::debug!(code = problem.code, "A dashboard is not refreshed");
            }
        }
    }
}

fn is_due(last: &mut Option<Instant>, distance: Duration) -> bool {
    let is_due = last.is_none_or(|at| at.elapsed() >= distance);
    if is_due {
        *last = Some(Instant::now());
    }
    is_due
}
