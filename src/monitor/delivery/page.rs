//! From a page of the log to the messages of a webhook. Pure.
//!
//! Invariant: they are the messages that a socket with the same topics is sent when it resumes there, event for event
//! and sequence for sequence: made by the same [`Batch`], [`Message`] and [`Subscriptions`].

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use uuid::Uuid;

use crate::gateway::subscriptions::Subscriptions;
use crate::stream::batch::{Batch, BatchSettings, Departure, Kind};
use crate::stream::event::{Event, Source, Topic};
use crate::stream::merge;
use crate::stream::message::Message;

/// A page of the log, as `monitor.open_page` cut it.
#[derive(Debug)]
#[allow(missing_docs, reason = "the columns of monitor.open_page")]
pub struct Page {
    pub epoch: Uuid,
    pub after: i64,
    pub upto: i64,
    pub topics: Vec<String>,
    pub entities: Option<Vec<String>>,
    pub actions: Option<Vec<String>>,
}

/// How events travel together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gathering {
    /// As on a socket: a transaction's, and those of AI agents.
    AsOnASocket,
    /// All that are on one topic and come within this time of the first.
    ByTopic(Duration),
}

/// A message to be queued.
#[derive(Debug, PartialEq, Eq)]
pub struct Queued {
    /// `webhook-id`
    pub id: String,
    /// The topic that carries it.
    pub topic: String,
    /// The highest sequence that it covers.
    pub sequence: i64,
    /// The JSON text.
    pub body: String,
}

impl Page {
    /// The topics, begun after this page's position where they were not heard before.
    pub fn begin(&self, subscriptions: &mut Subscriptions) {
        let known: Vec<Topic> = subscriptions.topics().cloned().collect();
        known.iter().filter(|topic| !self.names(topic)).for_each(|topic| subscriptions.end(topic.as_str()));
        for topic in &self.topics {
            if !subscriptions.contains(topic) {
                subscriptions.begin(topic.as_str().into(), self.after);
            }
        }
    }

    fn names(&self, topic: &Topic) -> bool {
        self.topics.iter().any(|name| name == topic.as_str())
    }

    fn wants(&self, event: &Event) -> bool {
        let is_among = |names: &Option<Vec<String>>, name: &str| {
            names.as_ref().is_none_or(|names| names.iter().any(|other| other == name))
        };
        is_among(&self.entities, &event.entity) && is_among(&self.actions, event.action.as_str())
    }

    /// Events on their way, and the topics that carry them.
    pub fn departures(&self, events: Vec<Event>, gathering: Gathering) -> Vec<Departure> {
        let events: Vec<_> = events.into_iter().filter(|event| self.wants(event)).map(Arc::new).collect();
        match gathering {
            Gathering::AsOnASocket => {
                // What waits is all of this page: time is not looked at.
                let mut batch = Batch::new(BatchSettings::default(), self.after);
                let mut departures = batch.accept(events, self.upto, 0);
                departures.extend(batch.flush());
                departures
            }
            Gathering::ByTopic(_) => self.by_topic(&events),
        }
    }

    fn by_topic(&self, events: &[Arc<Event>]) -> Vec<Departure> {
        let mut departures: Vec<Departure> = Vec::new();
        let mut places: HashMap<Topic, usize> = HashMap::new();
        for event in events {
            for topic in event.carriers() {
                let place = *places.entry(topic.clone()).or_insert_with(|| {
                    departures.push(Departure {
                        topic: topic.clone(),
                        events: Vec::new(),
                        kind: Kind::Transaction,
                        first: event.sequence,
                        position: self.upto,
                    });
                    departures.len() - 1
                });
                departures[place].events.push(event.clone());
            }
        }
        for departure in &mut departures {
            departure.events = merge::last_of_each(std::mem::take(&mut departure.events));
        }
        departures
    }

    /// The messages, as far as they are for these subscriptions.
    pub fn messages(&self, departures: Vec<Departure>, subscriptions: &mut Subscriptions) -> Vec<Queued> {
        let each = departures.into_iter().filter_map(|departure| {
            let at = departure.events.last().map_or(0, |event| event.at);
            let message = Message::new(departure, self.epoch, self.after, at);
            let view = subscriptions.view(&message)?;
            let body = message.text(&view).to_string();
            let sequence = message.sequence_of(&view);
            Some(Queued { id: id_of(&body), topic: message.topic.to_string(), sequence, body })
        });
        each.collect()
    }
}

/// For how long events are gathered before they are told, from the first of them on: what agents do as on a socket, by
/// wish everything.
pub fn still_gathering(events: &[Event], gathering: Gathering, now: i64) -> Option<Duration> {
    let agents = events.iter().filter(|event| event.source == Source::McpAi);
    let agents = left_of(Duration::from_millis(BatchSettings::default().window_ms), agents, now);
    match gathering {
        Gathering::AsOnASocket => agents,
        Gathering::ByTopic(window) => agents.max(left_of(window, events.iter(), now)),
    }
}

/// What is left of the time that began with the first of these.
fn left_of<'e>(window: Duration, events: impl Iterator<Item = &'e Event>, now: i64) -> Option<Duration> {
    let first = events.map(|event| event.at).min()?;
    // Clocks differ: what seems to come from the future waits for no longer than the window.
    let age = Duration::from_millis(u64::try_from(now - first).unwrap_or(0));
    window.checked_sub(age).filter(|left| !left.is_zero())
}

/// The message's own id, which follows from epoch, topic and sequence.
fn id_of(body: &str) -> String {
    #[derive(Deserialize)]
    struct Named {
        id: Uuid,
    }
    let named: Named = serde_json::from_str(body).expect("a message has an id");
    format!("msg_{}", named.id.simple())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::event::sample::{ai, event};
    use serde_json::Value;

    fn page(topics: &[&str]) -> Page {
        let topics = topics.iter().map(|topic| (*topic).to_owned()).collect();
        Page { epoch: Uuid::nil(), after: 10, upto: 20, topics, entities: None, actions: None }
    }

    fn told(page: &Page, events: Vec<Event>, gathering: Gathering) -> Vec<Queued> {
        let mut subscriptions = Subscriptions::default();
        page.begin(&mut subscriptions);
        page.messages(page.departures(events, gathering), &mut subscriptions)
    }

    fn field(queued: &Queued, pointer: &str) -> Value {
        let body: Value = serde_json::from_str(&queued.body).unwrap();
        body.pointer(pointer).cloned().unwrap_or_default()
    }

    #[test]
    fn a_transaction_is_one_message_and_those_of_agents_are_one_bulk() {
        let events = vec![event(11, 1, "p:1", "a"), ai(12, 2, "p:1", "b"), ai(13, 3, "p:1", "c")];
        let told = told(&page(&["p:1"]), events, Gathering::AsOnASocket);
        assert_eq!(told.iter().map(|one| one.sequence).collect::<Vec<_>>(), [11, 13]);
        assert_eq!((field(&told[0], "/type"), field(&told[1], "/type")), ("update".into(), "bulk".into()));
        assert_eq!(field(&told[1], "/metadata/previous"), 11);
    }

    #[test]
    fn a_message_read_again_has_the_same_id() {
        let read = || told(&page(&["p:1"]), vec![event(11, 1, "p:1", "a")], Gathering::AsOnASocket);
        assert_eq!(read(), read());
        assert!(read()[0].id.starts_with("msg_"));
    }

    #[test]
    fn only_what_is_wanted_is_told() {
        let mut narrow = page(&["task:a"]);
        let events = || vec![event(11, 1, "p:1", "a"), event(12, 2, "p:1", "b")];
        assert_eq!(told(&narrow, events(), Gathering::AsOnASocket).len(), 1);
        narrow.actions = Some(vec!["delete".to_owned()]);
        assert!(told(&narrow, events(), Gathering::AsOnASocket).is_empty());
        narrow.actions = None;
        narrow.entities = Some(vec!["branch".to_owned()]);
        assert!(told(&narrow, events(), Gathering::AsOnASocket).is_empty());
    }

    #[test]
    fn what_agents_do_is_waited_for_from_the_first_of_it_on() {
        let at = |millis, event: Event| Event { at: millis, ..event };
        let wait = |events: &[Event], now| {
            still_gathering(events, Gathering::AsOnASocket, now).map(|wait| wait.as_millis())
        };
        let agents = [at(1000, ai(11, 1, "p:1", "a")), at(1400, ai(12, 2, "p:1", "b"))];
        assert_eq!((wait(&agents, 1450), wait(&agents, 1500)), (Some(50), None));
        assert_eq!(wait(&agents, 0), Some(500), "clocks differ");
        assert_eq!(wait(&[at(1000, event(11, 1, "p:1", "a"))], 1000), None, "people are not waited for");
    }

    #[test]
    fn by_wish_everything_is_waited_for_from_the_first_of_it_on() {
        let at = |millis, event: Event| Event { at: millis, ..event };
        let wait = |window, events: &[Event], now| {
            let by_topic = Gathering::ByTopic(Duration::from_millis(window));
            still_gathering(events, by_topic, now).map(|wait| wait.as_millis())
        };
        let people = [at(1000, event(11, 1, "p:1", "a")), at(1400, event(12, 2, "p:1", "b"))];
        assert_eq!((wait(1000, &people, 1100), wait(1000, &people, 2000)), (Some(900), None));
        assert_eq!(
            wait(100, &[at(1000, ai(11, 1, "p:1", "a"))], 1200),
            Some(300),
            "and agents at least as ever"
        );
        assert_eq!(wait(1000, &[], 1000), None);
    }

    #[test]
    fn by_wish_all_of_a_topic_is_one_bulk_with_the_last_of_each_row() {
        let events = vec![event(11, 1, "p:1", "a"), event(12, 2, "p:2", "b"), event(13, 3, "p:1", "a")];
        let told = told(&page(&["p:1", "p:2"]), events, Gathering::ByTopic(Duration::ZERO));
        let sequences: Vec<_> = told.iter().map(|one| (one.topic.as_str(), one.sequence)).collect();
        assert_eq!(sequences, [("p:1", 13), ("p:2", 12)]);
    }
}
