//! The room's rounds: rules and silences every second, what was recorded folded every ten, anomalies, dashboards and
//! upkeep every minute, and a dashboard at once when what it tells has changed.
//!
//! On every node: `monitor.due_rules` gives each rule to one of them, what the others repeat is idempotent, and each node
//! has its own answers ready.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

use super::delivery::sender::Figures;
use super::store::{self, Shown};
use crate::cache::Cache;
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
    /// Where dashboards are kept.
    pub cache: Arc<Cache>,
    /// Where it writes down how far deliveries are behind.
    pub figures: Arc<Figures>,
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
        store::end_silences(&self.pool).await?;
        if is_due(folded, FOLD_EVERY) {
            store::fold_metrics(&self.pool).await?;
            self.figures.set_lag(&store::delivery_lag(&self.pool).await?);
        }
        if is_due(looked, LOOK_EVERY) {
            store::note_anomalies(&self.pool).await?;
            self.make_ready(&Shown::ALL, true).await?;
            store::maintain(&self.pool).await?;
        }
        Ok(())
    }

    async fn make_ready(&self, parts: &[Shown], anew: bool) -> Result<(), Problem> {
        for part in parts {
            self.cache.make_ready(&part.question(), anew).await?;
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

    /// What these changes moved, before somebody asks for it.
    async fn refresh(&self, first: &Item, ears: &Subscriber) {
        let mut moved: Vec<Shown> = told_by(first);
        while let Ok(Some(item)) = ears.outbox.take() {
            moved.extend(told_by(&item));
        }
        let moved: Vec<Shown> = Shown::ALL.into_iter().filter(|shown| moved.contains(shown)).collect();
        if let Err(problem) = self.make_ready(&moved, false).await {
            tracing::debug!(code = problem.code, "A dashboard is made when somebody asks for it");
        }
    }
}

/// What is shown of the topics of a message.
fn told_by(item: &Item) -> Vec<Shown> {
    let Item::Message(message) = item else { return Vec::new() };
    let is_told = |shown: &Shown| {
        let topics = message.events.iter().flat_map(|event| &*event.topics);
        topics.into_iter().any(|topic| shown.topics().contains(&topic.as_str()))
    };
    Shown::ALL.into_iter().filter(is_told).collect()
}

fn is_due(last: &mut Option<Instant>, distance: Duration) -> bool {
    let is_due = last.is_none_or(|at| at.elapsed() >= distance);
    if is_due {
        *last = Some(Instant::now());
    }
    is_due
}
