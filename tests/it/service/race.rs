//! Whoever subscribes while others write misses nothing and gets nothing twice.

use serde_json::{Value, json};

use super::client::Client;
use super::node::{Node, sign};
use super::world::{APOLLO, MAIN, World};
use super::{subscribe, topic};
use crate::support::eventually;

/// Every event is another task of one topic, so the next `count` events are the next numbers, none left out.
async fn count_on(client: &mut Client, mut sequence: i64, count: i64) -> i64 {
    for _ in 0..count {
        let message = client.expect("update").await;
        assert_eq!(message["sequence"], sequence + 1, "{message}");
        sequence += 1;
    }
    sequence
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn subscribing_again_and_again_while_tasks_are_added_loses_and_doubles_none() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[("TIDEGATE_WEBSOCKET__MESSAGE_BURST", "1000")]).await;
    let (before, before_tasks) = snapshot(&node.client("ann").await.expect("sync").await);
    let sql = world.database.connect().await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let writer = tokio::spawn(async move {
        let add = format!("insert into work.tasks (git_branch_id, title) values ('{MAIN}', 'another')");
        let mut stopped = stopped;
        let mut added = 0;
        while stopped.try_recv().is_err() {
            sql.batch_execute(&add).await.unwrap();
            added += 1;
        }
        added
    });
    let mut client = Client::open(node.address, "/ws?sync=none", Some(&sign("ann", 600))).await;
    let wanted = topic(APOLLO);
    for round in 0..60 {
        client.say(&subscribe(&[&wanted])).await;
        let (sequence, total) = snapshot(&client.expect("sync").await);
        assert_eq!(total, before_tasks + sequence - before, "the snapshot is as of its sequence");
        client.expect("ack").await;
        count_on(&mut client, sequence, round % 4).await;
        client.say(&json!({"type": "unsubscribe", "topics": [wanted]})).await;
        while client.next().await["type"] != "ack" {}
    }
    stop.send(()).unwrap();
    let added: i64 = writer.await.unwrap();
    eventually("all of it is told", async || world.text("select tide.pending_count()::text").await == "0")
        .await;
    client.say(&subscribe(&[&wanted])).await;
    let (sequence, total) = snapshot(&client.expect("sync").await);
    assert_eq!((sequence, total), (before + added, before_tasks + added));
}

/// Its sequence, and the tasks it counts.
fn snapshot(sync: &Value) -> (i64, i64) {
    let payload = &sync["payload"];
    let number = |value: &Value| value.as_i64().unwrap();
    (number(&payload["sequence"]), number(&payload["summaries"][MAIN]["total_tasks"]))
}
