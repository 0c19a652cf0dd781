//! Who is connected now: what `/ws/stats` tells, how many one user may be, and what an administrator can end.
//!
//! Invariant: whoever listens stands here from before its first message until it is dropped, and nobody waits for
//! anybody else: all locks are held for moments.

use std::collections::HashMap;
use std::net::IpAddr;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use serde::Serialize;
use uuid::Uuid;

use super::subscriptions::Subscriptions;
use crate::auth::Principal;
use crate::stream::event::Topic;
use crate::stream::hub::{Hub, Subscriber};

/// How somebody listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// A WebSocket.
    WebSocket,
    /// Server-Sent Events.
    Sse,
    /// One long poll.
    Poll,
}

/// From where somebody listens, and how.
#[derive(Debug, Clone, Copy)]
pub struct Guest {
    /// How.
    pub transport: Transport,
    /// The client's address, as far as it is known.
    pub address: Option<IpAddr>,
}

/// One who listens now.
#[derive(Debug)]
pub struct Connection {
    /// `metadata.sessionId` of what it is told.
    pub id: Uuid,
    /// Whose it is.
    pub user_id: Uuid,
    /// The user's name.
    pub handle: Box<str>,
    /// From where, and how.
    pub guest: Guest,
    /// Since when.
    pub since: SystemTime,
    /// Its place in the hub.
    pub subscriber: Arc<Subscriber>,
    subscriptions: Mutex<Subscriptions>,
}

impl Connection {
    /// Its topics and what it has had of them; held for moments.
    pub fn subscriptions(&self) -> MutexGuard<'_, Subscriptions> {
        self.subscriptions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Up to where everything on each topic has been said.
    pub fn positions_said(&self) -> HashMap<Topic, i64> {
        self.subscriptions().positions(&HashMap::new())
    }

    /// The same, with topics on which nothing came. Unknown while another epoch waits to be told.
    pub fn positions(&self, hub: &Hub) -> Option<HashMap<Topic, i64>> {
        let topics: Vec<Topic> = self.subscriptions().topics().cloned().collect();
        // In this order: what these positions count was put into the outbox before.
        let sent = hub.positions(&topics);
        let unsaid = self.subscriber.outbox.first()?;
        let said = self.positions_said();
        let at = |topic: &Topic, sent: i64| sent.min(unsaid - 1).max(said.get(topic).copied().unwrap_or(0));
        Some(sent.into_iter().map(|(topic, sent)| (topic.clone(), at(&topic, sent))).collect())
    }
}

/// Everyone who listens.
#[derive(Debug, Default)]
pub struct Connections {
    open: Mutex<HashMap<Uuid, Arc<Connection>>>,
    users: Mutex<HashMap<Uuid, usize>>,
}

impl Connections {
    /// One more of a user's; `None` when there are as many as there may be.
    pub fn enter(self: &Arc<Self>, user: Uuid, most: usize) -> Option<Presence> {
        let mut users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
        let present = users.entry(user).or_default();
        (*present < most).then(|| {
            *present += 1;
            Presence { connections: self.clone(), user }
        })
    }

    /// Enters a connection without topics, until the answer is dropped.
    pub fn open(self: &Arc<Self>, who: &Principal, guest: Guest, subscriber: Arc<Subscriber>) -> Open {
        let connection = Arc::new(Connection {
            id: Uuid::now_v7(),
            user_id: who.user_id,
            handle: who.handle.as_str().into(),
            guest,
            since: SystemTime::now(),
            subscriber,
            subscriptions: Mutex::default(),
        });
        self.lock().insert(connection.id, connection.clone());
        Open { connections: self.clone(), connection }
    }

    /// The one with this id.
    pub fn get(&self, id: Uuid) -> Option<Arc<Connection>> {
        self.lock().get(&id).cloned()
    }

    /// All of them.
    pub fn all(&self) -> Vec<Arc<Connection>> {
        self.lock().values().cloned().collect()
    }

    /// How many different users.
    pub fn users(&self) -> usize {
        self.users.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, Arc<Connection>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that is entered, until it is dropped.
#[derive(Debug)]
pub struct Open {
    connections: Arc<Connections>,
    connection: Arc<Connection>,
}

impl Deref for Open {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.connections.lock().remove(&self.connection.id);
    }
}

/// One of a user's connections, until it is dropped.
#[derive(Debug)]
pub struct Presence {
    connections: Arc<Connections>,
    user: Uuid,
}

impl Drop for Presence {
    fn drop(&mut self) {
        let mut users = self.connections.users.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(present) = users.get_mut(&self.user) {
            *present -= 1;
            if *present == 0 {
                users.remove(&self.user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::batch::{Departure, Kind};
    use crate::stream::event::sample::event;
    use crate::stream::message::Message;

    fn message(sequence: i64) -> Arc<Message> {
        let events = vec![Arc::new(event(sequence, 1, "p:1", "k"))];
        let topic: Topic = "p:1".into();
        let departure =
            Departure { topic, events, kind: Kind::Transaction, first: sequence, position: sequence };
        Arc::new(Message::new(departure, Uuid::nil(), 0, 0))
    }

    #[test]
    fn a_position_does_not_pass_what_waits_to_be_said_and_says_nothing_while_the_epoch_turns() {
        let hub = Hub::new(1 << 20, Uuid::nil(), 10);
        let connection = Connection {
            id: Uuid::nil(),
            user_id: Uuid::nil(),
            handle: "ann".into(),
            guest: Guest { transport: Transport::Sse, address: None },
            since: SystemTime::now(),
            subscriber: hub.subscriber(1 << 20),
            subscriptions: Mutex::default(),
        };
        let wanted: Vec<(Topic, i64)> = vec![("p:1".into(), 10), ("p:2".into(), 10)];
        for (topic, floor) in &wanted {
            connection.subscriptions().begin(topic.clone(), *floor);
        }
        hub.register(&connection.subscriber, &wanted);
        let lowest = || connection.positions(&hub).map(|positions| positions.into_values().min().unwrap());
        hub.publish(vec![message(13), message(12)], 15, HashMap::new(), 0);
        assert_eq!(lowest(), Some(11));
        assert!(connection.subscriber.outbox.take().unwrap().is_some());
        assert_eq!(lowest(), Some(11), "what was gathered comes after what came later");
        assert!(connection.subscriber.outbox.take().unwrap().is_some());
        assert_eq!(lowest(), Some(15), "also on the topic on which nothing happened");
        hub.turn(Uuid::from_u128(1), 3);
        assert_eq!(lowest(), None);
    }
}
