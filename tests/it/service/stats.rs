//! `/ws/stats`, disconnecting, `/metrics`: who may see and do what.

use reqwest::Method;
use serde_json::json;

use super::node::Node;
use super::web::{Web, answer};
use super::world::APOLLO;
use super::world::World;
use super::{client::Client, node::sign, topic};

#[tokio::test]
async fn everybody_with_a_credential_sees_totals_and_only_administrators_each_connection() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let (ann, admin) = (Web::new(&node, "ann"), Web::admin(&node, "ben"));
    let _socket = node.synced("ann").await;
    let mut stream = ann.stream(&format!("topics={}", topic(APOLLO)), None).await;
    stream.expect("sync").await;

    let totals = ann.get("/ws/stats").await;
    assert_eq!(totals.body["open"], json!({"total": 2, "websocket": 1, "sse": 1, "poll": 0}));
    assert_eq!((&totals.body["users"], &totals.body["connections"]), (&1.into(), &json!(null)));
    assert!(totals.body["messages"]["sent"].as_u64() >= Some(2) && totals.body["closes"]["4409"] == 0);
    assert!(totals.body["replay"]["maxBytes"].as_u64() > Some(0));

    let all = admin.get("/ws/stats?connections=true").await;
    let of = |transport: &str| {
        all.body["connections"].as_array().unwrap().iter().find(|one| one["transport"] == transport).unwrap()
    };
    assert_eq!((&of("websocket")["user"], &of("websocket")["address"]), (&"ann".into(), &"127.0.0.1".into()));
    assert_eq!(of("sse")["topics"], json!([topic(APOLLO)]));
    assert_eq!(of("sse")["positions"][topic(APOLLO)], stream.position());
    assert_eq!((&of("sse")["lag"], &of("sse")["waitingBytes"]), (&0.into(), &0.into()));

    assert_eq!(ann.get("/ws/stats?connections=true").await.status, 403);
    assert_eq!(Web::with_token(&node, None).get("/ws/stats").await.status, 401);
}

#[tokio::test]
async fn an_administrator_ends_a_connection_and_nobody_else_can() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let (ann, admin) = (Web::new(&node, "ann"), Web::admin(&node, "ben"));
    let mut socket = node.client("ann").await;
    let id = socket.expect("sync").await["metadata"]["sessionId"].as_str().unwrap().to_owned();
    let path = format!("/ws/connections/{id}");
    assert_eq!(answer(ann.request(Method::DELETE, &path)).await.status, 404);
    assert_eq!(answer(admin.request(Method::DELETE, "/ws/connections/nonsense")).await.status, 404);
    assert_eq!(answer(admin.request(Method::DELETE, &path)).await.status, 204);
    assert_eq!(socket.closed().await, 4403);
    drop(socket);

    let mut stream = ann.stream("", None).await;
    let id = stream.expect("sync").await["metadata"]["sessionId"].as_str().unwrap().to_owned();
    assert_eq!(answer(admin.request(Method::DELETE, &format!("/ws/connections/{id}"))).await.status, 204);
    assert_eq!(stream.expect("error").await["payload"]["code"], "disconnected");
    assert!(stream.hear().await.is_none());
}

#[tokio::test]
async fn figures_are_for_this_machine_and_for_administrators_unless_they_are_open() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let status = async |web: &Web, forwarded: bool| {
        let request = web.request(Method::GET, "/metrics");
        let request = if forwarded { request.header("x-forwarded-for", "10.0.0.1") } else { request };
        answer(request).await.status
    };
    let (nobody, ann, admin) =
        (Web::with_token(&node, None), Web::new(&node, "ann"), Web::admin(&node, "ben"));
    assert_eq!(status(&nobody, false).await, 200, "from this machine");
    assert_eq!(status(&nobody, true).await, 401, "through a proxy on this machine");
    assert_eq!((status(&ann, true).await, status(&admin, true).await), (403, 200));
    let open = Node::start(&world.database, &[("TIDEGATE_HTTP__OPEN_METRICS", "true")]).await;
    assert_eq!(status(&Web::with_token(&open, None), true).await, 200);
    // Not the address of a user.
    assert_eq!(
        Client::open(node.address, "/ws/ann", Some(&sign("ann", 60))).await.expect("sync").await["type"],
        "sync"
    );
}
