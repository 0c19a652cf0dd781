//! Spans reach a collector: those of requests with their ids, those of ticks with their sequences.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use tokio::net::TcpListener;

use super::node::{Process, sign};
use super::world::{TASKS, World, progress};
use crate::support::eventually;

/// Keeps what it is sent. Texts stand in the messages as they are.
async fn collector() -> (String, Arc<Mutex<Vec<u8>>>) {
    let told = Arc::<Mutex<Vec<u8>>>::default();
    let keeper = told.clone();
    let keep = async move |sent: Bytes| keeper.lock().unwrap().extend_from_slice(&sent);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route("/v1/traces", post(keep));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, told)
}

#[tokio::test]
async fn requests_and_ticks_reach_the_collector() {
    let world = World::new().await;
    let (address, told) = collector().await;
    let settings = [("TIDEGATE_TELEMETRY__OTLP_ENDPOINT", address.as_str()), ("RUST_LOG", "error")];
    let node = Process::start_with(&world.database, &settings).await;
    let mut client = node.client("/ws").await;
    client.expect("sync").await;
    world.as_person(&progress(TASKS[0], 10)).await;
    client.expect("update").await;
    let request = reqwest::Client::new().get(format!("http://{}/api/v2/projects", node.address()));
    let request = request.bearer_auth(sign("ann", 60)).header("x-request-id", "traced-one");
    assert_eq!(request.send().await.unwrap().status().as_u16(), 200);
    drop(client);
    node.end().await;
    let has = |text: &str| told.lock().unwrap().windows(text.len()).any(|window| window == text.as_bytes());
    eventually("all of it has arrived", async || {
        ["tidegate", "request.id", "traced-one", "/api/v2/projects", "tick.sequence"]
            .iter()
            .all(|text| has(text))
    })
    .await;
    assert!(!has(&sign("ann", 60)), "no token");
}
