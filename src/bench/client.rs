//! One client of `/ws`: connects, hears, and keeps a diary of what it was told.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::{SinkExt, StreamExt};
use serde_json::json;
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};
use tokio_util::sync::CancellationToken;

use super::envelope::{self, Envelope};
use super::figures::Micros;
use super::ledger::Diary;

type Socket = WebSocketStream<TcpStream>;

/// Addresses that clients come from, so that the ports of one do not run out.
const SOURCES: usize = 32;
/// Thousands of clients share this process.
const READ_BUFFER: usize = 4096;

/// Who connects, and to where.
#[derive(Debug, Clone)]
pub(super) struct Seat {
    pub(super) number: usize,
    pub(super) address: SocketAddr,
    pub(super) token: String,
    pub(super) project: usize,
    pub(super) topic: String,
}

/// How a client begins.
#[derive(Debug, Clone)]
pub(super) enum Beginning {
    /// With a snapshot; it is ready when that has come.
    Snapshot,
    /// Where it was; it is ready when it has caught up with so many commits.
    Resume { epoch: String, position: i64, missed: usize },
}

/// What all clients share.
#[derive(Debug, Clone)]
pub(super) struct Hall {
    pub(super) clock: Instant,
    pub(super) stop: CancellationToken,
    /// Deliveries so far.
    pub(super) heard: Arc<AtomicUsize>,
    /// Which client, and how long it took.
    pub(super) ready: mpsc::Sender<(usize, Result<Micros, String>)>,
    /// This client pretends not to have heard its second message: a checker must be shown to find that.
    pub(super) drops_one: Option<usize>,
}

impl Hall {
    pub(super) fn now(&self) -> Micros {
        Micros::try_from(self.clock.elapsed().as_micros()).unwrap_or(Micros::MAX)
    }
}

/// Where a client stands, to come back to.
#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    pub(super) client: usize,
    pub(super) epoch: String,
    pub(super) position: i64,
}

/// Runs one client until it is told to stop.
pub(super) async fn attend(seat: Seat, beginning: Beginning, hall: Hall) -> (Diary, Place) {
    let mut client = Client::new(&seat, beginning, hall);
    let ended = tokio::select! {
        biased;
        () = client.hall.stop.clone().cancelled_owned() => None,
        ended = client.run(&seat) => Some(ended),
    };
    if let Some(reason) = ended {
        if !client.is_ready {
            let _ = client.hall.ready.send((seat.number, Err(reason.clone()))).await;
        }
        client.diary.ended = Some(reason);
    }
    (client.diary, client.place)
}

struct Client {
    hall: Hall,
    diary: Diary,
    place: Place,
    /// The last message of the topic.
    last: Option<i64>,
    /// Commits to catch up with; `None`: a snapshot is waited for.
    missed: Option<usize>,
    began: Micros,
    is_ready: bool,
}

impl Client {
    fn new(seat: &Seat, beginning: Beginning, hall: Hall) -> Self {
        let (place, missed) = match beginning {
            Beginning::Snapshot => (Place { client: seat.number, ..Place::default() }, None),
            Beginning::Resume { epoch, position, missed } => {
                (Place { client: seat.number, epoch, position }, Some(missed))
            }
        };
        Self {
            began: hall.now(),
            hall,
            diary: Diary { project: seat.project, ..Diary::default() },
            place,
            last: None,
            missed,
            is_ready: false,
        }
    }

    /// Answers with why it ended.
    async fn run(&mut self, seat: &Seat) -> String {
        match self.hear(seat).await {
            Ok(()) => "the socket was closed".to_owned(),
            Err(reason) => reason,
        }
    }

    async fn hear(&mut self, seat: &Seat) -> Result<(), String> {
        let query = if self.missed.is_some() { "sync=none" } else { "sync=all" };
        let mut socket = connect(seat, query).await?;
        if self.missed.is_some() {
            let positions = json!({seat.topic.as_str(): self.place.position});
            let resume = json!({"type": "resume", "epoch": self.place.epoch, "positions": positions});
            socket.send(Frame::text(resume.to_string())).await.map_err(|e| e.to_string())?;
        }
        while let Some(frame) = socket.next().await {
            match frame.map_err(|e| e.to_string())? {
                Frame::Text(text) => self.take(&text).await?,
                Frame::Close(Some(frame)) => return Err(format!("closed: {frame}")),
                _ => {}
            }
        }
        Ok(())
    }

    async fn take(&mut self, text: &str) -> Result<(), String> {
        let now = self.hall.now();
        let envelope = envelope::read(text).ok_or_else(|| format!("not a message: {text:.100}"))?;
        match envelope.kind {
            "update" | "bulk" => self.note(&envelope, text, now),
            "sync" if self.missed.is_some() => return Err("not recovered".to_owned()),
            "sync" => {
                envelope.metadata.epoch.clone_into(&mut self.place.epoch);
                self.place.position = envelope.sequence;
                self.last = None;
                self.be_ready(now).await;
            }
            "error" => return Err(format!("refused: {text:.300}")),
            _ => {}
        }
        match self.missed {
            Some(missed) if self.diary.heard.len() >= missed => self.be_ready(now).await,
            _ => {}
        }
        Ok(())
    }

    async fn be_ready(&mut self, now: Micros) {
        if !std::mem::replace(&mut self.is_ready, true) {
            let _ = self.hall.ready.send((self.place.client, Ok(now - self.began))).await;
        }
    }

    fn note(&mut self, envelope: &Envelope<'_>, text: &str, now: Micros) {
        self.diary.messages += 1;
        self.diary.bytes += text.len() as u64;
        if self.hall.drops_one == Some(self.place.client) && self.diary.messages == 2 {
            return;
        }
        let previous = envelope.metadata.previous.unwrap_or(0);
        let fits = self.last.map_or(previous <= self.place.position, |last| previous == last);
        self.diary.gaps += usize::from(!fits);
        self.last = Some(envelope.sequence);
        self.place.position = self.place.position.max(envelope.metadata.position.unwrap_or(0));
        let before = self.diary.heard.len();
        match envelope.metadata.txid.map(str::parse) {
            Some(Ok(txid)) => self.diary.heard.push((txid, now)),
            _ => self.diary.heard.extend(envelope::transactions(text).into_iter().map(|txid| (txid, now))),
        }
        self.hall.heard.fetch_add(self.diary.heard.len() - before, Ordering::Relaxed);
    }
}

async fn connect(seat: &Seat, query: &str) -> Result<Socket, String> {
    let stream = dial(seat).await.map_err(|e| format!("no connection: {e}"))?;
    let url = format!("ws://{}/ws?{query}&topic={}", seat.address, seat.project);
    let mut request = url.into_client_request().map_err(|e| e.to_string())?;
    let bearer = format!("Bearer {}", seat.token).parse().map_err(|_| "the token is no header".to_owned())?;
    request.headers_mut().insert("authorization", bearer);
    let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER).write_buffer_size(READ_BUFFER);
    let opened = client_async_with_config(request, stream, Some(config)).await;
    opened.map(|(socket, _)| socket).map_err(|e| format!("no handshake: {e}"))
}

/// On loopback the clients are spread over 127.0.0.x, where the system has all of these.
async fn dial(seat: &Seat) -> std::io::Result<TcpStream> {
    let socket = if seat.address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    if cfg!(target_os = "linux") && seat.address.ip() == IpAddr::V4(Ipv4Addr::LOCALHOST) {
        let last = u8::try_from(2 + seat.number % SOURCES).unwrap_or(2);
        socket.bind(SocketAddr::from((Ipv4Addr::new(127, 0, 0, last), 0)))?;
    }
    let stream = socket.connect(seat.address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}
