//! Clients that mean harm, all at once: nobody else notices, and they cost no memory.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures::{SinkExt, StreamExt};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::node::{Node, Process, sign};
use super::world::{TASKS, World, progress};

/// Memory that a hundred of them may cost the service, in bytes.
const TOLERATED: u64 = 64 << 20;
/// How late a change may be heard beside them; a debug build on a busy machine needs some of it.
const LATE: Duration = Duration::from_secs(2);

type Socket = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<TcpStream>>;

async fn socket(address: SocketAddr, token: Option<String>) -> Socket {
    let mut request = format!("ws://{address}/ws").into_client_request().unwrap();
    if let Some(token) = token {
        request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    }
    connect_async(request).await.unwrap().0
}

/// The close code after some frames of one of many attackers; whatever else comes does not count.
async fn closed_after(address: SocketAddr, attacker: usize, frames: Vec<Frame>) -> u16 {
    let mut socket = socket(address, Some(sign(&format!("eve {attacker}"), 600))).await;
    for frame in frames {
        if socket.send(frame).await.is_err() {
            break;
        }
    }
    while let Some(Ok(frame)) = socket.next().await {
        if let Frame::Close(Some(close)) = frame {
            return close.code.into();
        }
    }
    1006
}

/// Sends a header byte by byte, and never its end; answers when it is thrown out.
async fn drip(address: SocketAddr, sent: &[u8]) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let _ = stream.write_all(sent).await;
    let (mut reading, mut writing) = stream.split();
    let mut rest = Vec::new();
    let end = async {
        while writing.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::select! {
        _ = reading.read_to_end(&mut rest) => {}
        () = end => {}
    }
}

/// Subscribes, and reads nothing any more.
async fn deaf(address: SocketAddr) -> Socket {
    let mut socket = socket(address, Some(sign("ann", 600))).await;
    socket.next().await.unwrap().unwrap();
    socket
}

fn attack(address: SocketAddr) -> JoinSet<()> {
    let mut attackers = JoinSet::new();
    for attacker in 0..15 {
        attackers.spawn(drip(address, b""));
        attackers.spawn(drip(address, b"GET /ws HTTP/1.1\r\nhost: x\r\nx-slow: "));
        attackers.spawn(async move {
            let mut silent = socket(address, None).await;
            while silent.next().await.is_some_and(|frame| frame.is_ok()) {}
        });
        for (frames, expected) in [
            (vec![Frame::text("{")], 4400),
            (vec![Frame::text("[1, 2]")], 4400),
            (vec![Frame::text("[".repeat(60_000))], 4400),
            (vec![Frame::binary(vec![0; 100])], 4400),
            (vec![Frame::text(format!("{{\"type\": \"{}\"}}", "x".repeat(70_000)))], 4413),
        ] {
            attackers
                .spawn(async move { assert_eq!(closed_after(address, attacker, frames).await, expected) });
        }
    }
    for attacker in 0..3 {
        attackers.spawn(async move {
            let flood = vec![Frame::text(json!({"type": "heartbeat"}).to_string()); 20_000];
            assert_eq!(closed_after(address, attacker, flood).await, 4429);
        });
    }
    attackers
}

#[cfg(target_os = "linux")]
fn memory(process: &Process) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap() * 1024
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_attackers_cost_nobody_time_and_no_memory() {
    let world = World::new().await;
    world.run("insert into work.users (handle) select 'eve ' || n from generate_series(0, 14) n").await;
    let process = Process::start(&world.database).await;
    let mut client = process.client("/ws").await;
    client.expect("sync").await;
    world.as_person(&progress(TASKS[0], 1)).await;
    client.expect("update").await;
    let before = memory(&process);

    let deaf: Vec<Socket> = futures::future::join_all((0..10).map(|_| deaf(process.address()))).await;
    let mut attackers = attack(process.address());
    let mut latest = Duration::ZERO;
    for percent in 2..=60 {
        let written = Instant::now();
        world.as_person(&progress(TASKS[0], percent)).await;
        client.expect("update").await;
        latest = latest.max(written.elapsed());
    }
    let most = memory(&process);
    while let Some(ended) = attackers.join_next().await {
        ended.unwrap();
    }
    assert!(latest < LATE, "a change was heard after {latest:?}");
    assert!(most.saturating_sub(before) < TOLERATED, "from {before} to {most} bytes");
    drop(deaf);
    world.as_person(&progress(TASKS[0], 61)).await;
    client.expect("update").await;
}

#[tokio::test]
async fn forged_notifications_are_hints_and_nobody_is_told_what_they_say() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let mut client = node.synced("ann").await;
    let stranger = world.database.connect_as("tide_reader").await;
    let forged = "select pg_notify(channel, payload || n)
        from unnest(array['tide_events', 'tide_doorbell']) channel, generate_series(1, 2000) n,
          (values ('{\"epoch\":\"0\",\"first\":1,\"last\":9999999,\"count\":1,\"events\":[]}'), ('not JSON ')) v (payload)";
    for _ in 0..5 {
        stranger.batch_execute(forged).await.unwrap();
    }
    world.as_person(&progress(TASKS[0], 50)).await;
    let told = client.expect("update").await;
    assert_eq!(told["payload"]["data"]["primary"]["progress_percentage"], 50, "{told}");
    // The client checks the chain of what it hears; the next one follows at once.
    world.as_person(&progress(TASKS[0], 51)).await;
    assert_eq!(client.expect("update").await["metadata"]["previous"], told["sequence"]);
}
