//! The bytes of one WebSocket: reading is tungstenite's, writing is ours.
//!
//! What is sent to thousands of clients is one text that they share. So no connection copies it: the frame's head and
//! the shared bytes go to the kernel together (a vectored write), several frames at once if several wait, and between
//! two writes a connection owns no buffer. What tungstenite itself wants to send (the answer to a ping, or to a close
//! frame) it gives to the writer.
//!
//! Invariant: there is one writer, and answers go out between frames, never within one.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Pieces that one write takes at most.
const SLICES: usize = 64;
/// A queue that a burst has made longer than this is not kept.
const KEPT: usize = 16;

/// The first byte of a frame that is whole, by its kind.
const TEXT: u8 = 0x81;
const CLOSE: u8 = 0x88;
const PING: u8 = 0x89;

/// A connection, shared by its two halves.
#[derive(Debug)]
pub(super) struct Wire {
    stream: TcpStream,
    answers: Mutex<Vec<u8>>,
}

impl Wire {
    pub(super) fn new(stream: TcpStream) -> Arc<Self> {
        Arc::new(Self { stream, answers: Mutex::default() })
    }

    fn take_answers(&self) -> Vec<u8> {
        std::mem::take(&mut *self.answers.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What tungstenite takes for the connection.
#[derive(Debug)]
pub(super) struct Tap(Arc<Wire>);

impl Tap {
    pub(super) fn new(wire: Arc<Wire>) -> Self {
        Self(wire)
    }

    /// A last answer, as far as the kernel takes it, when no writer will come any more.
    pub(super) fn answer_now(&self) {
        let _ = self.0.stream.try_write(&self.0.take_answers());
    }
}

impl AsyncRead for Tap {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            ready!(self.0.stream.poll_read_ready(context))?;
            match self.0.stream.try_read(buffer.initialize_unfilled()) {
                Ok(read) => {
                    buffer.advance(read);
                    return Poll::Ready(Ok(()));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

impl AsyncWrite for Tap {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.0.answers.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// A frame: its head is ours, its body may be everybody's.
#[derive(Debug)]
struct Piece {
    head: [u8; 10],
    head_len: usize,
    body: Bytes,
}

impl Piece {
    /// A server's frame: whole, unmasked.
    fn frame(kind: u8, body: Bytes) -> Self {
        let mut head = [kind, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        let head_len = match body.len() {
            length @ 0..=125 => {
                head[1] = u8::try_from(length).expect("at most 125");
                2
            }
            length => match u16::try_from(length) {
                Ok(length) => {
                    head[1] = 126;
                    head[2..4].copy_from_slice(&length.to_be_bytes());
                    4
                }
                Err(_) => {
                    head[1] = 127;
                    head[2..].copy_from_slice(&(length as u64).to_be_bytes());
                    10
                }
            },
        };
        Self { head, head_len, body }
    }

    /// Bytes that are frames already.
    fn raw(body: Bytes) -> Self {
        Self { head: [0; 10], head_len: 0, body }
    }

    fn len(&self) -> usize {
        self.head_len + self.body.len()
    }

    /// What is left of it when so much is written.
    fn rest(&self, written: usize) -> [&[u8]; 2] {
        let of_head = written.min(self.head_len);
        [&self.head[of_head..self.head_len], &self.body[written - of_head..]]
    }
}

/// What is said and not yet written.
#[derive(Debug)]
pub(super) struct Writer {
    wire: Arc<Wire>,
    pieces: VecDeque<Piece>,
    /// Of the first piece.
    written: usize,
    waiting: usize,
}

impl Writer {
    pub(super) fn new(wire: Arc<Wire>) -> Self {
        Self { wire, pieces: VecDeque::new(), written: 0, waiting: 0 }
    }

    /// How many bytes wait.
    pub(super) fn waiting(&self) -> usize {
        self.waiting
    }

    pub(super) fn text(&mut self, text: Bytes) {
        self.push(Piece::frame(TEXT, text));
    }

    pub(super) fn ping(&mut self) {
        self.push(Piece::frame(PING, Bytes::new()));
    }

    pub(super) fn close(&mut self, code: u16, reason: &str) {
        let mut body = code.to_be_bytes().to_vec();
        body.extend_from_slice(reason.as_bytes());
        self.push(Piece::frame(CLOSE, body.into()));
    }

    fn push(&mut self, piece: Piece) {
        self.waiting += piece.len();
        self.pieces.push_back(piece);
    }

    /// Writes what the kernel takes now; true when nothing is left.
    pub(super) fn write_some(&mut self) -> io::Result<bool> {
        let answers = self.wire.take_answers();
        if !answers.is_empty() {
            self.push(Piece::raw(answers.into()));
        }
        while !self.pieces.is_empty() {
            match self.write_once() {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => self.forget(written),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        if self.pieces.capacity() > KEPT {
            self.pieces = VecDeque::new();
        }
        Ok(true)
    }

    /// Writes until nothing is left.
    pub(super) async fn write_all(&mut self) -> io::Result<()> {
        while !self.write_some()? {
            self.wire.stream.writable().await?;
        }
        Ok(())
    }

    fn write_once(&self) -> io::Result<usize> {
        let mut slices = [IoSlice::new(&[]); SLICES];
        let mut count = 0;
        for (at, piece) in self.pieces.iter().take(SLICES / 2).enumerate() {
            for part in piece.rest(if at == 0 { self.written } else { 0 }) {
                if !part.is_empty() {
                    slices[count] = IoSlice::new(part);
                    count += 1;
                }
            }
        }
        self.wire.stream.try_write_vectored(&slices[..count])
    }

    fn forget(&mut self, written: usize) {
        self.waiting -= written;
        self.written += written;
        while let Some(first) = self.pieces.front().filter(|first| self.written >= first.len()) {
            self.written -= first.len();
            self.pieces.pop_front();
        }
    }
}

#[cfg(test)]
#[path = "wire_tests.rs"]
mod tests;
