//! A session as Server-Sent Events: the messages of the socket, one way.
//!
//! Each event is one message, and its id the position up to which everything has been said: who comes back with it as
//! `Last-Event-ID` gets all that follows.
//!
//! Invariants:
//! - an id never lies behind something unsaid; of messages that leave together only the last moves it;
//! - a reader that is too slow holds up nobody: the outbox is bounded, and when it overflows the stream ends.

use std::convert::Infallible;
use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use rand::RngExt;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until};

use super::protocol::{Complaint, Goodbye, SyncReason};
use super::replay::NotRecovered;
use super::session::Session;
use super::socket::End;
use super::{Counted, Gateway};
use crate::db::problem::Problem;
use crate::stream::position::Position;

/// Messages that are written together.
const AT_ONCE: usize = 64;
/// Larger ones are handed on in parts.
const CHUNK: usize = 64 << 10;
/// When browsers come back, at the earliest; up to twice that, so that they do not all come at once.
const RETRY_MS: u64 = 1000;

/// What the client asked for.
#[derive(Debug)]
pub struct Wishes {
    /// `None`: the caller's projects.
    pub topics: Option<Vec<String>>,
    /// Where it stopped; `Some(None)`: somewhere that cannot be read.
    pub last_event: Option<Option<Position>>,
    /// A snapshot first, where no position is given.
    pub wants_sync: bool,
}

/// Says what stands at the beginning.
///
/// # Errors
/// As an answer instead of a stream.
pub async fn begin(session: &mut Session, wishes: Wishes) -> Result<(), Problem> {
    if !matches!(wishes.last_event, Some(Some(_))) {
        session.hear_of_memberships().await?;
    }
    let chosen = session.choose(wishes.topics).await?;
    match wishes.last_event {
        None if !wishes.wants_sync => return session.begin_here(chosen).await,
        None => {
            session.name_refused(&chosen);
            session.sync(chosen.topics, SyncReason::Connect).await
        }
        Some(None) => {
            session.name_refused(&chosen);
            session.sync(chosen.topics, SyncReason::NotRecovered).await
        }
        Some(Some(position)) => {
            session.name_refused(&chosen);
            match session.begin_after(&chosen.topics, position).await {
                Ok(missed) => {
                    session.hold_all(position, chosen.topics, &missed);
                    session.say_missed(missed).await.map_err(Problem::from)
                }
                Err(NotRecovered::Because(_)) => session.sync(chosen.topics, SyncReason::NotRecovered).await,
                Err(NotRecovered::Problem(problem)) => Err(problem),
            }
        }
    }
}

/// Goes on until the session ends or nobody reads any more.
pub async fn serve(gateway: Arc<Gateway>, session: Session, chunks: mpsc::Sender<Bytes>, counted: Counted) {
    let mut stream = EventStream::new(gateway, session, chunks);
    let Err(end) = stream.run().await;
    if let End::Goodbye(goodbye) = end {
        stream.say_goodbye(goodbye).await;
        stream.gateway.counters.closed(goodbye);
        tracing::debug!(close.code = goodbye.code(), "Stream ended");
    }
    drop(counted);
}

struct EventStream {
    gateway: Arc<Gateway>,
    session: Session,
    chunks: mpsc::Sender<Bytes>,
    id: Position,
    last_said: Instant,
    /// When to end, once a drain has begun.
    leaving: Option<Instant>,
}

impl EventStream {
    fn new(gateway: Arc<Gateway>, session: Session, chunks: mpsc::Sender<Bytes>) -> Self {
        let id = session.position();
        Self { gateway, session, chunks, id, last_said: Instant::now(), leaving: None }
    }

    async fn run(&mut self) -> Result<Infallible, End> {
        let retry = RETRY_MS + rand::rng().random_range(0..=RETRY_MS);
        self.write(format!("retry: {retry}\n\n")).await?;
        loop {
            self.speak().await?;
            if self.session.is_behind() {
                self.session.catch_up().await?;
                continue;
            }
            let wake = self.next_timer();
            tokio::select! {
                () = self.chunks.closed() => return Err(End::Gone),
                item = self.session.outbox().next() => {
                    self.session.deliver(item?).await?;
                    self.session.deliver_waiting(AT_ONCE).await?;
                }
                () = sleep_until(wake) => self.on_timer().await?,
                () = self.gateway.draining.cancelled(), if self.leaving.is_none() => {
                    let window = self.gateway.drain_window().as_secs_f64();
                    self.leaving = Some(Instant::now() + Duration::from_secs_f64(rand::rng().random_range(0.0..=window)));
                }
            }
        }
    }

    /// Writes what the session has said.
    async fn speak(&mut self) -> Result<(), End> {
        let said = self.session.take_said();
        let (before, last) = (self.id, said.len().saturating_sub(1));
        let after = self.session.settle();
        let mut chunk = String::new();
        for (at, said) in said.iter().enumerate() {
            self.id = if at == last { after } else { before };
            let _ = write!(chunk, "id: {}\ndata: {}\n\n", self.id, said.text());
            if chunk.len() >= CHUNK {
                self.write(std::mem::take(&mut chunk)).await?;
            }
        }
        self.gateway.counters.sent.add(said.len() as u64);
        if chunk.is_empty() { Ok(()) } else { self.write(chunk).await }
    }

    async fn write(&mut self, chunk: String) -> Result<(), End> {
        self.last_said = Instant::now();
        let patience = self.gateway.manners.timeout;
        tokio::select! {
            biased;
            written = self.chunks.send(chunk.into()) => written.map_err(|_| End::Gone),
            ended = self.session.outbox().ended() => Err(ended.into()),
            () = sleep(patience) => Err(Goodbye::TooSlow.into()),
        }
    }

    fn next_timer(&self) -> Instant {
        let heartbeat = self.last_said + self.gateway.manners.heartbeat;
        heartbeat.min(self.session.expires()).min(self.leaving.unwrap_or(heartbeat))
    }

    async fn on_timer(&mut self) -> Result<(), End> {
        let now = Instant::now();
        if self.leaving.is_some_and(|at| now >= at) {
            // The publisher has ended, so this does too.
            self.session.deliver_waiting(usize::MAX).await?;
            return Err(Goodbye::Restart.into());
        }
        if now >= self.session.expires() {
            return Err(self.session.expire().into());
        }
        self.session.heartbeat();
        Ok(())
    }

    /// Why it ends, for whoever still reads.
    async fn say_goodbye(&mut self, goodbye: Goodbye) {
        if self.session.saying() == 0 {
            self.session.complain(Complaint::goodbye(goodbye), None, None);
        }
        let _ = self.speak().await;
    }
}
