//! Who gets what: topics, their subscribers, and the recent messages.
//!
//! Invariants:
//! - registering and the look at the recent messages are one step with respect to publishing, so nothing falls
//!   between what a subscriber is replayed and what it gets live;
//! - a subscriber of several topics of one message gets it once;
//! - `position` (everything on a topic up to here was handed to its subscribers) is moved in the same step in which
//!   the messages are handed over.
//!
//! One short lock, never held across an await and never while encoding. Place in the path: after the batch, before
//! the sockets' outboxes.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use std::time::Instant;

use tokio::sync::{Notify, watch};
use uuid::Uuid;

use super::event::Topic;
use super::listening::{Filter, Listening};
use super::message::Message;
use super::outbox::{Item, Outbox};
use super::replay::Ring;

/// Topics whose last sequence is remembered for `metadata.previous`; beyond this the oldest half is forgotten.
const CHAINS: usize = 65_536;

/// Someone who listens: a socket, a stream, a poll.
#[derive(Debug)]
pub struct Subscriber {
    /// What waits for it.
    pub outbox: Outbox,
    id: u64,
    /// The last message it was handed, so that no message comes twice.
    handed: AtomicU64,
}

/// What was fixed when a subscriber was registered.
#[derive(Debug)]
pub struct Registration {
    /// The epoch that the sequences belong to.
    pub epoch: Uuid,
    /// Recent messages are complete from here on; older events are in the log.
    pub floor: i64,
    /// The recent messages after the wanted positions or the floor.
    pub recent: Vec<Arc<Message>>,
}

/// What the hub holds.
#[derive(Debug, Clone, Copy)]
pub struct Memory {
    /// Roughly, of recent messages.
    pub bytes: usize,
    /// At most.
    pub max_bytes: usize,
    /// Recent messages.
    pub messages: usize,
    /// They are complete after this position.
    pub floor: i64,
    /// Topics that somebody subscribes to.
    pub topics: usize,
}

/// The hub.
#[derive(Debug)]
pub struct Hub {
    ring_bytes: usize,
    ids: AtomicU64,
    inner: Mutex<Inner>,
    /// Up to which generation of topics ticks have told what they hear.
    told: watch::Sender<u64>,
    new_topics: Notify,
}

#[derive(Debug)]
struct Inner {
    epoch: Uuid,
    fed: i64,
    /// Positions of topics on which something waits in the batch.
    held: HashMap<Topic, i64>,
    ring: Ring,
    chains: HashMap<Topic, i64>,
    /// Where the chain of a topic begins that is not in `chains`.
    chains_from: i64,
    topics: HashMap<Topic, Vec<Arc<Subscriber>>>,
    listening: Listening,
    handed: u64,
}

impl Hub {
    /// Nobody listens; everything up to `fed` counts as sent.
    pub fn new(ring_bytes: usize, epoch: Uuid, fed: i64) -> Self {
        let inner = Inner {
            epoch,
            fed,
            held: HashMap::new(),
            ring: Ring::new(ring_bytes, fed),
            chains: HashMap::new(),
            chains_from: fed,
            topics: HashMap::new(),
            listening: Listening::default(),
            handed: 0,
        };
        Self {
            ring_bytes,
            ids: AtomicU64::new(1),
            inner: Mutex::new(inner),
            told: watch::Sender::new(0),
            new_topics: Notify::new(),
        }
    }

    /// Waits until ticks tell what these topics hear. Comes before [`Self::register`] and before reading a snapshot:
    /// what a tick told nobody must be in the snapshot.
    pub async fn listen(&self, topics: impl IntoIterator<Item = &Topic>) {
        let needed = self.lock().listening.begin(topics);
        let mut told = self.told.subscribe();
        if *told.borrow_and_update() < needed {
            self.new_topics.notify_one();
            // The sender lives as long as we do.
            let _ = told.wait_for(|told| *told >= needed).await;
        }
    }

    /// What the next tick has to tell.
    pub fn filter(&self) -> Filter {
        self.lock().listening.filter(Instant::now())
    }

    /// Waits until somebody wants to hear a topic that was not heard before.
    pub async fn new_topics(&self) {
        self.new_topics.notified().await;
    }

    /// A new listener without topics.
    pub fn subscriber(&self, queue_bytes: usize) -> Arc<Subscriber> {
        let id = self.ids.fetch_add(1, Ordering::Relaxed);
        Arc::new(Subscriber { outbox: Outbox::new(queue_bytes), id, handed: AtomicU64::new(0) })
    }

    /// Registers for topics; from this moment on their messages go to the outbox. Answers with what was sent after
    /// the given positions as far as it is still in memory.
    pub fn register(&self, subscriber: &Arc<Subscriber>, wanted: &[(Topic, i64)]) -> Registration {
        let mut inner = self.lock();
        for (topic, _) in wanted {
            let listeners = inner.topics.entry(topic.clone()).or_default();
            if !listeners.iter().any(|other| other.id == subscriber.id) {
                listeners.push(subscriber.clone());
            }
        }
        let heard_since = inner.listening.since(wanted.iter().map(|(topic, _)| topic));
        let floor = inner.ring.floor().max(heard_since.unwrap_or(i64::MIN));
        let from: Vec<_> =
            wanted.iter().map(|(topic, position)| (topic.clone(), floor.max(*position))).collect();
        Registration { epoch: inner.epoch, floor, recent: inner.ring.after(&from) }
    }

    /// Ends registrations.
    pub fn leave<'t>(&self, subscriber: &Subscriber, topics: impl IntoIterator<Item = &'t Topic>) {
        let mut inner = self.lock();
        for topic in topics {
            if let Some(listeners) = inner.topics.get_mut(topic) {
                listeners.retain(|other| other.id != subscriber.id);
                if listeners.is_empty() {
                    inner.topics.remove(topic);
                    inner.listening.leave(topic, Instant::now());
                }
            }
        }
    }

    /// The epoch and the feed's position.
    pub fn head(&self) -> (Uuid, i64) {
        let inner = self.lock();
        (inner.epoch, inner.fed)
    }

    /// Up to where each topic was sent. A narrower topic does not know in which lanes its events may wait, so it gets
    /// the lowest of them.
    pub fn positions<'t>(&self, topics: impl IntoIterator<Item = &'t Topic>) -> HashMap<Topic, i64> {
        let inner = self.lock();
        let lowest = inner.held.values().copied().min().unwrap_or(inner.fed);
        let position = |topic: &Topic| match inner.held.get(topic) {
            Some(position) => *position,
            None if inner.chains.contains_key(topic) => inner.fed,
            None => lowest,
        };
        topics.into_iter().map(|topic| (topic.clone(), position(topic))).collect()
    }

    /// How much is remembered, and how many topics are heard.
    pub fn memory(&self) -> Memory {
        let inner = self.lock();
        let (bytes, messages) = inner.ring.held();
        let (topics, floor) = (inner.topics.len(), inner.ring.floor());
        Memory { bytes, max_bytes: self.ring_bytes, messages, floor, topics }
    }

    /// The sequence of the last message on a topic.
    pub fn previous(&self, topic: &Topic) -> i64 {
        let inner = self.lock();
        inner.chains.get(topic).copied().unwrap_or(inner.chains_from)
    }

    /// Hands messages to whoever subscribed to one of their topics, and moves the positions. The tick behind them told
    /// what topics of a generation hear.
    pub fn publish(&self, messages: Vec<Arc<Message>>, fed: i64, held: HashMap<Topic, i64>, generation: u64) {
        let mut inner = self.lock();
        let from = inner.fed;
        inner.listening.told(generation, from);
        for message in messages {
            inner.hand_over(&message);
            inner.chains.insert(message.topic.clone(), message.sequence);
            inner.ring.push(message);
        }
        inner.fed = inner.fed.max(fed);
        inner.held = held;
        inner.forget_old_chains();
        drop(inner);
        self.told.send_if_modified(|told| generation > std::mem::replace(told, generation.max(*told)));
    }

    /// Another epoch, or a log that was lost: everyone takes a new snapshot.
    pub fn turn(&self, epoch: Uuid, fed: i64) {
        let mut inner = self.lock();
        inner.epoch = epoch;
        inner.fed = fed;
        inner.held.clear();
        inner.chains.clear();
        inner.chains_from = fed;
        inner.ring = Ring::new(self.ring_bytes, fed);
        inner.listening.turn(fed);
        inner.handed += 1;
        let round = inner.handed;
        for subscriber in inner.topics.values().flatten() {
            if subscriber.handed.swap(round, Ordering::Relaxed) != round {
                subscriber.outbox.push(Item::Resync);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn hand_over(&mut self, message: &Arc<Message>) {
        self.handed += 1;
        if self.topics.is_empty() {
            return;
        }
        for topic in message.topics() {
            for subscriber in self.topics.get(topic).into_iter().flatten() {
                if subscriber.handed.swap(self.handed, Ordering::Relaxed) != self.handed {
                    subscriber.outbox.push(Item::Message(message.clone()));
                }
            }
        }
    }

    fn forget_old_chains(&mut self) {
        if self.chains.len() <= CHAINS {
            return;
        }
        let mut sequences: Vec<i64> = self.chains.values().copied().collect();
        let (_, middle, _) = sequences.select_nth_unstable(CHAINS / 2);
        let middle = *middle;
        self.chains.retain(|_, sequence| *sequence > middle);
        self.chains_from = middle;
    }
}

#[cfg(test)]
#[path = "hub_tests.rs"]
mod tests;
