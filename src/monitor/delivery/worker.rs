//! One webhook: fills its queue from the log and delivers what is due, until it is not this node's any more.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::page::Gathering;
use super::sender::{Delivery, Outcome, Sender};
use crate::db::pool::Pool;
use crate::db::problem::Problem;
use crate::gateway::subscriptions::Subscriptions;
use crate::monitor::store::{self, Filled, Target};
use crate::stream::event::Topic;
use crate::stream::hub::{Hub, Subscriber};

/// Topics of one webhook that are delivered at once.
const AT_ONCE: usize = 8;
/// A topic is sent for so long before it is asked again whether the webhook is still this node's.
const RUN: Duration = Duration::from_millis(500);
/// What `monitor.take_deliveries` hands out at once.
const TAKEN: usize = 200;
/// A webhook that hears nothing moves its position this often, so that the log never outgrows it.
const IDLE: Duration = Duration::from_secs(30);
/// Distance of attempts while the database refuses.
const RETRY: Duration = Duration::from_secs(1);
/// What may wait of wake-up calls; more of them say the same.
const WAKE_BYTES: usize = 1 << 20;

/// The worker of one webhook.
#[derive(Debug)]
pub struct Worker {
    pool: Pool,
    hub: Arc<Hub>,
    sender: Sender,
    webhook: Uuid,
    node: Uuid,
    wake: Arc<Notify>,
    ears: Arc<Subscriber>,
    heard: Vec<Topic>,
    subscriptions: Subscriptions,
    /// Something may be new that the stream does not tell of.
    is_told: bool,
    /// Since when changes are gathered, and until when.
    gathering_until: Option<Instant>,
    /// For what is gathered it was waited already.
    has_waited: bool,
    /// There was more to be sent than is taken at once: nothing is queued before that has gone out.
    is_full: bool,
}

/// What a round found.
struct Round {
    /// There may be more at once.
    is_busy: bool,
    /// Until something is due.
    idle: Duration,
    window: Duration,
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.hub.leave(&self.ears, &self.heard);
    }
}

impl Worker {
    /// For a webhook that is this node's.
    pub fn new(
        pool: Pool,
        hub: Arc<Hub>,
        sender: Sender,
        (webhook, node): (Uuid, Uuid),
        wake: Arc<Notify>,
    ) -> Self {
        let (ears, heard) = (hub.subscriber(WAKE_BYTES), Vec::new());
        Self {
            pool,
            hub,
            sender,
            webhook,
            node,
            wake,
            ears,
            heard,
            subscriptions: Subscriptions::default(),
            is_told: true,
            gathering_until: None,
            has_waited: false,
            is_full: false,
        }
    }

    /// Runs until told to stop; what is being sent then is still recorded.
    pub async fn run(mut self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            match self.round(&stop).await {
                Ok(Some(round)) if round.is_busy => {}
                Ok(Some(round)) => self.rest(&round, &stop).await,
                // Not active, or not ours: whoever claims it next begins anew.
                Ok(None) => break,
                Err(problem) => {
                    tracing::debug!(webhook.id = %self.webhook, code = problem.code, "A webhook waits");
                    tokio::select! {
                        () = stop.cancelled() => break,
                        () = sleep(RETRY) => {}
                    }
                }
            }
        }
        stop.cancel();
    }

    /// Waits until there may be something to do.
    async fn rest(&mut self, round: &Round, stop: &CancellationToken) {
        let until = self.gathering_until.map_or(round.idle, |at| (at - Instant::now()).min(round.idle));
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.wake.notified() => self.is_told = true,
            () = sleep(until) => self.is_told = true,
            item = self.ears.outbox.next() => {
                if item.is_err() {
                    self.listen_anew();
                }
                self.gather(round.window);
            }
        }
    }

    /// Something has changed: from now on it is waited for more of it.
    fn gather(&mut self, window: Duration) {
        self.gathering_until.get_or_insert_with(|| Instant::now() + window);
    }

    /// Whether the log is to be read now: not while changes are gathered. By wish they always are; then it is when they
    /// have been, or when there may be something that nobody told of.
    fn may_fill(&mut self, window: Duration) -> bool {
        match self.gathering_until {
            Some(until) if Instant::now() < until => false,
            gathered => {
                self.gathering_until = None;
                std::mem::take(&mut self.is_told) || gathered.is_some() || window.is_zero()
            }
        }
    }

    /// So many wake-up calls that they were dropped.
    fn listen_anew(&mut self) {
        self.hub.leave(&self.ears, &self.heard);
        self.ears = self.hub.subscriber(WAKE_BYTES);
        self.heard.clear();
    }

    async fn round(&mut self, stop: &CancellationToken) -> Result<Option<Round>, Problem> {
        let mut is_changed = false;
        while matches!(self.ears.outbox.take(), Ok(Some(_))) {
            is_changed = true;
        }
        let Some(mut target) = store::webhook_target(&self.pool, self.webhook).await? else {
            return Ok(None);
        };
        self.listen(&target.topics).await;
        let idle = target.due_in.map_or(IDLE, |due| due.clamp(Duration::from_millis(100), IDLE));
        let window = target.batch_window;
        if is_changed {
            self.gather(window);
        }
        let mut is_busy = false;
        if !self.is_full && self.may_fill(window) && self.fill(window).await? {
            is_busy = true;
            // Signed with the secrets of now: a rotation that came before a change counts.
            let Some(now) = store::webhook_target(&self.pool, self.webhook).await? else { return Ok(None) };
            target = now;
        }
        let due = store::take_deliveries(&self.pool, self.webhook, self.node).await?;
        is_busy |= !due.is_empty();
        self.is_full = due.len() >= TAKEN;
        self.deliver(&target, due, stop).await?;
        Ok(Some(Round { is_busy, idle, window }))
    }

    /// Queues what is new; true when something was.
    async fn fill(&mut self, window: Duration) -> Result<bool, Problem> {
        let gathering = if window.is_zero() { Gathering::AsOnASocket } else { Gathering::ByTopic(window) };
        let mut is_filled = false;
        loop {
            let (whose, may_wait) = ((self.webhook, self.node), !self.has_waited);
            match store::fill(&self.pool, whose, gathering, may_wait, &mut self.subscriptions).await? {
                Filled::Nothing => return Ok(is_filled),
                Filled::Page => (is_filled, self.has_waited) = (true, false),
                Filled::TooEarly(wait) => {
                    // Once: then it leaves with whatever has come.
                    self.has_waited = true;
                    self.gather(wait);
                    return Ok(is_filled);
                }
            }
            if window.is_zero() {
                return Ok(true);
            }
        }
    }

    /// Hears of its topics, so that it is woken.
    async fn listen(&mut self, topics: &[String]) {
        if self.heard.iter().map(Topic::as_str).eq(topics.iter().map(String::as_str)) {
            return;
        }
        self.hub.leave(&self.ears, &self.heard);
        self.heard = topics.iter().map(|topic| topic.as_str().into()).collect();
        self.hub.listen(&self.heard).await;
        let wanted: Vec<_> = self.heard.iter().map(|topic| (topic.clone(), i64::MAX)).collect();
        self.hub.register(&self.ears, &wanted);
    }

    /// Sends what is due, topics beside each other, and records what became of it as it is known: whatever became known
    /// while the last was recorded is recorded together, and nobody who sends waits for it.
    async fn deliver(
        &self,
        target: &Target,
        due: Vec<Delivery>,
        stop: &CancellationToken,
    ) -> Result<(), Problem> {
        let (tell, mut told) = mpsc::channel(TAKEN);
        let sending = async move {
            let runs = futures::stream::iter(by_topic(due));
            runs.for_each_concurrent(AT_ONCE, |run| self.send_run(target, run, tell.clone(), stop)).await;
            Ok(())
        };
        let recording = async {
            let mut outcomes = Vec::with_capacity(TAKEN);
            while told.recv_many(&mut outcomes, TAKEN).await > 0 {
                store::record_attempts(&self.pool, self.webhook, &outcomes).await?;
                outcomes.clear();
            }
            Ok(())
        };
        futures::try_join!(sending, recording).map(drop)
    }

    /// One topic's deliveries, one after the other, up to the first that fails.
    async fn send_run(
        &self,
        target: &Target,
        run: Vec<Delivery>,
        tell: mpsc::Sender<Outcome>,
        stop: &CancellationToken,
    ) {
        let began = Instant::now();
        for delivery in run {
            if stop.is_cancelled() || began.elapsed() > RUN {
                break;
            }
            let outcome = self.sender.send(&target.url, &target.secrets, &delivery).await;
            let is_taken = outcome.is_taken;
            if tell.send(outcome).await.is_err() || !is_taken {
                break;
            }
        }
    }
}

/// The deliveries of each topic, in their order.
fn by_topic(due: Vec<Delivery>) -> Vec<Vec<Delivery>> {
    let mut runs: Vec<Vec<Delivery>> = Vec::new();
    for delivery in due {
        match runs.iter_mut().find(|run| run[0].topic == delivery.topic) {
            Some(run) => run.push(delivery),
            None => runs.push(vec![delivery]),
        }
    }
    runs
}
