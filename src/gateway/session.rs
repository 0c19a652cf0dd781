//! One who listens, by whatever transport: who it is, what it may hear, what it is told.
//!
//! ```text
//! register and buffer ─> work.sync ─> `sync` ─> what came later ─> …
//! ```
//!
//! Invariants:
//! - everything is said in one order, into [`Session::take_said`], from where the transport takes it, so what is said
//!   about a topic (`sync`, an ack with positions) is never overtaken by its messages;
//! - nothing here waits for the client. While the database is asked, messages gather in the outbox, which is bounded;
//! - whatever was registered is left when the session is dropped, at any point.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::SystemTime;

use axum::extract::ws::Utf8Bytes;
use serde::Serialize;
use tokio::sync::watch;
use tokio::time::Instant;
use uuid::Uuid;

use super::ack::{Ack, AckPayload, Welcome};
use super::connections::{Guest, Open};
use super::protocol::{Complaint, Frame, Goodbye, HeartbeatPayload, SyncPayload, SyncReason};
use super::socket::MAX_TEXT;
use super::{Gateway, store};
use crate::auth::Refusal;
use crate::db::problem::Problem;
use crate::features::{Feature, Standings};
use crate::stream::event::Topic;
use crate::stream::log::epoch_millis;
use crate::stream::message::{Message, View};
use crate::stream::outbox::{Item, Outbox};
use crate::stream::position::Position;

pub mod admission;
pub mod beginning;
mod catching_up;
mod requests;
mod rights;

use admission::Caller;
use catching_up::Behind;

/// Something to be said to the client.
#[derive(Debug)]
pub enum Said {
    /// As it goes out.
    Text(Utf8Bytes),
    /// What was missed, written when its turn comes: there may be much of it.
    Missed(Arc<Message>, View),
}

impl Said {
    /// The JSON text.
    pub fn text(&self) -> Utf8Bytes {
        match self {
            Self::Text(text) => text.clone(),
            Self::Missed(message, view) => message.text(view),
        }
    }
}

/// One who listens.
#[derive(Debug)]
pub struct Session {
    gateway: Arc<Gateway>,
    caller: Caller,
    open: Open,
    /// Where membership changes are told; registered, but not shown unless subscribed to.
    own_topic: Topic,
    /// Carriers of narrower topics that the caller may hear; forgotten when memberships change.
    trusted: HashSet<Topic>,
    /// New projects of the caller are subscribed to as they appear.
    follows_projects: bool,
    /// Whether features are switched.
    switches: watch::Receiver<Standings>,
    /// The last that was settled.
    position: Position,
    /// What was missed and is not told yet; few have any of it, so it is elsewhere.
    behind: Option<Box<Behind>>,
    said: Vec<Said>,
}

impl Drop for Session {
    fn drop(&mut self) {
        let subscriptions = self.open.subscriptions();
        let topics = subscriptions.topics().chain([&self.own_topic]);
        self.gateway.hub.leave(&self.open.subscriber, topics);
    }
}

impl Session {
    /// A session without topics.
    pub fn new(gateway: &Arc<Gateway>, caller: Caller, guest: Guest) -> Self {
        let subscriber = gateway.hub.subscriber(gateway.manners.queue_bytes);
        let open = gateway.connections.open(&caller.who, guest, subscriber);
        Self {
            gateway: gateway.clone(),
            own_topic: format!("user:{}", caller.who.user_id).into(),
            caller,
            open,
            trusted: HashSet::new(),
            follows_projects: false,
            switches: gateway.features.changes(),
            position: Position { epoch: Uuid::nil(), sequence: 0 },
            behind: None,
            said: Vec::new(),
        }
    }

    /// What waits for the client.
    pub fn outbox(&self) -> &Outbox {
        &self.open.subscriber.outbox
    }

    /// When the credential ends.
    pub fn expires(&self) -> Instant {
        self.caller.who.expires
    }

    /// What is to be sent now, in this order.
    pub fn take_said(&mut self) -> Vec<Said> {
        std::mem::take(&mut self.said)
    }

    /// How much of it there is.
    pub fn saying(&self) -> usize {
        self.said.len()
    }

    /// Up to where everything was said when that was last settled.
    pub fn position(&self) -> Position {
        self.position
    }

    /// Up to where everything will have been said when what is said by now has been sent.
    pub fn settle(&mut self) -> Position {
        let (epoch, fed) = self.gateway.hub.head();
        if epoch == self.position.epoch
            && let Some(positions) = self.open.positions(&self.gateway.hub)
        {
            let lowest = positions.values().copied().min().unwrap_or(fed);
            self.position.sequence = lowest.max(self.position.sequence);
        }
        self.position
    }

    /// From now on changes of the caller's memberships are heard.
    ///
    /// # Errors
    /// `database_unavailable`
    pub async fn hear_of_memberships(&mut self) -> Result<(), Problem> {
        self.gateway.listen([&self.own_topic]).await?;
        self.gateway.hub.register(&self.open.subscriber, &[(self.own_topic.clone(), i64::MAX)]);
        Ok(())
    }

    /// The snapshot of the caller's projects; new ones will follow.
    ///
    /// # Errors
    /// The database's.
    pub async fn begin_with_own_projects(&mut self) -> Result<(), Problem> {
        self.follows_projects = true;
        let topics = store::visible_projects(&self.gateway.pool, self.caller.who.user_id).await?;
        self.sync(topics, SyncReason::Connect).await
    }

    /// Without a first snapshot there is nothing to build on.
    pub fn give_up(&mut self, problem: &Problem) -> Goodbye {
        self.complain(Complaint::from_problem(problem), None, None);
        Goodbye::Internal
    }

    /// The credential counts no more: says why, and what to do.
    pub fn dismiss(&mut self, problem: &Problem) -> Goodbye {
        self.complain(Complaint::from_problem(problem), None, None);
        Goodbye::refusing(problem)
    }

    /// The credential has ended.
    pub fn expire(&mut self) -> Goodbye {
        self.dismiss(&Refusal::Expired.into())
    }

    /// Registers, reads the snapshot, says it; what came in between and is in it will be dropped.
    ///
    /// # Errors
    /// The database's. Topics that were not subscribed to before are not now either.
    pub async fn sync(&mut self, topics: Vec<Topic>, reason: SyncReason) -> Result<(), Problem> {
        self.gateway.listen(&topics).await?;
        self.open.subscriptions().expect(&topics);
        let wanted: Vec<_> = topics.iter().map(|topic| (topic.clone(), i64::MAX)).collect();
        self.gateway.hub.register(&self.open.subscriber, &wanted);
        let snapshot = match store::sync(&self.gateway.pool, self.caller.who.limited_to(), &topics).await {
            Ok(snapshot) => snapshot,
            Err(problem) => {
                let never_begun = self.open.subscriptions().expected();
                self.end(&never_begun);
                return Err(problem);
            }
        };
        for topic in &topics {
            self.open.subscriptions().begin(topic.clone(), snapshot.sequence);
        }
        if reason != SyncReason::Subscribe {
            self.position = Position { epoch: snapshot.epoch, sequence: snapshot.sequence };
        }
        let payload =
            SyncPayload::new(&snapshot, &topics, reason).map_err(|_| Problem::new(500, "internal"))?;
        self.say("sync", snapshot.epoch, snapshot.sequence, None, payload);
        Ok(())
    }

    /// Another epoch, or a message that cannot be sent: everything anew.
    async fn resync(&mut self) -> Result<(), Goodbye> {
        let topics: Vec<Topic> = {
            let mut subscriptions = self.open.subscriptions();
            subscriptions.forget_chains();
            subscriptions.topics().cloned().collect()
        };
        self.sync(topics, SyncReason::Resync).await.map_err(|problem| self.give_up(&problem))
    }

    /// Says what the hub has handed over, as far as it is for this client.
    ///
    /// # Errors
    /// Why the session ends.
    pub async fn deliver(&mut self, item: Item) -> Result<(), Goodbye> {
        match item {
            Item::Message(message) => self.pass(&message).await,
            Item::Resync => Box::pin(self.resync()).await,
        }
    }

    /// What else is there, up to so many, so that many messages leave with one write.
    ///
    /// # Errors
    /// Why the session ends.
    pub async fn deliver_waiting(&mut self, most: usize) -> Result<(), Goodbye> {
        for _ in 0..most {
            match self.outbox().take()? {
                Some(item) => self.deliver(item).await?,
                None => break,
            }
        }
        Ok(())
    }

    async fn pass(&mut self, message: &Message) -> Result<(), Goodbye> {
        if self.switches.has_changed().unwrap_or(false) {
            Box::pin(self.heed_features()).await;
        }
        let concerns_us = message.is_for(&self.own_topic);
        if self.is_strange(&message.topic) && !Box::pin(self.may_hear(&message.topic)).await? && !concerns_us
        {
            // Something went where the caller may not follow: what is left here, without what it became there.
            let was_for_us = self.open.subscriptions().view(message).is_some();
            return if was_for_us { Box::pin(self.resync()).await } else { Ok(()) };
        }
        let view = self.open.subscriptions().view(message);
        if let Some(view) = view {
            let text = message.text(&view);
            if text.len() > MAX_TEXT {
                tracing::warn!(bytes = text.len(), "A message is too large to send; a snapshot goes instead");
                return Box::pin(self.resync()).await;
            }
            self.said.push(Said::Text(text));
        }
        if concerns_us { Box::pin(self.hear_of_membership(&message.topic)).await } else { Ok(()) }
    }

    /// Whether this user's messages bring their cascades. Who cannot ask goes on as before, and asks again.
    pub(super) async fn heed_features(&mut self) {
        self.switches.mark_unchanged();
        match self.gateway.features.is_on(Feature::WsCascade, self.caller.who.user_id).await {
            Ok(is_on) => self.open.subscriptions().show_cascades(is_on),
            Err(_) => self.switches.mark_changed(),
        }
    }

    /// Memberships changed; one that was lost before this session began with its topics is told as well.
    async fn hear_of_membership(&mut self, carrier: &Topic) -> Result<(), Goodbye> {
        let was_heard = self.open.subscriptions().contains(carrier.as_str());
        self.recheck().await?;
        let is_heard = self.open.subscriptions().contains(carrier.as_str());
        if self.follows_projects && *carrier != self.own_topic && !was_heard && !is_heard {
            self.tell_revoked(carrier);
        }
        Ok(())
    }

    /// Up to where everything on each topic has been said, and what waits in the outbox has not.
    pub fn positions_said(&self) -> HashMap<Topic, i64> {
        self.open.positions_said()
    }

    /// Says where everything stands, unless there is more to say than that.
    pub fn heartbeat(&mut self) {
        let (epoch, sequence) = self.gateway.hub.head();
        let Some(positions) = self.open.positions(&self.gateway.hub) else { return };
        let payload =
            HeartbeatPayload { epoch, sequence, positions, server_time: epoch_millis(SystemTime::now()) };
        self.say("heartbeat", epoch, sequence, None, payload);
    }

    /// Answers a request, or says what became of the wishes of a stream.
    pub fn ack(&mut self, ack: Ack, correlation_id: Option<&str>) {
        let (epoch, sequence) = self.gateway.hub.head();
        self.say("ack", epoch, sequence, correlation_id, AckPayload { ok: true, ack });
    }

    /// The ack of a credential that came as a message.
    pub fn ack_auth(&mut self, correlation_id: Option<&str>) {
        self.ack(Ack::Auth(Welcome { user_id: self.caller.who.user_id }), correlation_id);
    }

    /// Says what is wrong.
    pub fn complain(&mut self, complaint: Complaint, of: Option<&str>, correlation_id: Option<&str>) {
        let (epoch, sequence) = self.gateway.hub.head();
        let complaint = Complaint { of: of.map(str::to_owned), ..complaint };
        self.say("error", epoch, sequence, correlation_id, complaint);
    }

    fn say(
        &mut self,
        kind: &'static str,
        epoch: Uuid,
        sequence: i64,
        correlation_id: Option<&str>,
        payload: impl Serialize,
    ) {
        let (user_id, session_id) = (self.caller.who.user_id.to_string(), self.open.id.to_string());
        let frame = Frame {
            kind,
            epoch,
            sequence,
            timestamp: epoch_millis(SystemTime::now()),
            user_id: Some(&user_id),
            session_id: Some(&session_id),
            correlation_id,
        };
        self.said.push(Said::Text(frame.encode(payload).into()));
    }
}
