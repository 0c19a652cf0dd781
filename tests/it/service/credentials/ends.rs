//! A credential that ends under an open socket, or is renewed there.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::super::client::Client;
use super::super::node::{Node, sign};
use super::super::world::World;
use super::{create_key, ticket, with_ticket};

/// How soon an open socket ends whose credential was taken back.
const PROMISED: Duration = Duration::from_secs(2);

/// Hears that the credential ended, and the end.
async fn told(client: &mut Client) -> String {
    let error = client.expect("error").await;
    assert_eq!(client.closed().await, 4401);
    error["payload"]["code"].as_str().unwrap().to_owned()
}

fn auth(credential: &str) -> Value {
    json!({"type": "auth", "token": credential, "correlationId": "a"})
}

#[tokio::test]
async fn a_revoked_key_ends_what_it_opened_on_every_node_within_two_seconds_and_says_so() {
    let world = World::new().await;
    let (one, other) = (Node::start(&world.database, &[]).await, Node::start(&world.database, &[]).await);
    let key = create_key(&world.sql, "ann", "").await;
    let bought = ticket(one.address, &key).await;
    let mut clients = [
        Client::open(one.address, "/ws", Some(&key)).await,
        Client::open(other.address, "/ws?sync=none", Some(&key)).await,
        with_ticket(other.address, &bought).await,
    ];
    clients[0].expect("sync").await;
    clients[1].ask(&json!({"type": "heartbeat"}), "ack").await;
    clients[2].expect("sync").await;
    let mut untouched = one.synced("ann").await;

    world.run("select work.revoke_key(prefix) from work.api_keys").await;
    let revoked = Instant::now();
    for client in &mut clients {
        assert_eq!(told(client).await, "credential_revoked");
    }
    assert!(revoked.elapsed() < PROMISED, "after {:?}", revoked.elapsed());
    untouched.ask(&json!({"type": "heartbeat"}), "ack").await;
}

#[tokio::test]
async fn a_key_that_is_deleted_or_ends_earlier_ends_what_it_opened() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    for (statement, code) in [
        ("update work.api_keys set expires_at = now()", "credential_expired"),
        ("update work.api_keys set expires_at = now() + interval '1 s'", "credential_expired"),
        ("delete from work.api_keys", "credential_revoked"),
    ] {
        let key = create_key(&world.sql, "ann", "").await;
        let mut client = Client::open(node.address, "/ws", Some(&key)).await;
        client.expect("sync").await;
        world.run("update work.api_keys set created_at = now() - interval '1 h'").await;
        world.run(statement).await;
        assert_eq!(told(&mut client).await, code, "{statement}");
    }
}

#[tokio::test]
async fn an_expired_token_ends_its_socket_and_says_so() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let mut client = Client::open(node.address, "/ws", Some(&sign("ann", 2))).await;
    client.expect("sync").await;
    let bought = ticket(node.address, &sign("ann", 2)).await;
    let mut by_ticket = with_ticket(node.address, &bought).await;
    by_ticket.expect("sync").await;
    assert_eq!(told(&mut client).await, "credential_expired");
    assert_eq!(told(&mut by_ticket).await, "credential_expired", "a ticket is no way around it");
}

#[tokio::test]
async fn a_user_who_is_gone_is_told_so() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let mut client = Client::open(node.address, "/ws?sync=none", Some(&sign("ben", 60))).await;
    client.ask(&json!({"type": "heartbeat"}), "ack").await;
    world.run("delete from work.users where handle = 'ben'").await;
    assert_eq!(told(&mut client).await, "user_unknown");
}

#[tokio::test]
async fn a_new_credential_in_time_lets_the_socket_live_on() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[("WEBSOCKET_HEARTBEAT_INTERVAL", "1")]).await;
    let key = create_key(&world.sql, "ann", "").await;
    for fresh in [sign("ann", 3600), key] {
        let mut client = Client::open(node.address, "/ws", Some(&sign("ann", 2))).await;
        let begun = client.expect("sync").await["timestamp"].as_i64().unwrap();
        let ack = client.ask(&auth(&fresh), "ack").await;
        assert_eq!((&ack["payload"]["of"], &ack["metadata"]["correlationId"]), (&"auth".into(), &"a".into()));
        // The first credential would have ended by then.
        while client.expect("heartbeat").await["payload"]["serverTime"].as_i64().unwrap() < begun + 3_000 {}
    }
}

#[tokio::test]
async fn a_new_credential_of_somebody_else_is_4403_and_a_bad_one_4401() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let mut client = node.synced("ann").await;
    client.say(&auth(&sign("ben", 60))).await;
    assert_eq!(client.closed().await, 4403);
    for bad in ["nonsense", "tg_0123456789ab_0", &sign("nobody", 60)] {
        let mut client = node.synced("ann").await;
        client.say(&auth(bad)).await;
        assert!(["credential_invalid", "user_unknown"].contains(&&*told(&mut client).await), "{bad}");
    }
}
