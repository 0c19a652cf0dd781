//! One WebSocket: frames, speed and the close code. When to speak and to listen is [`super::conversation`]'s.
//!
//! Invariants:
//! - a client that does not read holds up nobody: its outbox is bounded, and when that overflows the socket is closed
//!   with 4409 even in the middle of a blocked write;
//! - a client that is not heard for the timeout is closed with 4408; it is pinged before, so a browser that only
//!   listens stays;
//! - on a shutdown everything that was handed to the outbox is sent before 1012.

use std::time::Duration;

use axum::extract::ws::Utf8Bytes;
use futures::{SinkExt, StreamExt};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{self, Message as Frame};

use super::protocol::Goodbye;
use super::wire::{Tap, Wire, Writer};
use crate::stream::outbox::{Ended, Outbox};

/// How long a close frame may take to get through to a slow client.
const LINGER: Duration = Duration::from_secs(10);
/// How long the other side may take to answer a close frame.
const CLOSE_ANSWER: Duration = Duration::from_secs(2);
/// Nothing came for so long: the other side has sent all that it was about to send.
const DRAIN_SILENCE: Duration = Duration::from_millis(250);
/// Largest text that is sent; what would be larger is replaced by a new snapshot.
pub const MAX_TEXT: usize = 16 << 20;
/// Read buffer of a connection. The default of 128 KiB would be most of a connection's memory.
pub const READ_BUFFER: usize = 1024;
/// Written to the socket when this much has gathered.
const GATHER: usize = 64 << 10;

/// A WebSocket whose handshake is done.
#[derive(Debug)]
pub struct Socket {
    reading: WebSocketStream<Tap>,
    writing: Writer,
}

impl Socket {
    /// Takes a connection over after its handshake; `early` is what the client has said already.
    pub async fn open(stream: TcpStream, early: Vec<u8>, max_message_bytes: usize) -> Self {
        let config = WebSocketConfig::default()
            .max_message_size(Some(max_message_bytes))
            .max_frame_size(Some(max_message_bytes))
            .read_buffer_size(READ_BUFFER)
            .write_buffer_size(0);
        let wire = Wire::new(stream);
        let writing = Writer::new(wire.clone());
        let reading = WebSocketStream::from_partially_read(Tap::new(wire), early, Role::Server, Some(config));
        Self { reading: reading.await, writing }
    }
}

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
    Text(tungstenite::Utf8Bytes),
    /// A ping or pong: it lives.
    Life,
}

/// The reading half. The protocol's own answers (to a ping, to a close frame) are given to the writing half.
#[derive(Debug)]
pub struct Ear(WebSocketStream<Tap>);

impl Ear {
    /// The next frame.
    ///
    /// # Errors
    /// The end of the socket.
    pub async fn next(&mut self) -> Result<Heard, End> {
        let heard = match self.0.next().await {
            Some(Ok(Frame::Text(text))) => return Ok(Heard::Text(text)),
            Some(Ok(Frame::Ping(_) | Frame::Pong(_) | Frame::Frame(_))) => Ok(Heard::Life),
            Some(Ok(Frame::Binary(_))) => return Err(Goodbye::Malformed.into()),
            Some(Ok(Frame::Close(_))) | None => Err(End::Gone),
            Some(Err(error)) => return Err(meaning(&error)),
        };
        // The answer is ready in memory only: this waits for nothing.
        let _ = self.0.flush().await;
        if heard.is_err() {
            // Nobody will write any more, and no frame is half written while somebody listens.
            self.0.get_ref().answer_now();
        }
        heard
    }
}

fn meaning(error: &tungstenite::Error) -> End {
    match error {
        tungstenite::Error::Capacity(_) => Goodbye::TooLarge.into(),
        tungstenite::Error::Utf8(_) => Goodbye::Malformed.into(),
        tungstenite::Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => End::Gone,
        tungstenite::Error::Protocol(_) => Goodbye::Misframed.into(),
        _ => End::Gone,
    }
}

/// The writing half.
#[derive(Debug)]
pub struct Mouth {
    writer: Writer,
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
        self.writer.text(text.into());
        if self.writer.waiting() < GATHER {
            return Ok(());
        }
        self.flush(outbox).await?;
        // Who has much to hear, after a resume, does not hold up what others are told.
        yield_now().await;
        Ok(())
    }

    /// Asks for a sign of life.
    ///
    /// # Errors
    /// As [`Self::say`].
    pub async fn ping(&mut self, outbox: &Outbox) -> Result<(), End> {
        self.writer.ping();
        self.flush(outbox).await
    }

    /// Lets everything said leave.
    ///
    /// # Errors
    /// As [`Self::say`].
    pub async fn flush(&mut self, outbox: &Outbox) -> Result<(), End> {
        // Most clients take at once what they are told: then no timer is needed.
        if self.writer.write_some().map_err(|_| End::Gone)? {
            return Ok(());
        }
        tokio::select! {
            biased;
            written = self.writer.write_all() => written.map_err(|_| End::Gone),
            ended = outbox.ended() => Err(ended.into()),
            () = sleep(self.patience) => Err(Goodbye::TooSlow.into()),
        }
    }
}

/// Splits a socket whose writes may block for `patience`.
pub fn split(socket: Socket, patience: Duration) -> (Mouth, Ear) {
    let Socket { reading, writing } = socket;
    (Mouth { writer: writing, patience, last: Instant::now() }, Ear(reading))
}

/// Says goodbye: the close frame, then a moment for the other side's.
pub async fn close(mut mouth: Mouth, mut ear: Ear, goodbye: Goodbye) {
    mouth.writer.close(goodbye.code(), goodbye.reason());
    if !matches!(timeout(LINGER, mouth.writer.write_all()).await, Ok(Ok(()))) {
        return;
    }
    let answer = async {
        // What the client still said before it read the close frame is of no interest.
        let mut answered = false;
        while let Some(Ok(frame)) = ear.0.next().await {
            answered |= frame.is_close();
        }
        if !answered {
            drain(ear.0.get_mut()).await;
        }
    };
    let _ = timeout(CLOSE_ANSWER, answer).await;
}

/// Takes the rest of what cannot be read as frames: a connection that is closed while bytes wait is reset, and a
/// browser then never learns of the close frame.
async fn drain(tap: &mut Tap) {
    let mut rest = [0; 4096];
    while let Ok(Ok(1..)) = timeout(DRAIN_SILENCE, tap.read(&mut rest)).await {}
}
