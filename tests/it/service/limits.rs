//! What is too much, and how a client learns it: never by silence.

use serde_json::json;

use super::node::{Node, sign};
use super::web::Web;
use super::world::APOLLO;
use super::world::World;
use super::{client::Client, topic};

#[tokio::test]
async fn too_many_messages_are_refused_with_when_to_try_again_and_only_abuse_is_closed() {
    let world = World::new().await;
    let slow = [("TIDEGATE_WEBSOCKET__MESSAGES_PER_SECOND", "5"), ("TIDEGATE_WEBSOCKET__MESSAGE_BURST", "3")];
    let node = Node::start(&world.database, &slow).await;
    let mut client = node.silent("ann").await;
    let heartbeat = json!({"type": "heartbeat", "correlationId": "h"});
    let mut refused = loop {
        client.say(&heartbeat).await;
        let answer = client.next().await;
        if answer["type"] == "error" {
            break answer;
        }
    };
    assert_eq!(
        (&refused["payload"]["code"], &refused["payload"]["retryable"]),
        (&"rate_limited".into(), &true.into())
    );
    assert_eq!(
        (&refused["payload"]["of"], &refused["metadata"]["correlationId"]),
        (&"heartbeat".into(), &"h".into())
    );
    // Who waits as long as they are told may go on.
    while refused["type"] == "error" {
        let after = refused["payload"]["retryAfterMs"].as_u64().unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(after)).await;
        client.say(&heartbeat).await;
        refused = client.next().await;
    }
    for _ in 0..50 {
        client.say(&heartbeat).await;
    }
    assert_eq!(client.closed().await, 4429);
}

#[tokio::test]
async fn a_message_that_is_too_large_is_closed_with_4413() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let mut client = node.silent("ann").await;
    let fits = json!({"type": "subscribe", "topics": ["x".repeat(60_000)]});
    assert_eq!(client.ask(&fits, "ack").await["payload"]["refused"][0]["code"], "malformed");
    client.say_text(&" ".repeat(70_000)).await;
    assert_eq!(client.closed().await, 4413);
}

#[tokio::test]
async fn one_address_can_not_take_every_place() {
    let world = World::new().await;
    let few = [("TIDEGATE_HTTP__MAX_CONNECTIONS_PER_ADDRESS", "2")];
    let node = Node::start(&world.database, &few).await;
    let (mut one, other) = (node.synced("ann").await, node.synced("ann").await);
    let answer = Web::new(&node, "ann").get("/api/v2/changes").await;
    assert_eq!((answer.status, &answer.body["code"]), (429, &"too_many_connections_of_address".into()));
    assert!(answer.retry_after.is_some());
    drop(other);
    crate::support::eventually("a place is free", async || {
        Web::new(&node, "ann").get("/health").await.status == 200
    })
    .await;
    one.say(&json!({"type": "heartbeat"})).await;
    one.expect("ack").await;
}

#[tokio::test]
async fn behind_a_trusted_proxy_its_clients_are_told_apart() {
    let world = World::new().await;
    let settings =
        [("TIDEGATE_HTTP__MAX_CONNECTIONS_PER_ADDRESS", "1"), ("TIDEGATE_HTTP__TRUST_FORWARDED_FOR", "true")];
    let node = Node::start(&world.database, &settings).await;
    let web = Web::new(&node, "ann");
    let open = async |address: &str| {
        let request = web.request(reqwest::Method::GET, "/api/v2/stream");
        request.header("x-forwarded-for", format!("6.6.6.6, {address}")).send().await.unwrap()
    };
    let first = open("10.0.0.1").await;
    assert_eq!(first.status(), 200);
    assert_eq!(open("10.0.0.1").await.status(), 429);
    assert_eq!(open("10.0.0.2").await.status(), 200);
    drop(first);
    crate::support::eventually("the first has left", async || open("10.0.0.1").await.status() == 200).await;
}

#[tokio::test]
async fn one_user_and_all_together_have_so_many_connections_by_whatever_transport() {
    let world = World::new().await;
    let settings =
        [("WEBSOCKET_MAX_CONNECTIONS", "3"), ("TIDEGATE_WEBSOCKET__MAX_CONNECTIONS_PER_USER", "2")];
    let node = Node::start(&world.database, &settings).await;
    let (ann, ben) = (Web::new(&node, "ann"), Web::new(&node, "ben"));
    let _socket = node.synced("ann").await;
    let mut stream = ann.stream(&format!("topics={}", topic(APOLLO)), None).await;
    stream.expect("sync").await;
    let answer = ann.get("/api/v2/changes").await;
    assert_eq!((answer.status, &answer.body["code"]), (429, &"too_many_connections_of_user".into()));
    assert_eq!(Client::open(node.address, "/ws", Some(&sign("ann", 60))).await.closed().await, 4429);
    let mut third = ben.stream("", None).await;
    third.expect("sync").await;
    let answer = ben.get("/api/v2/changes").await;
    assert_eq!((answer.status, &answer.body["code"]), (503, &"too_many_connections".into()));
    assert!(answer.retry_after.is_some());
}
