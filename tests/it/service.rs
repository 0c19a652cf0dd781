//! The service as its clients know it: `/ws`, in front of a real database. Every client checks the chain and the
//! positions of all that it hears (`service::client`). `service::credentials` is who is let in, `service::rights` who
//! may hear what, `service::faults` kills, hangs and cuts, `service::limits` is what is too much, `service::rfc6455` what no frame may be. The other transports
//! are `service::sse` and `service::poll`, and `service::moves` goes from one to another; `service::stats` looks at all.
//! `service::features` switches features meanwhile, `service::figures` is what the service tells of itself.

mod board;
mod canary;
pub(crate) mod client;
mod credentials;
mod far_behind;
mod features;
mod figures;
mod hostile;
mod limits;
mod moves;
pub(crate) mod node;
mod poll;
mod race;
mod rfc6455;
mod rights;
pub(crate) mod schema;
mod slow;
mod sse;
mod stats;
mod stock;
#[cfg(feature = "otlp")]
mod traces;
pub(crate) mod web;
pub(crate) mod world;

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::support::eventually;
use client::{Client, events, sequences};
use node::{Node, sign};
use world::{APOLLO, BOREAS, MAIN, SIDE, TASKS, World, progress};

/// Agents' events wait until they are many, or the service ends.
const PATIENT: &str = "update tide.settings set value = '60000' where key = 'ai_window_ms'";

fn topic(project: &str) -> String {
    format!("project:{project}")
}

fn subscribe(topics: &[&str]) -> Value {
    json!({"type": "subscribe", "topics": topics, "correlationId": "s"})
}

#[tokio::test]
async fn a_header_says_who_it_is_and_the_snapshot_of_what_they_may_see_comes_first() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let sync = node.client("ann").await.expect("sync").await;
    let payload = &sync["payload"];
    assert_eq!(payload["reason"], "connect");
    let mut topics: Vec<_> =
        payload["topics"].as_array().unwrap().iter().map(|t| t.as_str().unwrap()).collect();
    topics.sort_unstable();
    assert_eq!(topics, [topic(APOLLO), topic(BOREAS)]);
    assert_eq!(payload["positions"][topic(APOLLO)], payload["sequence"]);
    let summary = &payload["summaries"][MAIN];
    assert_eq!((&summary["total_tasks"], &summary["asOf"]), (&3.into(), &payload["sequence"]));
    assert_eq!(payload["projects"][BOREAS]["name"], "Boreas");
}

#[tokio::test]
async fn a_first_message_says_who_it_is_as_well() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let mut client = Client::open(node.address, "/ws", None).await;
    client.say(&json!({"type": "auth", "token": sign("ann", 60), "correlationId": "hello"})).await;
    client.expect("sync").await;
    let ack = client.expect("ack").await;
    assert_eq!((&ack["payload"]["of"], &ack["metadata"]["correlationId"]), (&"auth".into(), &"hello".into()));
}

#[tokio::test]
async fn who_cannot_say_who_it_is_is_closed_with_4401_and_somebody_elses_address_with_4403() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[("TIDEGATE_WEBSOCKET__AUTH_TIMEOUT", "1")]).await;
    let forged = format!("{}x", sign("ann", 60));
    let code =
        async |path: &str, token: Option<&str>| Client::open(node.address, path, token).await.closed().await;
    assert_eq!(code("/ws", Some(&forged)).await, 4401, "forged");
    assert_eq!(code("/ws", Some(&sign("nobody", 60))).await, 4401, "of nobody");
    assert_eq!(code("/ws/ben", Some(&sign("ann", 60))).await, 4403, "somebody else's");
    let mut silent = Client::open(node.address, "/ws", None).await;
    let mut expiring = Client::open(node.address, "/ws", Some(&sign("ann", 1))).await;
    expiring.expect("sync").await;
    assert_eq!(expiring.closed().await, 4401, "expired");
    assert_eq!(silent.closed().await, 4401, "said nothing in time");
}

#[tokio::test]
async fn what_is_not_a_json_object_is_closed_with_4400_and_an_unknown_type_is_an_error() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let mut client = node.synced("ann").await;
    let error = client.ask(&json!({"type": "dance", "correlationId": "d"}), "error").await;
    assert_eq!(
        (&error["payload"]["code"], &error["payload"]["of"]),
        (&"unknown_type".into(), &"dance".into())
    );
    assert_eq!(error["metadata"]["correlationId"], "d");
    client.say_text("hello").await;
    assert_eq!(client.closed().await, 4400);
}

#[tokio::test]
async fn a_change_by_sql_arrives_with_its_row_its_delta_and_its_cascade() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let mut client = node.synced("ann").await;
    let txid =
        world.as_person(&format!("update work.tasks set status = 'done' where id = '{}'", TASKS[0])).await;
    let update = client.expect("update").await;
    let (payload, metadata) = (&update["payload"], &update["metadata"]);
    assert_eq!((&payload["entity"], &payload["action"]), (&"task".into(), &"update".into()));
    assert_eq!(payload["data"]["primary"]["id"], TASKS[0]);
    assert_eq!(payload["data"]["delta"]["status"], json!(["todo", "done"]));
    let cascade = &payload["data"]["cascade"];
    assert!(
        ["branches", "tasks", "projects", "subtasks", "contexts"].iter().all(|five| cascade[five].is_array())
    );
    assert_eq!(
        (&cascade["branches"][0]["id"], &cascade["branches"][0]["completed_tasks"]),
        (&MAIN.into(), &1.into())
    );
    assert!(cascade["branches"][0]["asOf"].as_i64() >= update["sequence"].as_i64());
    assert_eq!((&metadata["source"], &metadata["userId"]), (&"user".into(), &"ann".into()));
    assert_eq!((&metadata["txid"], &metadata["position"]), (&txid.as_str().into(), &update["sequence"]));
}

#[tokio::test]
async fn a_transaction_is_one_message_and_a_row_that_moves_is_told_on_both_sides() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let mut client = node.synced("ann").await;
    world.as_person(&format!("{}; {}", progress(TASKS[0], 10), progress(TASKS[1], 20))).await;
    let bulk = client.expect("bulk").await;
    assert_eq!((events(&bulk).len(), &bulk["metadata"]["batchSize"]), (2, &2.into()));
    world
        .as_person(&format!("update work.tasks set git_branch_id = '{SIDE}' where id = '{}'", TASKS[2]))
        .await;
    let mut told = [client.next().await, client.next().await].map(|m| m["metadata"]["topic"].to_string());
    told.sort();
    assert_eq!(told, [topic(APOLLO), topic(BOREAS)].map(|topic| format!("\"{topic}\"")));
}

#[tokio::test]
async fn an_agents_changes_leave_together_when_they_are_fifty_and_the_last_state_of_each_row_wins() {
    let world = World::new().await;
    world.run(PATIENT).await;
    let node = Node::start(&world.database, &[]).await;
    let mut client = node.synced("ann").await;
    for round in 0..50 {
        world.as_agent(&progress(TASKS[round % 3], u32::try_from(round).unwrap() + 1)).await;
    }
    let bulk = client.expect("bulk").await;
    assert_eq!(bulk["metadata"]["source"], "mcp-ai");
    let rows = bulk["payload"]["data"]["primary"].as_array().unwrap();
    let mut last: Vec<i64> = rows.iter().map(|row| row["progress_percentage"].as_i64().unwrap()).collect();
    last.sort_unstable();
    assert_eq!(last, [48, 49, 50]);
    let branches = bulk["payload"]["data"]["cascade"]["branches"].as_array().unwrap();
    assert_eq!(branches.len(), 1, "merged: {branches:?}");
}

#[tokio::test]
async fn a_person_passes_waiting_agents_except_on_the_same_row_and_a_shutdown_sends_what_waits() {
    let world = World::new().await;
    world.run(PATIENT).await;
    let node = Node::start(&world.database, &[]).await;
    let mut client = node.synced("ann").await;
    let before = client.positions()[&topic(APOLLO)];
    world.as_agent(&progress(TASKS[0], 10)).await;
    world.as_person(&progress(TASKS[1], 20)).await;
    let passing = client.expect("update").await;
    assert_eq!(passing["payload"]["data"]["primary"]["id"], TASKS[1]);
    assert_eq!(passing["metadata"]["position"], before, "the agent's change is not sent yet");
    world.as_person(&progress(TASKS[0], 30)).await;
    assert_eq!(events(&client.expect("bulk").await)[0].2, TASKS[0], "the agent's goes first");
    let followed = client.expect("update").await;
    assert_eq!(followed["metadata"]["position"], followed["sequence"], "nothing waits any more");
    world.as_agent(&progress(TASKS[2], 40)).await;
    // Somebody else's change behind it says that the service knows of the agent's.
    world.as_person(&progress(TASKS[1], 50)).await;
    client.expect("update").await;
    let stopped = tokio::spawn(node.stop());
    assert_eq!(events(&client.expect("bulk").await)[0].2, TASKS[2]);
    assert_eq!(client.closed().await, 1012);
    drop(client);
    stopped.await.unwrap();
}

#[tokio::test]
async fn subscribing_is_acknowledged_after_the_snapshot_and_unsubscribing_ends_it() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let mut client = node.silent("ann").await;
    let branch = format!("branch:{MAIN}");
    client.say(&subscribe(&[&branch, "project:nonsense"])).await;
    let sync = client.expect("sync").await;
    assert_eq!(
        (&sync["payload"]["reason"], &sync["payload"]["topics"]),
        (&"subscribe".into(), &json!([branch]))
    );
    let ack = client.expect("ack").await;
    assert_eq!(ack["payload"]["positions"][&branch], sync["payload"]["sequence"]);
    assert_eq!(ack["payload"]["refused"], json!([{"topic": "project:nonsense", "code": "forbidden"}]));

    world.as_person(&format!("{}; update work.projects set description = 'x'", progress(TASKS[0], 10))).await;
    let narrow = client.expect("update").await;
    assert_eq!(
        narrow["payload"]["data"]["primary"]["id"], TASKS[0],
        "the project's own change is not the branch's"
    );

    client.say(&subscribe(&[&topic(BOREAS)])).await;
    client.expect("sync").await;
    client.expect("ack").await;
    let ack = client.ask(&json!({"type": "unsubscribe", "topics": [branch]}), "ack").await;
    assert_eq!(ack["payload"]["topics"], json!([branch]));
    world.as_person(&progress(TASKS[0], 20)).await;
    world.as_person(&format!("update work.branches set name = 'fence' where id = '{SIDE}'")).await;
    assert_eq!(client.expect("update").await["payload"]["data"]["primary"]["name"], "fence");
}

#[tokio::test]
async fn a_write_through_the_socket_is_acknowledged_and_told_to_everyone_with_its_origin() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let (mut writer, mut reader) = (node.synced("ann").await, node.synced("ann").await);
    let write = json!({"type": "update", "correlationId": "w", "payload": {"entity": "task", "action": "create",
        "data": {"primary": {"git_branch_id": MAIN, "title": "By socket"}}}});
    writer.say(&write).await;
    let (mut ack, mut echo) = (Value::Null, Value::Null);
    while ack.is_null() || echo.is_null() {
        let message = writer.next().await;
        if message["type"] == "ack" { ack = message } else { echo = message }
    }
    let heard = reader.expect("update").await;
    assert_eq!(heard["payload"]["data"]["primary"]["id"], ack["payload"]["id"]);
    assert_eq!(heard["payload"]["data"]["primary"]["title"], "By socket");
    for message in [&heard, &echo] {
        assert_eq!(message["metadata"]["txid"], ack["payload"]["txid"]);
        assert_eq!(message["metadata"]["correlationId"], "w");
    }
    assert_eq!(heard["id"], echo["id"], "the same message");
}

#[tokio::test]
async fn who_comes_back_gets_what_they_missed_from_memory_and_after_a_restart_from_the_log() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let mut client = node.synced("ann").await;
    world.as_person(&progress(TASKS[0], 10)).await;
    client.expect("update").await;
    let (epoch, positions) = (client.epoch(), client.positions());
    drop(client);
    world.as_person(&progress(TASKS[0], 20)).await;
    world.as_person(&progress(TASKS[1], 30)).await;
    world.as_person(&progress(TASKS[2], 40)).await;
    eventually("all three are sent", async || {
        let mut client = node.silent("ann").await;
        client.resume(&epoch, &positions).await["payload"]["replayed"] == 3
    })
    .await;

    let again = async |node: &Node| {
        let mut client = node.silent("ann").await;
        let ack = client.resume(&epoch, &positions).await;
        assert_eq!(
            (&ack["payload"]["recovered"], &ack["payload"]["replayed"]),
            (&true.into(), &3.into()),
            "{ack}"
        );
        let mut heard = Vec::new();
        while heard.len() < 3 {
            heard.extend(sequences(&client.next().await));
        }
        heard
    };
    let from_memory = again(&node).await;
    node.stop().await;
    let node = Node::start(&world.database, &[]).await;
    assert_eq!(again(&node).await, from_memory);
    assert!(from_memory.is_sorted());
}

#[tokio::test]
async fn a_position_that_means_nothing_is_told_so_and_a_new_snapshot_follows() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let (epoch, positions) = {
        let client = node.synced("ann").await;
        (client.epoch(), client.positions())
    };
    let far: HashMap<String, i64> = positions.keys().map(|topic| (topic.clone(), 1_000_000)).collect();
    let cases = [
        ("01890000-0000-7000-8000-000000000000", &positions, "epoch_changed"),
        (&*epoch, &far, "position_unknown"),
    ];
    for (epoch, positions, reason) in cases {
        let mut client = node.silent("ann").await;
        let ack = client.resume(epoch, positions).await;
        assert_eq!(
            (&ack["payload"]["recovered"], &ack["payload"]["reason"]),
            (&false.into(), &reason.into())
        );
        let sync = client.expect("sync").await;
        assert_eq!(sync["payload"]["reason"], "not_recovered");
        world
            .as_person(&format!("update work.projects set description = '{reason}' where id = '{APOLLO}'"))
            .await;
        client.expect("update").await;
    }
}

#[tokio::test]
async fn in_silence_a_heartbeat_says_where_everything_stands() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[("WEBSOCKET_HEARTBEAT_INTERVAL", "1")]).await;
    let mut client = node.synced("ann").await;
    let heartbeat = client.expect("heartbeat").await;
    assert_eq!(heartbeat["payload"]["epoch"], client.epoch());
    assert_eq!(heartbeat["payload"]["positions"], json!(client.positions()));
    assert!(heartbeat["payload"]["serverTime"].as_i64().unwrap() > 1_700_000_000_000);
}

#[tokio::test]
async fn two_nodes_tell_the_same_and_who_loses_one_goes_on_at_the_other() {
    let world = World::new().await;
    let (one, other) = (Node::start(&world.database, &[]).await, Node::start(&world.database, &[]).await);
    let (mut client, mut twin) = (one.synced("ann").await, other.synced("ann").await);
    for percent in 1..=20 {
        world.as_person(&progress(TASKS[percent as usize % 3], percent)).await;
    }
    for _ in 0..20 {
        let (mine, twins) = (client.next().await, twin.next().await);
        // Who reads a tick that the other made reads rows and summaries that may be of a later one.
        let change =
            |m: &Value| (m["id"].clone(), m["sequence"].clone(), m["payload"]["data"]["delta"].clone());
        assert_eq!(change(&mine), change(&twins));
    }
    let (epoch, positions) = (client.epoch(), client.positions());
    drop(client);
    one.stop().await;
    world.as_person(&progress(TASKS[0], 30)).await;
    let mut back = other.silent("ann").await;
    assert_eq!(back.resume(&epoch, &positions).await["payload"]["recovered"], true);
    assert_eq!(back.next().await["id"], twin.next().await["id"]);
}

#[tokio::test]
async fn a_snapshot_in_the_middle_of_a_backlog_covers_what_is_still_to_be_told() {
    let world = World::new().await;
    for percent in 1..=60 {
        world.as_person(&progress(TASKS[percent as usize % 3], percent)).await;
    }
    // The first tick of several; then nobody may make the next one.
    world.run("select count(*) from tide.advance(20)").await;
    world.run("begin; select tide._take_turn()").await;
    let node = Node::start(&world.database, &[]).await;
    let mut early = node.synced("ann").await;
    let head: i64 = world.sql.query_one("select sequence from tide.position()", &[]).await.unwrap().get(0);
    assert_eq!(early.positions()[&topic(APOLLO)], head + 40, "as of the end of the backlog");
    let mut back = node.silent("ann").await;
    assert_eq!(back.resume(&early.epoch(), &early.positions()).await["payload"]["recovered"], true);

    world.run("commit").await;
    world.as_person(&format!("update work.projects set description = 'new' where id = '{APOLLO}'")).await;
    for client in [&mut early, &mut back] {
        assert_eq!(client.expect("update").await["payload"]["data"]["primary"]["description"], "new");
    }
}
