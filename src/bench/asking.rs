//! Requests of one kind, again and again, over connections that stay open: how many are answered, and how fast. The
//! answers are counted and not read, so that asking costs little beside answering.

use std::net::SocketAddr;
use std::time::Duration;

use serde::Serialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::figures::{self, Micros, Percentiles};
use crate::error::Failure;

/// What is not counted: connections and the first answers.
const BEGINNING: Duration = Duration::from_millis(500);

/// What to ask, and of whom.
#[derive(Debug, Clone, clap::Args)]
pub struct AskOptions {
    /// Ask this address of --url instead, with POST if there is --body: for pgbench/bulk_summaries.
    #[arg(long, hide = true, value_name = "PATH", requires = "url")]
    pub ask: Option<String>,
    /// What to send.
    #[arg(long, hide = true, requires = "ask")]
    pub body: Option<String>,
    /// More headers, `name: value`.
    #[arg(long, hide = true, requires = "ask")]
    pub header: Vec<String>,
}

/// What came of it.
#[derive(Debug, Serialize)]
pub(super) struct Asked {
    per_second: f64,
    took_ms: Percentiles,
    /// Of one answer, on average.
    bytes: u64,
    /// Answers by other statuses than the first one's.
    status: u16,
    others: usize,
}

/// Asks for so long over so many connections.
pub(super) async fn ask(
    address: SocketAddr,
    options: &AskOptions,
    connections: usize,
    lasts: Duration,
) -> Result<Asked, Failure> {
    let request = request(address, options);
    let from = Instant::now() + BEGINNING;
    let until = from + lasts;
    let asking = (0..connections).map(|_| tokio::spawn(keep_asking(address, request.clone(), from, until)));
    let mut all = Answers::default();
    for answers in futures::future::join_all(asking).await {
        let answers = answers.map_err(std::io::Error::other).and_then(|answers| answers);
        let answers = answers.map_err(|error| {
            Failure::environment(format!("{address} did not answer: {error}"), "its log says why")
        })?;
        all.took.extend(answers.took);
        all.bytes += answers.bytes;
        all.statuses.extend(answers.statuses);
    }
    Ok(all.sum_up(lasts))
}

fn request(address: SocketAddr, options: &AskOptions) -> Vec<u8> {
    let path = options.ask.as_deref().unwrap_or("/");
    let headers: String = options.header.iter().map(|header| format!("{header}\r\n")).collect();
    match &options.body {
        Some(body) => format!(
            "POST {path} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n{headers}\r\n{body}",
            body.len()
        ),
        None => format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n{headers}\r\n"),
    }
    .into_bytes()
}

#[derive(Debug, Default)]
struct Answers {
    took: Vec<Micros>,
    bytes: u64,
    statuses: Vec<u16>,
}

impl Answers {
    #[allow(clippy::cast_precision_loss, reason = "a figure for people")]
    fn sum_up(mut self, lasts: Duration) -> Asked {
        let status = self.statuses.first().copied().unwrap_or_default();
        Asked {
            per_second: (self.took.len() as f64 / lasts.as_secs_f64()).round(),
            bytes: self.bytes / self.took.len().max(1) as u64,
            took_ms: figures::percentiles(&mut self.took),
            status,
            others: self.statuses.iter().filter(|other| **other != status).count(),
        }
    }
}

async fn keep_asking(
    address: SocketAddr,
    request: Vec<u8>,
    from: Instant,
    until: Instant,
) -> std::io::Result<Answers> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut buffer = vec![0; 256 * 1024];
    let mut answers = Answers::default();
    loop {
        let began = Instant::now();
        if began >= until {
            return Ok(answers);
        }
        stream.write_all(&request).await?;
        let (status, bytes) = answer(&mut stream, &mut buffer).await?;
        if began >= from {
            answers.took.push(Micros::try_from(began.elapsed().as_micros()).unwrap_or(Micros::MAX));
            answers.bytes += bytes as u64;
            answers.statuses.push(status);
        }
    }
}

/// Takes one answer off the connection: its status and its length.
async fn answer(stream: &mut TcpStream, buffer: &mut [u8]) -> std::io::Result<(u16, usize)> {
    let mut had = 0;
    let (status, whole) = loop {
        had += take(stream, &mut buffer[had..]).await?;
        if let Some(end) = buffer[..had].windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&buffer[..end]).to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
            let length = length.and_then(|length| length.trim().parse().ok()).unwrap_or(0);
            let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
            break (status, end + 4 + length);
        }
    };
    while had < whole {
        had += take(stream, buffer).await?;
    }
    Ok((status, whole))
}

async fn take(stream: &mut TcpStream, buffer: &mut [u8]) -> std::io::Result<usize> {
    match stream.read(buffer).await? {
        0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
        count => Ok(count),
    }
}
