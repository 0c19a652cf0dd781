//! From the log to webhooks.
//!
//! ```text
//! hub: something on its topics ─> worker of the webhook
//!     fill:    open_page, tide.consume ─> messages ─> queue_deliveries, position: one transaction
//!     deliver: take_deliveries ─> signed requests, one after the other on a topic ─> record_attempts
//! ```
//!
//! Invariants:
//! - a message is queued in the transaction that moves the position behind it: none is lost, none is queued twice;
//! - one node delivers for a webhook at a time, by a claim that ends when the node is silent;
//! - on a topic nothing overtakes what failed before it; webhooks share nothing but the database, so an endpoint holds
//!   up only itself.
//!
//! Two nodes: a claim is a row of `monitor.webhook_claims` that its node renews. To queue and to take asks for it in the
//! same transaction, so who lost it, or hangs and comes back, gets nothing more to send. What it had taken then it sends for
//! half a second at most, and one attempt beyond: only that can come twice, and what comes first is still in order,
//! because the next node sends a message only when the one before it was taken from itself.
//!
//! - [`guard`]: where a webhook may lead; [`signature`]; [`sender`]: one attempt.
//! - [`page`]: events to messages (pure); [`worker`]: one webhook; here: which webhooks are this node's.

pub mod guard;
pub mod page;
pub mod sender;
pub mod signature;
pub mod worker;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::store;
use crate::db::pool::Pool;
use crate::stream::event::Topic;
use crate::stream::hub::Hub;
use sender::Sender;
use worker::Worker;

/// Distance of claims.
const CLAIM_EVERY: Duration = Duration::from_secs(2);
/// After so long without a claim others may have taken over: shorter than `claim_seconds`.
const PATIENCE: Duration = Duration::from_secs(10);

/// The webhooks of this node.
#[derive(Debug)]
pub struct Deliveries {
    pool: Pool,
    hub: Arc<Hub>,
    sender: Sender,
    due: Arc<Notify>,
    node: Uuid,
    workers: HashMap<Uuid, Hired>,
    tasks: TaskTracker,
}

#[derive(Debug)]
struct Hired {
    wake: Arc<Notify>,
    stop: CancellationToken,
}

impl Deliveries {
    /// Nobody is delivered for yet.
    pub fn new(pool: Pool, hub: Arc<Hub>, sender: Sender, due: Arc<Notify>) -> Self {
        let (node, workers, tasks) = (Uuid::new_v4(), HashMap::new(), TaskTracker::new());
        Self { pool, hub, sender, due, node, workers, tasks }
    }

    /// Runs until told to stop, and then until what is being sent has been recorded.
    pub async fn run(mut self, shutdown: CancellationToken) {
        let topics: [Topic; 1] = ["monitor:webhooks".into()];
        let changes = self.hub.subscriber(usize::MAX);
        self.hub.register(&changes, &[(topics[0].clone(), i64::MAX)]);
        let listening = tokio::spawn({
            let hub = self.hub.clone();
            let topics = topics.clone();
            async move { hub.listen(&topics).await }
        });
        let mut rounds = interval(CLAIM_EVERY);
        rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut claimed_at = Instant::now();
        loop {
            let is_told = tokio::select! {
                () = shutdown.cancelled() => break,
                _ = rounds.tick() => false,
                () = self.due.notified() => true,
                // A webhook was made, changed or set back: its worker looks, or begins.
                _ = changes.outbox.next() => true,
            };
            match store::claim_webhooks(&self.pool, self.node).await {
                Ok(claimed) => {
                    claimed_at = Instant::now();
                    self.employ(&claimed, is_told, &shutdown);
                }
                Err(_) if claimed_at.elapsed() > PATIENCE => self.dismiss(&HashSet::new()),
                Err(_) => {}
            }
        }
        listening.abort();
        self.hub.leave(&changes, &topics);
        self.dismiss(&HashSet::new());
        self.tasks.close();
        self.tasks.wait().await;
        let _ = store::release_webhooks(&self.pool, self.node).await;
    }

    /// A worker for each webhook that is ours, and none for others.
    fn employ(&mut self, claimed: &[(Uuid, bool)], is_told: bool, shutdown: &CancellationToken) {
        self.workers.retain(|_, hired| !hired.stop.is_cancelled());
        self.dismiss(&claimed.iter().map(|(webhook, _)| *webhook).collect());
        for (webhook, is_due) in claimed {
            if let Some(hired) = self.workers.get(webhook) {
                if *is_due || is_told {
                    hired.wake.notify_one();
                }
                continue;
            }
            let (wake, stop) = (Arc::<Notify>::default(), shutdown.child_token());
            let worker = Worker::new(
                self.pool.clone(),
                self.hub.clone(),
                self.sender.clone(),
                (*webhook, self.node),
                wake.clone(),
            );
            self.tasks.spawn(worker.run(stop.clone()));
            self.workers.insert(*webhook, Hired { wake, stop });
        }
    }

    fn dismiss(&mut self, except: &HashSet<Uuid>) {
        self.workers.retain(|webhook, hired| {
            let stays = except.contains(webhook);
            if !stays {
                hired.stop.cancel();
            }
            stays
        });
    }
}
