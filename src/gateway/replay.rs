//! What a client missed while it was away.
//!
//! Invariant: the answer is complete or says that it is not. Recent messages come from the hub's memory, fixed in the
//! same step in which the subscriber is registered for what comes live; what is older comes from the log, up to where
//! the memory begins. The three parts do not overlap and leave nothing out.

use std::sync::Arc;

use super::connections::Connection;
use super::{Gateway, store};
use crate::db::problem::Problem;
use crate::stream::batch::{Batch, BatchSettings};
use crate::stream::event::{Event, Topic};
use crate::stream::message::{Message, MessageSettings, View};

/// Events that are read from the log for one client; who missed more takes a new snapshot.
const MAX_EVENTS: i32 = 5000;

/// Why a client cannot be brought up to date by messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotRecovered {
    /// A reason for the client.
    Because(&'static str),
    /// The database did not answer; trying again may help.
    Problem(Problem),
}

/// Messages in the order in which they are to be sent.
pub type Missed = Vec<(Arc<Message>, View)>;

/// Registers the connection for the topics and answers with everything after the given positions.
///
/// # Errors
/// [`NotRecovered`]. The connection stays registered: a `sync` follows.
pub async fn resume(
    gateway: &Gateway,
    connection: &Connection,
    epoch: &str,
    wanted: &[(Topic, i64)],
) -> Result<Missed, NotRecovered> {
    gateway.listen(wanted.iter().map(|(topic, _)| topic)).await.map_err(NotRecovered::Problem)?;
    let topics: Vec<Topic> = wanted.iter().map(|(topic, _)| topic.clone()).collect();
    connection.subscriptions().expect(&topics);
    let registration = gateway.hub.register(&connection.subscriber, wanted);
    if !epoch.eq_ignore_ascii_case(&registration.epoch.to_string()) {
        return Err(NotRecovered::Because("epoch_changed"));
    }
    let highest = wanted.iter().map(|(_, position)| *position).max().unwrap_or(0);
    let lowest = wanted.iter().map(|(_, position)| *position).min().unwrap_or(i64::MAX);
    check_exists(gateway, highest).await?;
    for (topic, position) in wanted {
        connection.subscriptions().begin(topic.clone(), *position);
    }
    let mut missed = Missed::new();
    if lowest < registration.floor {
        let events = older(gateway, wanted, lowest, registration.floor).await?;
        let messages = messages_of(events, lowest, registration.floor, registration.epoch);
        missed.extend(seen(connection, messages));
        for (topic, _) in wanted {
            connection.subscriptions().raise(topic, registration.floor);
        }
    }
    missed.extend(seen(connection, registration.recent));
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

async fn older(
    gateway: &Gateway,
    wanted: &[(Topic, i64)],
    after: i64,
    upto: i64,
) -> Result<Vec<Event>, NotRecovered> {
    let _turn = gateway.replays.acquire().await.map_err(|_| NotRecovered::Because("restarting"))?;
    let topics: Vec<Topic> = wanted.iter().map(|(topic, _)| topic.clone()).collect();
    let read = store::read(&gateway.pool, after, MAX_EVENTS + 1, &topics).await;
    let mut events = read.map_err(|problem| match problem.status {
        410 => NotRecovered::Because("position_not_available"),
        _ => NotRecovered::Problem(problem),
    })?;
    let is_cut = events.len() > usize::try_from(MAX_EVENTS).unwrap_or(usize::MAX);
    if is_cut && events.last().is_some_and(|event| event.sequence <= upto) {
        return Err(NotRecovered::Because("too_far_behind"));
    }
    events.retain(|event| event.sequence <= upto);
    Ok(events)
}

/// Events of the log as the messages they would have been had nobody gathered anything.
fn messages_of(events: Vec<Event>, after: i64, upto: i64, epoch: uuid::Uuid) -> Vec<Arc<Message>> {
    let timestamp = events.last().map_or(0, |event| event.at);
    let one_by_one = BatchSettings { gather: false, ..BatchSettings::default() };
    let departures =
        Batch::new(one_by_one, after).accept(events.into_iter().map(Arc::new).collect(), upto, 0);
    departures
        .into_iter()
        .map(|departure| {
            Arc::new(Message::new(departure, epoch, after, timestamp, MessageSettings { cascade: true }))
        })
        .collect()
}

fn seen(connection: &Connection, messages: Vec<Arc<Message>>) -> Missed {
    let mut subscriptions = connection.subscriptions();
    messages
        .into_iter()
        .filter_map(|message| subscriptions.view(&message).map(|view| (message.clone(), view)))
        .collect()
}
