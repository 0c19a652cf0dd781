//! One WebSocket: frames, speed and the close code. When to speak and to listen is [`super::conversation`]'s.
//!
//! Invariants:
//! - a client that does not read holds up nobody: its outbox is bounded, and when that overflows the socket is closed
//!   with 4409 even in the middle of a blocked write;
//! - a client that is not heard for the timeout is closed with 4408; it is pinged before, so a browser that only
//!   listens stays;
//! - on a shutdown everything that was handed to the outbox is sent before 1012.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message as Frame, Utf8Bytes, WebSocket};
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::tungstenite;

use super::protocol::Goodbye;
use crate::stream::outbox::{Ended, Outbox};

/// How long a close frame may take to get through to a slow client.
const LINGER: Duration = Duration::from_secs(10);
/// How long the other side may take to answer a close frame.
const CLOSE_ANSWER: Duration = Duration::from_secs(2);
/// Largest text that is sent; what would be larger is replaced by a new snapshot.
pub const MAX_TEXT: usize = 16 << 20;
/// Read buffer of a connection. The default of 128 KiB would be most of a connection's memory.
pub const READ_BUFFER: usize = 1024;
/// Written to the socket when this much has gathered.
pub const WRITE_BUFFER: usize = 4096;

/// How a socket ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// We say goodbye.
    Goodbye(Goodbye),
    /// The other side is gone, or has said goodbye itself.
    Gone,
}

impl From<Goodbye> for End {
    fn from(goodbye: Goodbye) -> Self {
        Self::Goodbye(goodbye)
    }
}

impl From<Ended> for End {
    fn from(ended: Ended) -> Self {
        Goodbye::from(ended).into()
    }
}

/// What was heard.
#[derive(Debug)]
pub enum Heard {
    /// A text frame.
    Text(Utf8Bytes),
    /// A ping or pong: it lives.
    Life,
}

/// The reading half.
#[derive(Debug)]
pub struct Ear(SplitStream<WebSocket>);

impl Ear {
    /// The next frame.
    ///
    /// # Errors
    /// The end of the socket.
    pub async fn next(&mut self) -> Result<Heard, End> {
        match self.0.next().await {
            Some(Ok(Frame::Text(text))) => Ok(Heard::Text(text)),
            Some(Ok(Frame::Ping(_) | Frame::Pong(_))) => Ok(Heard::Life),
            Some(Ok(Frame::Binary(_))) => Err(Goodbye::Malformed.into()),
            Some(Ok(Frame::Close(_))) | None => Err(End::Gone),
            Some(Err(error)) => Err(meaning(error)),
        }
    }
}

fn meaning(error: axum::Error) -> End {
    match error.into_inner().downcast_ref::<tungstenite::Error>() {
        Some(tungstenite::Error::Capacity(_)) => Goodbye::TooLarge.into(),
        Some(tungstenite::Error::Utf8(_)) => Goodbye::Malformed.into(),
        _ => End::Gone,
    }
}

/// The writing half.
#[derive(Debug)]
pub struct Mouth {
    sink: SplitSink<WebSocket, Frame>,
    patience: Duration,
    last: Instant,
}

impl Mouth {
    /// When something was said last.
    pub fn last_said(&self) -> Instant {
        self.last
    }

    /// Says a text; it leaves with the next [`Self::flush`] at the latest.
    ///
    /// # Errors
    /// The end of the socket; [`Goodbye::TooSlow`] when the outbox overflows meanwhile.
    pub async fn say(&mut self, text: Utf8Bytes, outbox: &Outbox) -> Result<(), End> {
        self.last = Instant::now();
        unless_too_slow(self.sink.feed(Frame::Text(text)), self.patience, outbox).await
    }

    /// Asks for a sign of life.
    ///
    /// # Errors
    /// As [`Self::say`].
    pub async fn ping(&mut self, outbox: &Outbox) -> Result<(), End> {
        unless_too_slow(self.sink.send(Frame::Ping(bytes::Bytes::new())), self.patience, outbox).await
    }

    /// Lets everything said leave.
    ///
    /// # Errors
    /// As [`Self::say`].
    pub async fn flush(&mut self, outbox: &Outbox) -> Result<(), End> {
        unless_too_slow(self.sink.flush(), self.patience, outbox).await
    }
}

/// A write that ends early when the outbox overflows or nothing moves for too long.
async fn unless_too_slow(
    write: impl Future<Output = Result<(), axum::Error>>,
    patience: Duration,
    outbox: &Outbox,
) -> Result<(), End> {
    tokio::select! {
        biased;
        written = write => written.map_err(|_| End::Gone),
        ended = outbox.ended() => Err(Goodbye::from(ended).into()),
        () = sleep(patience) => Err(Goodbye::TooSlow.into()),
    }
}

/// Splits a socket whose writes may block for `patience`.
pub fn split(socket: WebSocket, patience: Duration) -> (Mouth, Ear) {
    let (sink, stream) = socket.split();
    (Mouth { sink, patience, last: Instant::now() }, Ear(stream))
}

/// Says goodbye: the close frame, then a moment for the other side's.
pub async fn close(mut mouth: Mouth, mut ear: Ear, goodbye: Goodbye) {
    let frame = CloseFrame { code: goodbye.code(), reason: goodbye.reason().into() };
    if !matches!(timeout(LINGER, mouth.sink.send(Frame::Close(Some(frame)))).await, Ok(Ok(()))) {
        return;
    }
    let answer = async {
        // What the client still said before it read the close frame is of no interest.
        while ear.0.next().await.is_some_and(|frame| frame.is_ok()) {}
    };
    let _ = timeout(CLOSE_ANSWER, answer).await;
}
