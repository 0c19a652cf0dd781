//! The gateway: everyone who listens, by whatever transport, is a subscriber of the hub.
//!
//! - [`protocol`]: the message types of WebSocket protocol 2.0; [`ack`] is one of them, [`goodbye`] ends them.
//! - [`session`]: one who listens, by whatever transport: what it may hear, what it asks, what it is told.
//! - [`conversation`]: a session on a WebSocket; [`socket`] is its frames and its close code,
//!   [`wire`] its bytes.
//! - [`event_stream`]: a session as Server-Sent Events; [`poll`]: a session for one answer.
//! - [`connections`]: everyone who listens now; [`allowance`]: how much a client may say.
//! - [`subscriptions`]: what a subscriber has had and therefore gets (pure).
//! - [`replay`]: what a returning client missed; [`pages`]: read once for all who missed the same.
//! - [`store`]: the SQL functions that decide: who, what is visible, the snapshot, the writes.
//!
//! Invariant: a subscriber is registered and buffers before its snapshot is read, so that nothing falls between the
//! two; and it is told what it may assume only when that is fixed.

pub mod ack;
pub mod allowance;
pub mod connections;
pub mod conversation;
pub mod event_stream;
pub mod goodbye;
pub mod pages;
pub mod poll;
pub mod protocol;
pub mod replay;
pub mod session;
pub mod socket;
pub mod store;
pub mod subscriptions;
mod wire;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::auth::Authenticator;
use crate::config::Config;
use crate::db::pool::Pool;
use crate::db::problem::Problem;
use crate::features::Features;
use crate::stream::counters::{Counter, Gauge};
use crate::stream::event::Topic;
use crate::stream::hub::Hub;
use allowance::Rate;
use connections::{Connections, Transport};
use pages::Pages;
use protocol::Goodbye;

/// How long a client waits for the tick that begins to tell its topics.
const FIRST_TICK: Duration = Duration::from_secs(5);
/// How long a drain waits for who does not take its goodbye, beyond the window.
const GRACE: Duration = Duration::from_secs(5);

/// One socket's manners, as durations and sizes.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "tidegate.default.toml explains them")]
pub struct Manners {
    pub heartbeat: Duration,
    pub timeout: Duration,
    pub auth_timeout: Duration,
    pub max_connections: usize,
    pub max_connections_per_user: usize,
    pub max_message_bytes: usize,
    pub messages: Rate,
    pub max_topics: usize,
    pub queue_bytes: usize,
    pub drain: Duration,
}

impl From<&Config> for Manners {
    fn from(config: &Config) -> Self {
        let socket = &config.websocket;
        Self {
            heartbeat: Duration::from_secs(socket.heartbeat_interval),
            timeout: Duration::from_secs(socket.connection_timeout),
            auth_timeout: Duration::from_secs(socket.auth_timeout),
            max_connections: socket.max_connections,
            max_connections_per_user: socket.max_connections_per_user,
            max_message_bytes: socket.max_message_bytes,
            messages: Rate {
                per_second: socket.messages_per_second.into(),
                burst: socket.message_burst.into(),
            },
            max_topics: socket.max_topics,
            queue_bytes: socket.queue_bytes,
            drain: Duration::from_secs(config.http.drain_seconds),
        }
    }
}

/// What the gateway counts.
#[derive(Debug, Default)]
#[allow(missing_docs, reason = "the names of /metrics")]
pub struct Counters {
    pub connections: Gauge,
    pub streams: Gauge,
    pub polls: Gauge,
    pub connections_ever: Counter,
    pub sent: Counter,
    pub received: Counter,
    closes: Mutex<HashMap<u16, u64>>,
}

impl Counters {
    /// How often sockets were closed with this code.
    pub fn closes(&self, code: u16) -> u64 {
        self.closes.lock().unwrap_or_else(PoisonError::into_inner).get(&code).copied().unwrap_or(0)
    }

    /// Those who listen now by one transport.
    pub fn of(&self, transport: Transport) -> &Gauge {
        match transport {
            Transport::WebSocket => &self.connections,
            Transport::Sse => &self.streams,
            Transport::Poll => &self.polls,
        }
    }

    /// All who listen now.
    pub fn listening(&self) -> u64 {
        let all = self.connections.get() + self.streams.get() + self.polls.get();
        u64::try_from(all).unwrap_or(0)
    }

    fn closed(&self, goodbye: Goodbye) {
        *self.closes.lock().unwrap_or_else(PoisonError::into_inner).entry(goodbye.code()).or_default() += 1;
    }
}

/// What all sockets share.
#[derive(Debug)]
pub struct Gateway {
    /// Where messages come from.
    pub hub: Arc<Hub>,
    /// For questions to the database.
    pub pool: Pool,
    /// Who is who.
    pub authenticator: Authenticator,
    /// What is switched on.
    pub features: Features,
    /// How sockets behave.
    pub manners: Manners,
    /// What is counted.
    pub counters: Counters,
    /// Every open socket, so that a shutdown can wait for them.
    pub sockets: TaskTracker,
    /// Cancelled when sockets are to be closed.
    pub draining: CancellationToken,
    /// Who listens.
    pub connections: Arc<Connections>,
    replays: Pages,
}

impl Gateway {
    /// Without sockets.
    pub fn new(
        hub: Arc<Hub>,
        pool: Pool,
        authenticator: Authenticator,
        features: Features,
        manners: Manners,
    ) -> Self {
        Self {
            hub,
            pool,
            authenticator,
            features,
            manners,
            counters: Counters::default(),
            sockets: TaskTracker::new(),
            draining: CancellationToken::new(),
            connections: Arc::default(),
            replays: Pages::default(),
        }
    }

    /// Waits until the stream tells what these topics hear: see [`Hub::listen`].
    ///
    /// # Errors
    /// `database_unavailable` when no tick has been made for a while.
    async fn listen(&self, topics: impl IntoIterator<Item = &Topic>) -> Result<(), Problem> {
        timeout(FIRST_TICK, self.hub.listen(topics)).await.map_err(|_| Problem::unavailable())
    }

    /// Closes all sockets, spread so that their clients do not all come back at once, and waits for them: no longer than
    /// `http.drain_seconds` and [`GRACE`], whoever does not read.
    pub async fn drain(&self) {
        self.draining.cancel();
        self.sockets.close();
        if timeout(self.manners.drain + GRACE, self.sockets.wait()).await.is_err() {
            tracing::warn!(sockets = self.sockets.len(), "Sockets that do not read are dropped");
        }
    }

    /// Over how long the present sockets are closed.
    fn drain_window(&self) -> Duration {
        self.manners.drain.min(Duration::from_millis(2 * self.counters.listening()))
    }

    /// One more who listens by this transport; `None` when the node is full.
    pub fn count(self: &Arc<Self>, transport: Transport) -> Option<Counted> {
        let is_full = self.counters.listening() >= self.manners.max_connections as u64;
        (!is_full).then(|| Counted::new(self.clone(), transport))
    }
}

/// One who is counted as listening, until it is dropped.
#[derive(Debug)]
pub struct Counted {
    gateway: Arc<Gateway>,
    transport: Transport,
}

impl Counted {
    fn new(gateway: Arc<Gateway>, transport: Transport) -> Self {
        gateway.counters.of(transport).add(1);
        gateway.counters.connections_ever.add(u64::from(transport == Transport::WebSocket));
        Self { gateway, transport }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.gateway.counters.of(self.transport).add(-1);
    }
}
