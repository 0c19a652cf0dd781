//! What a client missed while it was away.
//!
//! Invariant: the answer is complete or says that it is not. Recent messages come from the hub's memory, fixed in the
//! same step in which the subscriber is registered for what comes live; what is older comes from the log, up to where
//! the memory begins. The three parts do not overlap and leave nothing out. Who missed something of the same
//! stretch shares one reading of the log: see [`super::pages`].

use std::collections::BTreeSet;
use std::sync::Arc;

use super::connections::Connection;
use super::pages::{Page, Range, Read};
use super::{Gateway, store};
use crate::db::problem::Problem;
use crate::stream::batch::{Batch, BatchSettings, Gather};
use crate::stream::event::{Event, Topic};
use crate::stream::message::{Message, View};

/// Events that are read from the log at once; who missed more gets them page by page.
const MAX_EVENTS: i32 = 5000;
/// Events that are read for several at once.
const MAX_TOGETHER: i32 = 2 * MAX_EVENTS;

/// Why a client cannot be brought up to date by messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotRecovered {
    /// A reason for the client.
    Because(&'static str),
    /// The database did not answer; trying again may help.
    Problem(Problem),
}

/// What a client missed.
#[derive(Debug, Default)]
pub struct Missed {
    /// Messages in the order in which they are to be sent.
    pub messages: Vec<(Arc<Message>, View)>,
    /// Where the caller's memberships changed: the carriers of the changes.
    pub memberships: Vec<Topic>,
    /// There is more after this position: nothing that comes live may follow.
    pub ends_at: Option<i64>,
}

impl Missed {
    fn add(&mut self, messages: &[Arc<Message>], connection: &Connection, ours: Option<&Topic>) {
        let mut subscriptions = connection.subscriptions();
        for message in messages {
            if ours.is_some_and(|ours| message.is_for(ours)) && !self.memberships.contains(&message.topic) {
                self.memberships.push(message.topic.clone());
            }
            if let Some(view) = subscriptions.view(message) {
                self.messages.push((message.clone(), view));
            }
        }
    }
}

/// Registers the connection for the topics and answers with everything after the given positions, or with as much of it
/// as one look into the log brings: then it is to be asked again from there, for topics that are held meanwhile. Where memberships
/// are to be looked at too, `ours` is the caller's own topic; it is registered and not shown.
///
/// # Errors
/// [`NotRecovered`]. The connection stays registered: a `sync` follows.
pub async fn resume(
    gateway: &Gateway,
    connection: &Connection,
    epoch: &str,
    wanted: &[(Topic, i64)],
    ours: Option<&(Topic, i64)>,
) -> Result<Missed, NotRecovered> {
    let heard: Vec<(Topic, i64)> = wanted.iter().chain(ours).cloned().collect();
    gateway.listen(heard.iter().map(|(topic, _)| topic)).await.map_err(NotRecovered::Problem)?;
    let topics: Vec<Topic> = wanted.iter().map(|(topic, _)| topic.clone()).collect();
    connection.subscriptions().expect(&topics);
    let registration = gateway.hub.register(&connection.subscriber, &heard);
    if !epoch.eq_ignore_ascii_case(&registration.epoch.to_string()) {
        return Err(NotRecovered::Because("epoch_changed"));
    }
    let highest = heard.iter().map(|(_, position)| *position).max().unwrap_or(0);
    let lowest = heard.iter().map(|(_, position)| *position).min().unwrap_or(i64::MAX);
    check_exists(gateway, highest).await?;
    for (topic, position) in wanted {
        let mut subscriptions = connection.subscriptions();
        if subscriptions.is_held(topic) {
            subscriptions.go_on(topic);
        } else {
            subscriptions.begin(topic.clone(), *position);
        }
    }
    let own_topic = ours.map(|(topic, _)| topic);
    let mut missed = Missed::default();
    if lowest < registration.floor {
        let (epoch, floor) = (registration.epoch, registration.floor);
        let range = Range::new(epoch, heard.iter().map(|(topic, _)| topic), lowest, floor);
        let page = gateway.replays.page(&range, |ranges| older(gateway, ranges)).await?;
        missed.add(&page.messages, connection, own_topic);
        let upto = page.ends_at.unwrap_or(floor);
        topics.iter().for_each(|topic| connection.subscriptions().raise(topic, upto));
        missed.ends_at = page.ends_at;
    }
    if missed.ends_at.is_none() {
        missed.add(&registration.recent, connection, own_topic);
    }
    Ok(missed)
}

/// A position may lie ahead of this node, if another one is ahead or a backlog is being told, but not ahead of what a
/// snapshot says.
async fn check_exists(gateway: &Gateway, highest: i64) -> Result<(), NotRecovered> {
    let (_, fed) = gateway.hub.head();
    if highest <= fed {
        return Ok(());
    }
    let head = store::as_of_head(&gateway.pool).await.map_err(NotRecovered::Problem)?;
    if highest <= head { Ok(()) } else { Err(NotRecovered::Because("position_unknown")) }
}

/// What was missed, page by page: by one way through the log if that is not too much at once.
async fn older(gateway: &Gateway, ranges: Vec<Range>) -> Vec<Read> {
    if ranges.len() > 1
        && let Some(found) = together(gateway, &ranges).await
    {
        return found;
    }
    let mut pages = Vec::with_capacity(ranges.len());
    for range in &ranges {
        let read = store::read(&gateway.pool, range.after, MAX_EVENTS + 1, &range.topics).await;
        pages.push(match read {
            Ok(events) => page(gateway, range, events.into_iter().map(Arc::new).collect()).await,
            Err(problem) if problem.status == 410 => Err(NotRecovered::Because("position_not_available")),
            Err(problem) => Err(NotRecovered::Problem(problem)),
        });
    }
    pages
}

/// `None` when it is too much, or refused: each for itself may fare better.
async fn together(gateway: &Gateway, ranges: &[Range]) -> Option<Vec<Read>> {
    let after = ranges.iter().map(|range| range.after).min()?;
    let topics: BTreeSet<&Topic> = ranges.iter().flat_map(|range| &range.topics).collect();
    let topics: Vec<Topic> = topics.into_iter().cloned().collect();
    let events = store::read(&gateway.pool, after, MAX_TOGETHER + 1, &topics).await.ok()?;
    if is_more(&events, MAX_TOGETHER) {
        return None;
    }
    let events: Vec<Arc<Event>> = events.into_iter().map(Arc::new).collect();
    let mut pages = Vec::with_capacity(ranges.len());
    for range in ranges {
        let of_range = |event: &&Arc<Event>| {
            event.sequence > range.after
                && event.topics.iter().any(|topic| range.topics.binary_search(topic).is_ok())
        };
        let first = usize::try_from(MAX_EVENTS + 1).unwrap_or(usize::MAX);
        pages.push(page(gateway, range, events.iter().filter(of_range).take(first).cloned().collect()).await);
    }
    Some(pages)
}

fn is_more<E>(events: &[E], than: i32) -> bool {
    usize::try_from(than).is_ok_and(|than| events.len() > than)
}

/// Events of a range, at most one too many, up to its end or to where a page ends before that.
async fn page(gateway: &Gateway, range: &Range, mut events: Vec<Arc<Event>>) -> Read {
    let Range { after, upto, .. } = *range;
    let ends_at = match events.last() {
        Some(last) if is_more(&events, MAX_EVENTS) && last.sequence <= upto => {
            Some(end_of_page(gateway, after, last.sequence - 1).await?)
        }
        _ => None,
    };
    events.retain(|event| event.sequence <= ends_at.unwrap_or(upto));
    Ok(Page { messages: messages_of(events, after, ends_at.unwrap_or(upto), range.epoch), ends_at })
}

/// A page ends with a tick, so that no transaction is torn.
async fn end_of_page(gateway: &Gateway, after: i64, upto: i64) -> Result<i64, NotRecovered> {
    let too_far = NotRecovered::Because("too_far_behind");
    let end = store::end_of_tick(&gateway.pool, upto).await.map_err(NotRecovered::Problem)?;
    end.filter(|end| *end > after).ok_or(too_far)
}

/// Events of the log as the messages they would have been had nobody gathered anything.
fn messages_of(events: Vec<Arc<Event>>, after: i64, upto: i64, epoch: uuid::Uuid) -> Vec<Arc<Message>> {
    let timestamp = events.last().map_or(0, |event| event.at);
    let one_by_one = BatchSettings { gather: Gather::Nobody, ..BatchSettings::default() };
    let departures = Batch::new(one_by_one, after).accept(events, upto, 0);
    departures
        .into_iter()
        .map(|departure| Arc::new(Message::new(departure, epoch, after, timestamp)))
        .collect()
}
