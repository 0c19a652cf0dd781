//! One message of the protocol, encoded once and shared by everyone who gets the same text.
//!
//! Invariant: rows, deltas and cascades go out as the JSON text that Postgres wrote. A subscriber of the carrier topic
//! gets the shared text; one who may see only a part (a narrower topic, or a snapshot that already covers some of the
//! events), or whose message before this was another one, gets a [`View`] of it, which is cached too: subscribers of
//! one branch share one text.
//!
//! Place in the path: made by the publisher from what leaves the batch, or by replay from the log; rendered by sockets.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use axum::extract::ws::Utf8Bytes;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::batch::{Departure, Kind};
use super::envelope::{
    Bulk, BulkData, CascadeText, Coalesced, Entry, Envelope, Left, Metadata, Payload, Primary, Update,
    UpdateData, VERSION,
};
use super::event::{Action, Event, Source, Topic};
use super::merge::{self, Cascade};

/// Views kept per message; a further one is made anew for each subscriber.
const CACHED_VIEWS: usize = 64;

/// Which events a subscriber gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keep {
    /// All of them.
    All,
    /// Those whose bit is set, by position in [`Message::events`].
    Some(Vec<u64>),
}

impl Keep {
    /// From one answer per event; `None` when nothing is left.
    pub fn collect(answers: impl Iterator<Item = bool>) -> Option<Self> {
        let mut bits = Vec::new();
        let (mut kept, mut count) = (0, 0);
        for (at, answer) in answers.enumerate() {
            if at % 64 == 0 {
                bits.push(0);
            }
            bits[at / 64] |= u64::from(answer) << (at % 64);
            kept += usize::from(answer);
            count += 1;
        }
        match kept {
            0 => None,
            _ if kept == count => Some(Self::All),
            _ => Some(Self::Some(bits)),
        }
    }

    fn has(&self, at: usize) -> bool {
        match self {
            Self::All => true,
            Self::Some(bits) => bits[at / 64] & (1 << (at % 64)) != 0,
        }
    }
}

/// How one subscriber sees a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Which events.
    pub keep: Keep,
    /// `metadata.previous`: the sequence of the message before it, as this subscriber knows it.
    pub previous: i64,
    /// `metadata.position`
    pub position: i64,
    /// Off: `cascade` is five empty arrays.
    pub cascade: bool,
}

/// Events of one topic that travel together. See [`Departure`].
#[derive(Debug)]
#[allow(missing_docs, reason = "the envelope's names")]
pub struct Message {
    pub topic: Topic,
    pub events: Vec<Arc<Event>>,
    pub kind: Kind,
    pub epoch: Uuid,
    /// The highest sequence it covers.
    pub sequence: i64,
    /// The lowest sequence it covers.
    pub first: i64,
    pub previous: i64,
    pub position: i64,
    /// Epoch milliseconds.
    pub timestamp: i64,
    size: usize,
    whole: OnceLock<Utf8Bytes>,
    /// Guarded for moments; nobody encodes while holding it.
    views: Mutex<Vec<(View, Utf8Bytes)>>,
}

impl Message {
    /// A message with the sequence of the one before it on its topic.
    pub fn new(departure: Departure, epoch: Uuid, previous: i64, at: i64) -> Self {
        let Departure { topic, events, kind, first, position } = departure;
        let sequence = events.last().map_or(first, |event| event.sequence);
        let (whole, views) = (OnceLock::new(), Mutex::default());
        let size = 400 + events.iter().map(|event| event.weight()).sum::<usize>();
        Self {
            topic,
            events,
            kind,
            epoch,
            sequence,
            first,
            previous,
            position,
            timestamp: at,
            size,
            whole,
            views,
        }
    }

    /// The view of someone who missed nothing and may see everything.
    pub fn whole(&self) -> View {
        View { keep: Keep::All, previous: self.previous, position: self.position, cascade: true }
    }

    /// The text for one view of it.
    pub fn text(&self, view: &View) -> Utf8Bytes {
        if *view == self.whole() {
            return self.whole.get_or_init(|| self.encode(view)).clone();
        }
        let cached = |views: &Vec<(View, Utf8Bytes)>| {
            views.iter().find(|(known, _)| known == view).map(|(_, text)| text.clone())
        };
        if let Some(text) = cached(&self.views.lock().unwrap_or_else(PoisonError::into_inner)) {
            return text;
        }
        let text = self.encode(view);
        let mut views = self.views.lock().unwrap_or_else(PoisonError::into_inner);
        if views.len() < CACHED_VIEWS {
            views.push((view.clone(), text.clone()));
        }
        text
    }

    /// Every topic under which someone may wait for it, each once.
    pub fn topics(&self) -> Vec<&Topic> {
        let mut seen = HashSet::from([&self.topic]);
        let narrower = self.events.iter().flat_map(|event| event.addressed(&self.topic));
        let narrower: Vec<&Topic> = narrower.filter(|topic| seen.insert(*topic)).collect();
        std::iter::once(&self.topic).chain(narrower).collect()
    }

    /// Whether any of its events is addressed to a topic.
    pub fn is_for(&self, topic: &Topic) -> bool {
        self.events.iter().any(|event| event.addressed(&self.topic).any(|other| other == topic))
    }

    /// Roughly how long its text is.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Roughly what it occupies while it is kept: its events and its text.
    pub fn weight(&self) -> usize {
        2 * self.size()
    }

    /// The highest sequence in a view.
    pub fn sequence_of(&self, view: &View) -> i64 {
        self.kept(view).last().map_or(self.sequence, |event| event.sequence)
    }

    fn kept<'m>(&'m self, view: &'m View) -> impl DoubleEndedIterator<Item = &'m Arc<Event>> + Clone {
        self.events.iter().enumerate().filter(|(at, _)| view.keep.has(*at)).map(|(_, event)| event)
    }

    fn encode(&self, view: &View) -> Utf8Bytes {
        let events: Vec<&Arc<Event>> = self.kept(view).collect();
        let sequence = self.sequence_of(view);
        let single = match (&events[..], self.kind) {
            ([event], Kind::Transaction) if !event.is_coalesced() => Some(*event),
            _ => None,
        };
        let payload = match single {
            Some(event) => Payload::Update(self.update(event, view)),
            None => Payload::Bulk(self.bulk(&events, view)),
        };
        let name = format!("{}:{}:{}", self.topic, sequence, events.len());
        let envelope = Envelope {
            id: Uuid::new_v5(&self.epoch, name.as_bytes()),
            version: VERSION,
            kind: if single.is_some() { "update" } else { "bulk" },
            timestamp: self.timestamp,
            sequence,
            payload,
            metadata: self.metadata(&events, view, single.is_none().then_some(events.len())),
        };
        serde_json::to_string(&envelope).expect("texts, numbers and JSON texts always encode").into()
    }

    fn update<'m>(&self, event: &'m Arc<Event>, view: &View) -> Update<'m> {
        Update {
            entity: &event.entity,
            action: event.action,
            data: UpdateData {
                primary: self.primary(event),
                cascade: self.cascade(&[event], view),
                delta: self.delta(event),
            },
        }
    }

    fn bulk<'m>(&self, events: &[&'m Arc<Event>], view: &View) -> Bulk<'m> {
        let rows = || events.iter().filter(|event| !event.is_coalesced());
        let coalesced = events.iter().filter(|event| event.is_coalesced());
        Bulk {
            entity: "multiple",
            action: Action::Update,
            updates: rows().map(|event| Entry::of(event, self.delta(event))).collect(),
            data: BulkData {
                primary: rows().map(|event| self.primary(event)).collect(),
                cascade: self.cascade(events, view),
            },
            coalesced: coalesced.map(|event| Coalesced::of(event, self.topic.clone())).collect(),
        }
    }

    /// The row, or of one that has left for where this audience may not follow only that it did.
    fn primary<'m>(&self, event: &'m Event) -> Option<Primary<'m>> {
        match (&event.record, event.key.as_deref()) {
            (Some(_), Some(id)) if event.has_left(&self.topic) => {
                Some(Primary::Left(Left { id, left: true, as_of: event.as_of }))
            }
            (record, _) => record.as_deref().map(Primary::Row),
        }
    }

    /// What changed in it, where all of that is this audience's.
    fn delta<'m>(&self, event: &'m Event) -> Option<&'m RawValue> {
        event.delta.as_deref().filter(|_| !event.has_moved())
    }

    fn cascade<'m>(&self, events: &[&'m Arc<Event>], view: &View) -> CascadeText<'m> {
        match events {
            _ if !view.cascade => CascadeText::Joined(Cascade::default()),
            _ if events.iter().any(|event| event.has_moved() || event.has_left(&self.topic)) => {
                let joined = merge::cascades(events.iter().copied());
                CascadeText::Joined(merge::one_side(joined, &self.topic))
            }
            _ => match events.first().and_then(|one| one.cascade.as_deref()) {
                Some(as_it_is) if events.len() == 1 => CascadeText::AsItIs(as_it_is),
                _ => CascadeText::Joined(merge::cascades(events.iter().copied())),
            },
        }
    }

    fn metadata<'m>(
        &'m self,
        events: &[&'m Arc<Event>],
        view: &View,
        batch_size: Option<usize>,
    ) -> Metadata<'m> {
        Metadata {
            source: events
                .iter()
                .map(|event| event.source)
                .find(|source| *source != Source::McpAi)
                .unwrap_or(Source::McpAi),
            user_id: common(events, |event| event.actor.as_deref()),
            session_id: common(events, |event| event.session_id.as_deref()),
            correlation_id: common(events, |event| event.correlation_id.as_deref()),
            epoch: self.epoch,
            txid: common(events, |event| Some(&*event.txid)),
            topic: Some(&self.topic),
            previous: Some(view.previous),
            position: Some(view.position),
            batch_size,
        }
    }
}

/// What all events agree on.
fn common<'m>(events: &[&'m Arc<Event>], of: impl Fn(&'m Event) -> Option<&'m str>) -> Option<&'m str> {
    let first = of(events.first()?)?;
    events.iter().all(|event| of(event) == Some(first)).then_some(first)
}

#[cfg(test)]
#[path = "message_tests.rs"]
mod tests;
