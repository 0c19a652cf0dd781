//! The floor: what it costs to hand messages to many WebSockets with axum and nothing else. No database, no rights, no
//! chains, no replay, no slow readers. It runs as a process of its own, in turn with the service, for the same clients
//! and with as many bytes per message; a service's processor time per message is told as a multiple of its.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use futures::SinkExt;
use serde::Deserialize;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::broadcast;
use tokio::time::{Instant, sleep_until};
use tokio_tungstenite::tungstenite::Message as Frame;

use super::figures::Micros;
use super::ledger::Commit;
use super::scenario::Scenario;
use super::service::Service;
use crate::error::Failure;
use crate::gateway::socket::READ_BUFFER;
use crate::terminal::say;

/// Messages that a slow client may be behind.
const BEHIND: usize = 1024;
/// As small as ours: the default would be most of a connection's memory.
const WRITE_BUFFER: usize = 4096;
/// What a client takes for a snapshot.
const SNAPSHOT: &str = r#"{"type":"sync","sequence":0,"payload":{},"metadata":{"epoch":"floor"}}"#;

type Audiences = Arc<Mutex<HashMap<usize, broadcast::Sender<Utf8Bytes>>>>;

#[derive(Debug, Default, Deserialize)]
struct Wish {
    #[serde(default)]
    topic: usize,
}

/// Serves until it is killed.
pub(super) async fn serve() -> Result<(), Failure> {
    let failed = |e: std::io::Error| Failure::environment(e.to_string(), "free a port on 127.0.0.1");
    let router = Router::new().route("/ws", get(listen)).route("/publish", get(publish));
    let listener = TcpListener::bind("127.0.0.1:0").await.map_err(failed)?;
    say(format!("Serving on http://{}", listener.local_addr().map_err(failed)?))?;
    axum::serve(listener, router.with_state(Audiences::default())).await.map_err(failed)
}

fn audience(audiences: &Audiences, topic: usize) -> broadcast::Sender<Utf8Bytes> {
    let mut known = audiences.lock().unwrap_or_else(PoisonError::into_inner);
    known.entry(topic).or_insert_with(|| broadcast::channel(BEHIND).0).clone()
}

async fn listen(
    State(audiences): State<Audiences>,
    Query(wish): Query<Wish>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let upgrade = upgrade.read_buffer_size(READ_BUFFER).write_buffer_size(WRITE_BUFFER);
    upgrade.on_upgrade(async move |mut socket| {
        let mut messages = audience(&audiences, wish.topic).subscribe();
        let _ = socket.send(Message::Text(SNAPSHOT.into())).await;
        loop {
            let sent = tokio::select! {
                text = messages.recv() => match text {
                    Ok(text) => socket.send(Message::Text(text)).await,
                    Err(_) => return,
                },
                heard = socket.recv() => match heard {
                    Some(Ok(_)) => Ok(()),
                    _ => return,
                },
            };
            if sent.is_err() {
                return;
            }
        }
    })
}

async fn publish(State(audiences): State<Audiences>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async move |mut socket: WebSocket| {
        while let Some(Ok(Message::Text(order))) = socket.recv().await {
            let Some((topic, _)) = order.split_once('\n') else { continue };
            let text = order.as_str()[topic.len() + 1..].to_owned();
            let _ = audience(&audiences, topic.parse().unwrap_or(0)).send(text.into());
        }
    })
}

/// Publishes at the scenario's pace, messages of so many bytes.
pub(super) async fn publish_to(
    floor: &Service,
    scenario: &Scenario,
    bytes: usize,
    clock: Instant,
) -> Result<Vec<Commit>, Failure> {
    let lost = |e: String| Failure::environment(format!("the floor is gone: {e}"), "run it again");
    let stream = TcpStream::connect(floor.address).await.map_err(|e| lost(e.to_string()))?;
    let _ = stream.set_nodelay(true);
    let url = format!("ws://{}/publish", floor.address);
    let opened = tokio_tungstenite::client_async(url, stream).await;
    let (mut socket, _) = opened.map_err(|e| lost(e.to_string()))?;
    let (mut commits, mut last) = (Vec::new(), vec![0; scenario.projects]);
    let began = Instant::now();
    for turn in 0..scenario.commit_count() {
        let at = std::time::Duration::from_secs_f64(1.0 / scenario.commits);
        sleep_until(began + at * u32::try_from(turn).unwrap_or(u32::MAX)).await;
        let (project, txid) = (turn % scenario.projects, turn as u64 + 1);
        let previous = std::mem::replace(&mut last[project], txid);
        let text = format!("{project}\n{}", message(txid, previous, bytes));
        let begun = Micros::try_from(clock.elapsed().as_micros()).unwrap_or(Micros::MAX);
        socket.send(Frame::text(text)).await.map_err(|e| lost(e.to_string()))?;
        commits.push(Commit { project, txid, begun, acknowledged: begun });
    }
    Ok(commits)
}

/// A message like the service's, with a payload that makes it as long.
fn message(txid: u64, previous: u64, bytes: usize) -> String {
    let metadata = format!(
        r#"{{"source":"user","epoch":"floor","txid":"{txid}","previous":{previous},"position":{txid}}}"#
    );
    let head = format!(r#"{{"id":"{txid}","version":"2.0","type":"update","timestamp":0,"sequence":{txid}"#);
    let frame = head.len() + metadata.len() + r#","payload":"","metadata":}"#.len();
    let payload = "x".repeat(bytes.saturating_sub(frame));
    format!(r#"{head},"payload":"{payload}","metadata":{metadata}}}"#)
}

#[cfg(test)]
mod tests {
    use super::super::envelope;
    use super::*;

    #[test]
    fn a_message_of_the_floor_is_as_long_as_asked_and_looks_like_one_of_ours() {
        let text = message(7, 4, 2000);
        assert_eq!(text.len(), 2000);
        let envelope = envelope::read(&text).unwrap();
        assert_eq!(
            (envelope.sequence, envelope.metadata.previous, envelope.metadata.txid),
            (7, Some(4), Some("7"))
        );
    }
}
