//! When an event leaves: people's changes at once, AI agents' gathered. Pure: no clock, no I/O.
//!
//! Invariants, each proved by a property below:
//! - every event leaves exactly once per carrier topic, or is represented by a later event of the same entity;
//! - all events of one transaction on one topic leave in one message;
//! - per entity and topic the order of the log is kept: a person's change flushes the AI batch it would overtake;
//! - the position of a topic (everything up to it was sent) never decreases and never passes something unsent;
//! - no event waits longer than the window, counted from the first event that waits.
//!
//! Place in the path: between the feed, whose ticks it gets, and the hub, to which its messages go.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::event::{Event, Source, Topic};
use super::merge;

/// Milliseconds on a clock of the caller's choosing that never runs backwards.
pub type Millis = u64;

/// Which agents' events are gathered; the others' leave like a person's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gather {
    /// All agents'.
    Everybody,
    /// No agent's.
    Nobody,
    /// Those of these, by their names as actors.
    Those(Arc<BTreeSet<Arc<str>>>),
}

impl Gather {
    fn takes(&self, event: &Event) -> bool {
        match self {
            Self::Everybody => true,
            Self::Nobody => false,
            Self::Those(agents) => event.actor.as_ref().is_some_and(|agent| agents.contains(agent)),
        }
    }
}

/// How AI events are gathered; changed while running by `tide.settings` and the feature `ai_batch`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchSettings {
    /// How long the first waiting event waits.
    pub window_ms: u64,
    /// A batch with this many events leaves at once. Only one larger transaction makes a larger message.
    pub max_events: usize,
    /// Whose.
    pub gather: Gather,
}

impl Default for BatchSettings {
    fn default() -> Self {
        Self { window_ms: 500, max_events: 50, gather: Gather::Everybody }
    }
}

/// Why events leave together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// They are one transaction's.
    Transaction,
    /// They waited together; `gathered` events came in, fewer may leave (the last of an entity wins).
    AiBatch {
        /// Events before merging.
        gathered: usize,
    },
}

/// Events of one topic that leave in one message, in log order.
#[derive(Debug, Clone)]
pub struct Departure {
    /// The topic that carries them.
    pub topic: Topic,
    /// At least one.
    pub events: Vec<Arc<Event>>,
    /// Why together.
    pub kind: Kind,
    /// The lowest sequence that this departure accounts for.
    pub first: i64,
    /// Once this is sent, everything on the topic up to here has been sent.
    pub position: i64,
}

#[derive(Debug, Default)]
struct Lane {
    waiting: Vec<Arc<Event>>,
    since: Millis,
}

type EntityKey = (Arc<str>, Box<str>);

/// The lanes of all topics.
#[derive(Debug)]
pub struct Batch {
    settings: BatchSettings,
    fed: i64,
    lanes: HashMap<Topic, Lane>,
    /// Which lanes an entity waits in; a row that moved waits in two.
    waiting_in: HashMap<EntityKey, Vec<Topic>>,
}

impl Batch {
    /// Nothing waits; everything up to `fed` was sent.
    pub fn new(settings: BatchSettings, fed: i64) -> Self {
        Self { settings, fed, lanes: HashMap::new(), waiting_in: HashMap::new() }
    }

    /// New settings; they count from the next call on.
    pub fn configure(&mut self, settings: BatchSettings) {
        self.settings = settings;
    }

    /// Takes whole transactions in log order, the last event being `last`; answers with what leaves now.
    pub fn accept(&mut self, events: Vec<Arc<Event>>, last: i64, now: Millis) -> Vec<Departure> {
        let mut departures = Vec::new();
        for (topic, group) in transactions(events) {
            if group.iter().all(|event| self.may_wait(event)) {
                self.hold(&topic, group, now, &mut departures);
            } else {
                self.flush_overtaken(&topic, &group, &mut departures);
                let first = group[0].sequence;
                departures.push(Departure {
                    topic,
                    events: group,
                    kind: Kind::Transaction,
                    first,
                    position: 0,
                });
            }
        }
        self.fed = self.fed.max(last);
        self.set_positions(&mut departures);
        departures
    }

    fn may_wait(&self, event: &Event) -> bool {
        event.source == Source::McpAi && !is_about_people(event) && self.settings.gather.takes(event)
    }

    /// What has waited long enough at `now`.
    pub fn due(&mut self, now: Millis) -> Vec<Departure> {
        let window = self.settings.window_ms;
        self.flush_where(|lane| now >= lane.since.saturating_add(window))
    }

    /// Everything that waits, for a shutdown.
    pub fn flush(&mut self) -> Vec<Departure> {
        self.flush_where(|_| true)
    }

    /// When [`Self::due`] will have something next.
    pub fn deadline(&self) -> Option<Millis> {
        self.lanes.values().map(|lane| lane.since.saturating_add(self.settings.window_ms)).min()
    }

    /// Everything on `topic` up to here has left.
    pub fn position(&self, topic: &Topic) -> i64 {
        self.lanes
            .get(topic)
            .and_then(|lane| lane.waiting.first())
            .map_or(self.fed, |event| event.sequence - 1)
    }

    /// The topics on which something waits, with their positions; all others are at the feed's position.
    pub fn held(&self) -> HashMap<Topic, i64> {
        self.lanes.keys().map(|topic| (topic.clone(), self.position(topic))).collect()
    }

    fn hold(&mut self, topic: &Topic, group: Vec<Arc<Event>>, now: Millis, departures: &mut Vec<Departure>) {
        let waiting = self.lanes.get(topic).map_or(0, |lane| lane.waiting.len());
        if waiting > 0 && waiting + group.len() > self.settings.max_events {
            departures.extend(self.take(topic));
        }
        for event in &group {
            if let Some(key) = entity_key(event) {
                let lanes = self.waiting_in.entry(key).or_default();
                if !lanes.contains(topic) {
                    lanes.push(topic.clone());
                }
            }
        }
        let lane = self.lanes.entry(topic.clone()).or_insert_with(|| Lane { waiting: vec![], since: now });
        lane.waiting.extend(group);
        // Transactions of one tick are taken in the order of their ends; the lowest sequence must come first.
        lane.waiting.sort_by_key(|event| event.sequence);
        if lane.waiting.len() >= self.settings.max_events {
            departures.extend(self.take(topic));
        }
    }

    /// Flushes the lanes in which an entity of `group` waits, so that `group` does not overtake it.
    fn flush_overtaken(&mut self, topic: &Topic, group: &[Arc<Event>], departures: &mut Vec<Departure>) {
        for event in group {
            let touched =
                entity_key(event).and_then(|key| self.waiting_in.get(&key).cloned()).unwrap_or_default();
            for lane in touched {
                departures.extend(self.take(&lane));
            }
            let same_rows = |other: &Arc<Event>| {
                other.entity == event.entity && (event.may_be_any_row() || other.may_be_any_row())
            };
            if self.lanes.get(topic).is_some_and(|lane| lane.waiting.iter().any(same_rows)) {
                departures.extend(self.take(topic));
            }
        }
    }

    fn flush_where(&mut self, leaves: impl Fn(&Lane) -> bool) -> Vec<Departure> {
        let mut topics: Vec<Topic> =
            self.lanes.iter().filter(|(_, lane)| leaves(lane)).map(|(topic, _)| topic.clone()).collect();
        topics.sort_by_key(|topic| self.position(topic));
        let mut departures: Vec<Departure> = topics.iter().filter_map(|topic| self.take(topic)).collect();
        self.set_positions(&mut departures);
        departures
    }

    /// Empties one lane. The position is set later, when it is known what else leaves.
    fn take(&mut self, topic: &Topic) -> Option<Departure> {
        let lane = self.lanes.remove(topic)?;
        for key in lane.waiting.iter().filter_map(|event| entity_key(event)) {
            if let Some(lanes) = self.waiting_in.get_mut(&key) {
                lanes.retain(|other| other != topic);
                if lanes.is_empty() {
                    self.waiting_in.remove(&key);
                }
            }
        }
        let first = lane.waiting.first()?.sequence;
        let kind = Kind::AiBatch { gathered: lane.waiting.len() };
        Some(Departure {
            topic: topic.clone(),
            events: merge::last_of_each(lane.waiting),
            kind,
            first,
            position: 0,
        })
    }

    /// Backwards over what leaves: each position stops before what leaves after it or still waits.
    fn set_positions(&self, departures: &mut [Departure]) {
        let mut unsent: HashMap<Topic, i64> = HashMap::new();
        for departure in departures.iter_mut().rev() {
            let next =
                unsent.get(&departure.topic).copied().unwrap_or_else(|| self.position(&departure.topic) + 1);
            departure.position = next - 1;
            unsent.insert(departure.topic.clone(), next.min(departure.first));
        }
    }
}

/// Who may hear what decides about the messages after it, so it never waits.
fn is_about_people(event: &Event) -> bool {
    event.topics.iter().any(|topic| topic.kind() == "user")
}

fn entity_key(event: &Event) -> Option<EntityKey> {
    event.key.as_ref().map(|key| (event.entity.clone(), key.clone()))
}

/// Splits a tick by topic and transaction, in the order in which the transactions wrote their last event: a
/// transaction that waited for another's row lock comes after it.
fn transactions(events: Vec<Arc<Event>>) -> Vec<(Topic, Vec<Arc<Event>>)> {
    let mut groups: Vec<(Topic, Vec<Arc<Event>>)> = Vec::new();
    let mut index: HashMap<(Arc<str>, Topic), usize> = HashMap::new();
    for event in events {
        for topic in event.carriers() {
            let at = *index.entry((event.txid.clone(), topic.clone())).or_insert_with(|| {
                groups.push((topic.clone(), Vec::new()));
                groups.len() - 1
            });
            groups[at].1.push(event.clone());
        }
    }
    groups.sort_by_key(|(_, group)| group.last().map(|event| event.sequence));
    groups
}

#[cfg(test)]
#[path = "batch_tests.rs"]
mod tests;
