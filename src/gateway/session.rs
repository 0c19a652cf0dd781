//! The conversation of one socket: who it is, what it asks, what it is told.
//!
//! ```text
//! credential ─> register and buffer ─> work.sync ─> `sync` ─> what came later ─> …
//! ```
//!
//! Invariant: requests are handled one after the other between deliveries, so what is said about a topic (`sync`, an
//! ack with positions) is never overtaken by its messages. While a request waits for the database, messages gather in
//! the outbox, which is bounded.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::extract::ws::WebSocket;
use rand::RngExt;
use serde::Serialize;
use serde_json::json;
use serde_json::value::to_raw_value;
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;

use super::protocol::{self, Complaint, Frame, Goodbye, HeartbeatPayload, SyncPayload, SyncReason};
use super::socket::{self, Ear, End, Heard, MAX_TEXT, Mouth};
use super::subscriptions::Subscriptions;
use super::{Gateway, store};
use crate::db::problem::Problem;
use crate::stream::event::{Event, Topic};
use crate::stream::hub::Subscriber;
use crate::stream::log::epoch_millis;
use crate::stream::message::Message;
use crate::stream::outbox::Item;

mod admission;
mod requests;

/// Messages that may leave with one write; after them a client's request gets its turn.
const AT_ONCE: usize = 64;

pub use admission::Hello;
use admission::{Caller, admit};

/// Serves one socket until it ends.
pub async fn serve(gateway: Arc<Gateway>, socket: WebSocket, hello: Hello) {
    let (mouth, mut ear) = socket::split(socket, gateway.manners.timeout);
    gateway.counters.connections.add(1);
    gateway.counters.connections_ever.add(1);
    let (mouth, end) = match admit(&gateway, &mut ear, &hello).await {
        Ok((caller, correlation_id)) => {
            let mut session = Session::new(gateway.clone(), mouth, caller);
            let end = session.run(&mut ear, hello.wants_sync, correlation_id).await;
            (session.leave(), end)
        }
        Err(end) => (mouth, end),
    };
    gateway.counters.connections.add(-1);
    if let End::Goodbye(goodbye) = end {
        gateway.counters.closed(goodbye);
        tracing::debug!(close.code = goodbye.code(), "Socket closed");
        socket::close(mouth, ear, goodbye).await;
    }
}

/// One authenticated socket.
struct Session {
    gateway: Arc<Gateway>,
    mouth: Mouth,
    id: String,
    user_id: String,
    caller: Caller,
    subscriber: Arc<Subscriber>,
    subscriptions: Subscriptions,
    /// Where membership changes are told; registered, but not shown unless subscribed to.
    own_topic: Topic,
    /// Carriers of narrower topics that the caller may hear; forgotten when memberships change.
    trusted: HashSet<Topic>,
    /// New projects of the caller are subscribed to as they appear.
    follows_projects: bool,
    last_heard: Instant,
    pinged: bool,
    allowance: Allowance,
    /// When to say goodbye, once a drain has begun.
    leaving: Option<Instant>,
}

impl Session {
    fn new(gateway: Arc<Gateway>, mouth: Mouth, caller: Caller) -> Self {
        let subscriber = gateway.hub.subscriber(gateway.manners.queue_bytes);
        let user_id = caller.who.user_id.to_string();
        let now = Instant::now();
        Self {
            mouth,
            id: Uuid::now_v7().to_string(),
            own_topic: format!("user:{user_id}").into(),
            user_id,
            caller,
            subscriber,
            subscriptions: Subscriptions::default(),
            trusted: HashSet::new(),
            follows_projects: false,
            last_heard: now,
            pinged: false,
            allowance: Allowance { since: now, left: gateway.manners.max_messages_per_minute },
            leaving: None,
            gateway,
        }
    }

    /// Ends all registrations and gives the mouth back for the goodbye.
    fn leave(self) -> Mouth {
        let topics = self.subscriptions.topics().chain([&self.own_topic]);
        self.gateway.hub.leave(&self.subscriber, topics);
        self.mouth
    }

    async fn run(&mut self, ear: &mut Ear, wants_sync: bool, auth: Option<Option<String>>) -> End {
        match self.converse(ear, wants_sync, auth).await {
            Ok(never) => match never {},
            Err(end) => end,
        }
    }

    async fn converse(
        &mut self,
        ear: &mut Ear,
        wants_sync: bool,
        auth: Option<Option<String>>,
    ) -> Result<std::convert::Infallible, End> {
        if let Err(problem) = self.gateway.listen([&self.own_topic]).await {
            self.give_up(&problem).await?;
        }
        self.gateway.hub.register(&self.subscriber, &[(self.own_topic.clone(), i64::MAX)]);
        if wants_sync {
            self.follows_projects = true;
            self.begin_with_own_projects().await?;
        }
        if let Some(correlation_id) = auth {
            self.ack("auth", correlation_id.as_deref(), json!({"userId": self.user_id})).await?;
        }
        loop {
            self.mouth.flush(&self.subscriber.outbox).await?;
            let wake = self.next_timer();
            tokio::select! {
                heard = ear.next() => self.hear(heard?).await?,
                item = self.subscriber.outbox.next() => {
                    self.deliver(item.map_err(|_| Goodbye::TooSlow)?).await?;
                    self.deliver_waiting(AT_ONCE).await?;
                }
                () = sleep_until(wake) => self.on_timer().await?,
                () = self.gateway.draining.cancelled(), if self.leaving.is_none() => {
                    let window = self.gateway.drain_window().as_secs_f64();
                    self.leaving = Some(Instant::now() + Duration::from_secs_f64(rand::rng().random_range(0.0..=window)));
                }
            }
        }
    }

    async fn begin_with_own_projects(&mut self) -> Result<(), End> {
        let topics = match store::visible_projects(&self.gateway.pool, self.caller.who.user_id).await {
            Ok(topics) => topics,
            Err(problem) => return self.give_up(&problem).await,
        };
        match self.sync(topics, SyncReason::Connect).await? {
            Ok(()) => Ok(()),
            Err(problem) => self.give_up(&problem).await,
        }
    }

    /// Without a first snapshot there is nothing to build on.
    async fn give_up(&mut self, problem: &Problem) -> Result<(), End> {
        self.complain(Complaint::from_problem(problem), None, None).await?;
        Err(Goodbye::Internal.into())
    }

    /// Registers, reads the snapshot, sends it; what came in between and is in it will be dropped.
    async fn sync(&mut self, topics: Vec<Topic>, reason: SyncReason) -> Result<Result<(), Problem>, End> {
        let wanted: Vec<_> = topics.iter().map(|topic| (topic.clone(), i64::MAX)).collect();
        if let Err(problem) = self.gateway.listen(&topics).await {
            return Ok(Err(problem));
        }
        self.gateway.hub.register(&self.subscriber, &wanted);
        let snapshot = match store::sync(&self.gateway.pool, self.caller.who.limited_to(), &topics).await {
            Ok(snapshot) => snapshot,
            Err(problem) => {
                let unknown = topics.iter().filter(|topic| !self.subscriptions.contains(topic.as_str()));
                self.gateway.hub.leave(&self.subscriber, unknown);
                return Ok(Err(problem));
            }
        };
        for topic in &topics {
            self.subscriptions.begin(topic.clone(), snapshot.sequence);
        }
        let reason = to_raw_value(&reason).expect("a word");
        let positions: serde_json::Map<_, _> =
            topics.iter().map(|topic| (topic.to_string(), snapshot.sequence.into())).collect();
        let (names, positions) =
            (to_raw_value(&topics).expect("texts"), to_raw_value(&positions).expect("texts and numbers"));
        match SyncPayload::new(&snapshot.text, &reason, &names, &positions) {
            Ok(payload) => self.say("sync", snapshot.epoch, snapshot.sequence, None, payload).await.map(Ok),
            Err(_) => Ok(Err(Problem::new(500, "internal"))),
        }
    }

    /// Another epoch, or a message that cannot be sent: everything anew.
    async fn resync(&mut self) -> Result<(), End> {
        self.subscriptions.forget_chains();
        let topics: Vec<Topic> = self.subscriptions.topics().cloned().collect();
        match self.sync(topics, SyncReason::Resync).await? {
            Ok(()) => Ok(()),
            Err(problem) => self.give_up(&problem).await,
        }
    }

    async fn deliver(&mut self, item: Item) -> Result<(), End> {
        match item {
            Item::Message(message) => self.pass(&message).await,
            Item::Resync => self.resync().await,
        }
    }

    /// What else is there, up to so many, so that many messages leave with one write.
    async fn deliver_waiting(&mut self, most: usize) -> Result<(), End> {
        for _ in 0..most {
            match self.subscriber.outbox.take().map_err(|_| Goodbye::TooSlow)? {
                Some(item) => self.deliver(item).await?,
                None => break,
            }
        }
        Ok(())
    }

    async fn pass(&mut self, message: &Message) -> Result<(), End> {
        let is_ours =
            |event: &Arc<Event>| event.addressed(&message.topic).any(|topic| *topic == self.own_topic);
        let concerns_us = message.events.iter().any(is_ours);
        if self.is_strange(&message.topic) && !self.may_hear(&message.topic).await? && !concerns_us {
            // Something went where the caller may not follow: what is left here, without what it became there.
            return if self.subscriptions.view(message).is_some() { self.resync().await } else { Ok(()) };
        }
        if let Some(view) = self.subscriptions.view(message) {
            let text = message.text(&view);
            if text.len() > MAX_TEXT {
                tracing::warn!(bytes = text.len(), "A message is too large to send; a snapshot goes instead");
                return self.resync().await;
            }
            self.gateway.counters.sent.add(1);
            self.mouth.say(text, &self.subscriber.outbox).await?;
        }
        if concerns_us { self.recheck().await } else { Ok(()) }
    }

    /// A narrower topic (a branch, a task) may have moved to where the caller may not follow it.
    fn is_strange(&self, carrier: &Topic) -> bool {
        !self.caller.who.is_admin
            && !self.subscriptions.is_empty()
            && *carrier != self.own_topic
            && !self.subscriptions.contains(carrier.as_str())
            && !self.trusted.contains(carrier)
    }

    async fn hear(&mut self, heard: Heard) -> Result<(), End> {
        self.last_heard = Instant::now();
        self.pinged = false;
        let Heard::Text(text) = heard else { return Ok(()) };
        self.gateway.counters.received.add(1);
        self.allowance.spend(self.gateway.manners.max_messages_per_minute)?;
        let incoming = protocol::read(&text).map_err(|_| End::from(Goodbye::Malformed))?;
        let correlation_id = incoming.correlation_id.as_deref();
        match incoming.request {
            Ok(request) => self.answer(request, correlation_id).await,
            Err((of, message)) => {
                let code =
                    if message.starts_with("unknown variant") { "unknown_type" } else { "malformed_message" };
                self.complain(Complaint::new(code, message), of.as_deref(), correlation_id).await
            }
        }
    }

    fn next_timer(&self) -> Instant {
        let manners = &self.gateway.manners;
        let heard = if self.pinged { manners.timeout } else { manners.heartbeat };
        let silence = self.last_heard + heard;
        let heartbeat = self.mouth.last_said() + manners.heartbeat;
        let leaving = self.leaving.unwrap_or(silence);
        silence.min(heartbeat).min(self.caller.who.expires).min(leaving)
    }

    async fn on_timer(&mut self) -> Result<(), End> {
        let now = Instant::now();
        if self.leaving.is_some_and(|at| now >= at) {
            // The publisher has ended, so this does too.
            self.deliver_waiting(usize::MAX).await?;
            self.mouth.flush(&self.subscriber.outbox).await?;
            return Err(Goodbye::Restart.into());
        }
        if now >= self.caller.who.expires {
            return Err(Goodbye::Unauthenticated.into());
        }
        let silent = now - self.last_heard;
        if silent >= self.gateway.manners.timeout {
            return Err(Goodbye::Silent.into());
        }
        if silent >= self.gateway.manners.heartbeat && !self.pinged {
            self.pinged = true;
            self.mouth.ping(&self.subscriber.outbox).await?;
        }
        if now - self.mouth.last_said() >= self.gateway.manners.heartbeat {
            self.heartbeat().await?;
        }
        Ok(())
    }

    async fn heartbeat(&mut self) -> Result<(), End> {
        let (epoch, sequence) = self.gateway.hub.head();
        let positions = self.positions();
        let payload =
            HeartbeatPayload { epoch, sequence, positions, server_time: epoch_millis(SystemTime::now()) };
        self.say("heartbeat", epoch, sequence, None, payload).await
    }

    fn positions(&self) -> std::collections::HashMap<Topic, i64> {
        self.subscriptions.positions(&self.gateway.hub.positions(self.subscriptions.topics()))
    }

    async fn ack(
        &mut self,
        of: &str,
        correlation_id: Option<&str>,
        mut payload: serde_json::Value,
    ) -> Result<(), End> {
        payload["ok"] = true.into();
        payload["of"] = of.into();
        let (epoch, sequence) = self.gateway.hub.head();
        self.say("ack", epoch, sequence, correlation_id, payload).await
    }

    async fn complain(
        &mut self,
        complaint: Complaint,
        of: Option<&str>,
        correlation_id: Option<&str>,
    ) -> Result<(), End> {
        let (epoch, sequence) = self.gateway.hub.head();
        let complaint = Complaint { of: of.map(str::to_owned), ..complaint };
        self.say("error", epoch, sequence, correlation_id, complaint).await
    }

    async fn say(
        &mut self,
        kind: &'static str,
        epoch: Uuid,
        sequence: i64,
        correlation_id: Option<&str>,
        payload: impl Serialize,
    ) -> Result<(), End> {
        let frame = Frame {
            kind,
            epoch,
            sequence,
            timestamp: epoch_millis(SystemTime::now()),
            user_id: Some(&self.user_id),
            session_id: Some(&self.id),
            correlation_id,
        };
        let text = frame.encode(payload);
        self.gateway.counters.sent.add(1);
        self.mouth.say(text.into(), &self.subscriber.outbox).await
    }
}

/// Messages that a client may still send in this minute.
#[derive(Debug)]
struct Allowance {
    since: Instant,
    left: u32,
}

impl Allowance {
    fn spend(&mut self, per_minute: u32) -> Result<(), End> {
        if self.since.elapsed() >= Duration::from_secs(60) {
            *self = Self { since: Instant::now(), left: per_minute };
        }
        self.left = self.left.checked_sub(1).ok_or(End::from(Goodbye::TooMany))?;
        Ok(())
    }
}
