//! Who missed more than one look into the log brings gets all of it, page by page, and then what comes live.

use std::collections::HashSet;
use std::time::Duration;

use serde_json::Value;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::client::{events, sequences};
use super::node::Node;
use super::web::Web;
use super::world::{MAIN, SIDE, World};
use crate::support::eventually;

/// In statements of a hundred, so that each row is told; two in three in one project, the others in the other one.
const MISSED: usize = 12_000;
const LIVE: usize = 60;
/// Little is kept in memory, so that the log is asked; on a busy machine nobody is closed as too slow for it.
const FORGETFUL: [(&str, &str); 2] =
    [("TIDEGATE_STREAM__REPLAY_BYTES", "100000"), ("TIDEGATE_WEBSOCKET__QUEUE_BYTES", "268435456")];

async fn miss(world: &World) {
    for turn in 0..MISSED / 100 {
        let branch = if turn % 3 == 2 { SIDE } else { MAIN };
        let insert = format!(
            "insert into work.tasks (git_branch_id, title) select '{branch}', 'missed' from generate_series(1, 100)"
        );
        world.run(&insert).await;
    }
    let pending = "select tide.pending_count()::text";
    eventually("all of it has a number", async || world.text(pending).await == "0").await;
}

/// Somebody who writes on while that is told.
async fn write_on(world: &World) -> JoinHandle<()> {
    let sql = world.database.connect().await;
    tokio::spawn(async move {
        for _ in 0..LIVE {
            let insert = format!("insert into work.tasks (git_branch_id, title) values ('{MAIN}', 'live')");
            sql.batch_execute(&insert).await.unwrap();
            sleep(Duration::from_millis(20)).await;
        }
    })
}

/// What was told: each task once, and every topic's in order.
#[derive(Default)]
struct Told {
    ids: HashSet<String>,
    last: std::collections::HashMap<String, i64>,
}

impl Told {
    fn note(&mut self, message: &Value) {
        if !matches!(message["type"].as_str(), Some("update" | "bulk")) {
            return;
        }
        let topic = message["metadata"]["topic"].as_str().unwrap().to_owned();
        for sequence in sequences(message) {
            let last = self.last.insert(topic.clone(), sequence);
            assert!(last.is_none_or(|last| last < sequence), "{sequence} after {last:?} on {topic}");
        }
        for (_, _, id) in events(message) {
            assert!(self.ids.insert(id), "twice: {message}");
        }
    }

    fn is_all(&self) -> bool {
        self.ids.len() == MISSED + LIVE
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_socket_gets_all_that_it_missed_however_much_and_then_what_comes_live() {
    let world = World::new().await;
    let node = Node::start(&world.database, &FORGETFUL).await;
    let before = node.synced("ann").await;
    let (epoch, positions) = (before.epoch(), before.positions());
    drop(before);
    miss(&world).await;
    let writer = write_on(&world).await;
    let mut client = node.silent("ann").await;
    let ack = client.resume(&epoch, &positions).await;
    assert_eq!(
        (&ack["payload"]["recovered"], &ack["payload"]["more"]),
        (&true.into(), &true.into()),
        "{ack}"
    );
    let mut told = Told::default();
    while !told.is_all() {
        told.note(&client.next().await);
    }
    writer.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_does_an_event_stream() {
    let world = World::new().await;
    let node = Node::start(&world.database, &FORGETFUL).await;
    let web = Web::new(&node, "ann");
    let mut before = web.stream("", None).await;
    before.expect("sync").await;
    let id = before.id();
    drop(before);
    miss(&world).await;
    let writer = write_on(&world).await;
    let mut stream = web.stream("", Some(&id)).await;
    let mut told = Told::default();
    while !told.is_all() {
        told.note(&stream.hear().await.expect("it goes on"));
    }
    writer.await.unwrap();
}
