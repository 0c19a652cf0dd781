//! Clients that do not read, or are not there any more, and how a service that is told to stop gets rid of them.

use std::time::{Duration, Instant};

use futures::StreamExt;
use nix::sys::signal::Signal;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{WebSocketStream, client_async};

use super::client::{Client, events};
use super::node::{Node, Process, sign};
use super::web::Web;
use super::world::{MAIN, TASKS, World, progress};
use crate::support::eventually;

/// A socket of which the system holds little, so that what is not read is soon the service's to hold.
async fn narrow(node: std::net::SocketAddr) -> WebSocketStream<TcpStream> {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let stream = socket.connect(node).await.unwrap();
    let mut request = format!("ws://{node}/ws").into_client_request().unwrap();
    let bearer = format!("Bearer {}", sign("ann", 600));
    request.headers_mut().insert("authorization", bearer.parse().unwrap());
    client_async(request, stream).await.unwrap().0
}

/// A handshake, and not a byte more, as of a machine that was then unplugged.
async fn vanished(node: std::net::SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(node).await.unwrap();
    let hello = format!(
        "GET /ws HTTP/1.1\r\nhost: {node}\r\nauthorization: Bearer {}\r\nconnection: upgrade\r\n\
         upgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        sign("ann", 600)
    );
    stream.write_all(hello.as_bytes()).await.unwrap();
    stream
}

fn many_large(count: usize) -> String {
    format!(
        "insert into work.tasks (git_branch_id, title, description)
         select '{MAIN}', 'large', repeat('x', 8000) from generate_series(1, {count})"
    )
}

/// What a socket still had to say.
#[derive(Default)]
struct Ending {
    created: usize,
    positions: Value,
    epoch: String,
    farewell: Option<(u16, String)>,
}

async fn read_to_the_end(socket: &mut WebSocketStream<TcpStream>) -> Ending {
    let mut ending = Ending::default();
    while let Some(Ok(frame)) = socket.next().await {
        match frame {
            Frame::Text(text) => {
                let message: Value = serde_json::from_str(&text).unwrap();
                if message["type"] == "sync" {
                    ending.positions = message["payload"]["positions"].clone();
                    ending.epoch = message["payload"]["epoch"].as_str().unwrap().to_owned();
                } else {
                    ending.created += events(&message).len();
                    let topic = message["metadata"]["topic"].as_str().unwrap();
                    ending.positions[topic] = message["metadata"]["position"].clone();
                }
            }
            Frame::Close(Some(close)) => {
                ending.farewell = Some((close.code.into(), close.reason.to_string()));
            }
            _ => {}
        }
    }
    ending
}

#[tokio::test]
async fn who_does_not_read_is_closed_with_4409_and_resumes_without_a_gap_while_others_notice_nothing() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[("TIDEGATE_WEBSOCKET__QUEUE_BYTES", "20000")]).await;
    let mut slow = narrow(node.address).await;
    let mut quick = node.synced("ann").await;
    let mut written = 0;
    eventually("the slow one is given up", async || {
        world.as_person(&many_large(100)).await;
        written += 100;
        let heard = Instant::now();
        quick.expect("bulk").await;
        assert!(heard.elapsed() < Duration::from_secs(5), "the others wait for nobody");
        node.gateway().counters.closes(4409) > 0
    })
    .await;

    let Ending { mut created, positions, epoch, farewell } = read_to_the_end(&mut slow).await;
    let (code, reason) = farewell.expect("a close frame, to whoever reads in the end");
    assert!(code == 4409 && reason.contains("resume"), "{code} {reason}");
    assert!(created < written);

    let mut back = node.silent("ann").await;
    let ack = back.resume(&epoch, &serde_json::from_value(positions).unwrap()).await;
    assert_eq!(ack["payload"]["recovered"], true, "{ack}");
    while created < written {
        created += events(&back.next().await).len();
    }
    assert_eq!(created, written);
}

#[tokio::test]
async fn a_client_that_vanished_is_gone_within_two_heartbeats() {
    let world = World::new().await;
    let heartbeat = Duration::from_secs(1);
    let node = Node::start(
        &world.database,
        &[("WEBSOCKET_HEARTBEAT_INTERVAL", "1"), ("WEBSOCKET_CONNECTION_TIMEOUT", "2")],
    )
    .await;
    let mut vanished = vanished(node.address).await;
    eventually("it is counted", async || node.gateway().counters.listening() == 1).await;
    let since = Instant::now();
    eventually("it is gone", async || node.gateway().counters.listening() == 0).await;
    let took = since.elapsed();
    assert!(took > heartbeat && took < 2 * heartbeat + Duration::from_secs(2), "gone after {took:?}");
    assert_eq!(node.gateway().counters.closes(4408), 1);
    let mut rest = Vec::new();
    vanished.read_to_end(&mut rest).await.unwrap();
    assert!(String::from_utf8_lossy(&rest).ends_with("silent for too long: come back with resume"));
}

#[tokio::test]
async fn told_to_stop_it_is_unready_first_and_ends_in_time_whoever_does_not_read() {
    let world = World::new().await;
    let settings = [("TIDEGATE_HTTP__UNREADY_SECONDS", "1"), ("TIDEGATE_HTTP__DRAIN_SECONDS", "1")];
    let process = Process::start_with(&world.database, &settings).await;
    let web = Web::at(process.address(), None);
    let mut polite = process.client("/ws").await;
    polite.expect("sync").await;
    let mut deaf = Vec::new();
    for _ in 0..3 {
        deaf.push(narrow(process.address()).await);
    }
    for _ in 0..10 {
        world.as_person(&many_large(100)).await;
        polite.expect("bulk").await;
    }
    assert_eq!(web.get("/ready").await.status, 200);

    let told = Instant::now();
    process.signal(Signal::SIGTERM);
    eventually("it says that it is leaving", async || web.get("/ready").await.status == 503).await;
    let mut late = Client::open(process.address(), "/ws", Some(&sign("ann", 600))).await;
    late.expect("sync").await;
    world.as_person(&progress(TASKS[0], 7)).await;
    for client in [&mut polite, &mut late] {
        client.expect("update").await;
        assert_eq!(client.closed().await, 1012);
    }
    let log = process.end().await;
    let deadline = Duration::from_secs(1 + 1 + 5);
    assert!(told.elapsed() < deadline + Duration::from_secs(3), "it took {:?}: {log}", told.elapsed());
}
