//! A client whose every byte is chosen by a test.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::service::node::{Node, sign};

const PATIENCE: Duration = Duration::from_secs(20);
/// The example of section 1.3.
pub(super) const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

pub(super) const FIN: u8 = 0x80;
pub(super) const CONTINUATION: u8 = 0x0;
pub(super) const TEXT: u8 = 0x1;
pub(super) const BINARY: u8 = 0x2;
pub(super) const CLOSE: u8 = 0x8;
pub(super) const PING: u8 = 0x9;
pub(super) const PONG: u8 = 0xA;

/// A frame of a client's: masked, with its length in the fewest bytes.
pub(super) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match payload.len() {
        length @ 0..=125 => frame.push(0x80 | u8::try_from(length).unwrap()),
        length @ 126..=0xFFFF => {
            frame.push(0x80 | 126);
            frame.extend(u16::try_from(length).unwrap().to_be_bytes());
        }
        length => {
            frame.push(0x80 | 127);
            frame.extend((length as u64).to_be_bytes());
        }
    }
    mask(frame, payload)
}

/// The rest of a frame whose beginning says how long it is.
pub(super) fn mask(mut beginning: Vec<u8>, payload: &[u8]) -> Vec<u8> {
    let mask = [0x37, 0xFA, 0x21, 0x3D];
    beginning.extend(mask);
    beginning.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    beginning
}

pub(super) fn text(payload: &str) -> Vec<u8> {
    frame(FIN | TEXT, payload.as_bytes())
}

pub(super) fn close(code: u16, reason: &[u8]) -> Vec<u8> {
    frame(FIN | CLOSE, &[&code.to_be_bytes(), reason].concat())
}

/// The head of a handshake's answer.
pub(super) struct Head(pub(super) String);

impl Head {
    pub(super) fn status(&self) -> u16 {
        self.0.split(' ').nth(1).unwrap().parse().unwrap()
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let named = |line: &&str| line.split(':').next().unwrap().eq_ignore_ascii_case(name);
        self.0.lines().find(named).map(|line| line.split_once(':').unwrap().1.trim())
    }
}

/// A connection whose bytes are ours to choose.
pub(super) struct Raw(BufReader<TcpStream>);

impl Raw {
    pub(super) async fn connect(node: &Node) -> Self {
        Self(BufReader::new(TcpStream::connect(node.address).await.unwrap()))
    }

    /// After a handshake.
    pub(super) async fn open(node: &Node) -> Self {
        let mut raw = Self::connect(node).await;
        let head = raw.shake(&handshake(&[])).await;
        assert_eq!(head.status(), 101, "{}", head.0);
        raw
    }

    pub(super) async fn shake(&mut self, request: &str) -> Head {
        self.say(request.as_bytes()).await;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(timeout(PATIENCE, self.0.read_u8()).await.unwrap().unwrap());
        }
        Head(String::from_utf8(head).unwrap())
    }

    pub(super) async fn say(&mut self, bytes: &[u8]) {
        self.0.get_mut().write_all(bytes).await.unwrap();
    }

    /// The next frame: its first byte and its payload. None at the end of the connection.
    pub(super) async fn hear(&mut self) -> Option<(u8, Vec<u8>)> {
        timeout(PATIENCE, self.read_frame()).await.expect("something comes, or the end")
    }

    async fn read_frame(&mut self) -> Option<(u8, Vec<u8>)> {
        let first = self.0.read_u8().await.ok()?;
        let length = self.0.read_u8().await.ok()?;
        assert_eq!(length & 0x80, 0, "section 5.1: a server masks nothing");
        assert_eq!(first & 0x70, 0, "section 5.2: reserved bits are zero");
        let length = match length {
            126 => u64::from(self.0.read_u16().await.ok()?),
            127 => self.0.read_u64().await.ok()?,
            length => u64::from(length),
        };
        let mut payload = vec![0; usize::try_from(length).unwrap()];
        self.0.read_exact(&mut payload).await.ok()?;
        Some((first, payload))
    }

    /// That the sign of life was understood.
    pub(super) async fn expect_ack(&mut self, case: &str) {
        let (first, payload) = self.hear().await.unwrap_or_else(|| panic!("{case}: it ended"));
        let said = String::from_utf8_lossy(&payload);
        assert_eq!(first, FIN | TEXT, "{case}: {said}");
        assert!(said.contains("\"ack\""), "{case}: {said}");
    }

    /// The code of the close frame that comes next, and then the end; none: a close frame without a code.
    pub(super) async fn expect_close(&mut self, case: &str) -> Option<u16> {
        let (first, payload) = self.hear().await.unwrap_or_else(|| panic!("{case}: it ended without a word"));
        assert_eq!(first, FIN | CLOSE, "{case}: {}", String::from_utf8_lossy(&payload));
        let code = payload.first_chunk().copied().map(u16::from_be_bytes);
        assert_eq!(self.hear().await, None, "{case}: nothing follows a close frame");
        code
    }
}

/// A complete handshake with these headers instead of its own of the same names; an empty one is left out.
pub(super) fn handshake(instead: &[(&str, &str)]) -> String {
    let bearer = format!("Bearer {}", sign("ann", 3600));
    let ours = [
        ("Host", "localhost"),
        ("Upgrade", "websocket"),
        ("Connection", "Upgrade"),
        ("Sec-WebSocket-Key", KEY),
        ("Sec-WebSocket-Version", "13"),
        ("Authorization", &bearer),
    ];
    let kept =
        ours.iter().filter(|(name, _)| instead.iter().all(|(other, _)| !other.eq_ignore_ascii_case(name)));
    let headers = kept.chain(instead).filter(|(_, value)| !value.is_empty());
    let lines: String = headers.map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("GET /ws?sync=none HTTP/1.1\r\n{lines}\r\n")
}
