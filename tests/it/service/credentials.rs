//! Who is let in, by HTTP and by `/ws`, and as whom: tokens of ours and of somebody else, keys, tickets.
//! `service::credentials::forged` is what must not pass, `service::credentials::ends` what happens on open sockets.

mod ends;
mod forged;
mod silence;

use std::net::SocketAddr;

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use tokio_postgres::Client as Sql;

use super::client::Client;
use super::node::{Node, sign};
use super::world::{APOLLO, TASKS, World};
use super::{subscribe, topic};
use crate::support::eventually;
use crate::support::program::tidegate;

const RSA: &str = include_str!("../../keys/rsa.pem");
const RSA_PUBLIC: &str = include_str!("../../keys/rsa.public.pem");
const ED25519: &str = include_str!("../../keys/ed25519.pem");
const ED25519_PUBLIC: &str = include_str!("../../keys/ed25519.public.pem");

/// Who signs as the owner of the RSA key.
fn rsa() -> EncodingKey {
    EncodingKey::from_rsa_pem(RSA.as_bytes()).unwrap()
}

/// Who signs as the owner of the Ed25519 key.
fn ed25519() -> EncodingKey {
    EncodingKey::from_ed_pem(ED25519.as_bytes()).unwrap()
}

/// Seconds since 1970, so many from now.
fn at(from_now: i64) -> i64 {
    i64::try_from(jsonwebtoken::get_current_timestamp()).unwrap() + from_now
}

/// A token of somebody else's.
fn token(algorithm: Algorithm, kid: Option<&str>, claims: &Value, key: &EncodingKey) -> String {
    let header = Header { kid: kid.map(str::to_owned), ..Header::new(algorithm) };
    jsonwebtoken::encode(&header, claims, key).unwrap()
}

/// A new key of a person's; `options` are further arguments of `work.create_key`.
async fn create_key(sql: &Sql, handle: &str, options: &str) -> String {
    let make = format!("select work.create_key(id{options}) ->> 'key' from work.users where handle = $1");
    sql.query_one(&make, &[&handle]).await.unwrap().get(0)
}

/// `POST /api/v2/ws-ticket`: the status and the answer.
async fn buy_ticket(node: SocketAddr, credential: &str) -> (u16, Value) {
    let request = reqwest::Client::new().post(format!("http://{node}/api/v2/ws-ticket"));
    let answer = request.bearer_auth(credential).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn ticket(node: SocketAddr, credential: &str) -> String {
    let (status, answer) = buy_ticket(node, credential).await;
    assert_eq!(status, 200, "{answer}");
    answer["ticket"].as_str().unwrap().to_owned()
}

async fn with_ticket(node: SocketAddr, ticket: &str) -> Client {
    Client::open(node, &format!("/ws?ticket={ticket}"), None).await
}

#[tokio::test]
async fn a_token_of_somebody_whose_public_key_is_known_counts_without_a_secret_of_ours() {
    let world = World::new().await;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("key.pem");
    std::fs::write(&file, RSA_PUBLIC).unwrap();
    let settings = [("TIDEGATE_JWT_SECRET", ""), ("TIDEGATE_AUTH__JWT_KEY_FILE", file.to_str().unwrap())];
    let node = Node::start(&world.database, &settings).await;
    let claims = json!({"sub": "ann", "exp": at(60)});
    let (of_rsa, of_ed25519) =
        (token(Algorithm::RS256, None, &claims, &rsa()), token(Algorithm::EdDSA, None, &claims, &ed25519()));
    Client::open(node.address, "/ws", Some(&of_rsa)).await.expect("sync").await;
    let status = async |token: &str| buy_ticket(node.address, token).await.0;
    assert_eq!((status(&of_rsa).await, status(&of_ed25519).await), (200, 401));

    // The owner goes over to another key; half a file on the way there closes nobody out.
    std::fs::write(&file, &ED25519_PUBLIC[..40]).unwrap();
    assert_eq!(status(&of_rsa).await, 200);
    std::fs::write(&file, ED25519_PUBLIC).unwrap();
    eventually("the new key counts", async || status(&of_ed25519).await == 200).await;
    assert_eq!(status(&of_rsa).await, 401, "and the old one no more");
}

#[tokio::test]
async fn a_ticket_lets_its_buyer_in_once_on_any_node() {
    let world = World::new().await;
    let (one, other) = (Node::start(&world.database, &[]).await, Node::start(&world.database, &[]).await);
    let (status, sold) = buy_ticket(one.address, &sign("ann", 3600)).await;
    assert_eq!((status, &sold["expires_in"]), (200, &30.into()), "{sold}");
    let ticket = sold["ticket"].as_str().unwrap();
    assert_eq!(sold["url"], format!("/ws?ticket={ticket}"));
    assert!(sold["expires_at"].is_string());

    // Of two who come at once, on two nodes, one gets in.
    let came = tokio::join!(with_ticket(one.address, ticket), with_ticket(other.address, ticket));
    let (mut first, mut second) = came;
    let mut heard =
        [first.hear().await.map(|m| m["type"].clone()), second.hear().await.map(|m| m["type"].clone())];
    heard.sort_by_key(Result::is_ok);
    assert_eq!(heard, [Err(4401), Ok("sync".into())]);
    assert_eq!(with_ticket(one.address, ticket).await.closed().await, 4401, "nor a third");
}

#[tokio::test]
async fn a_ticket_counts_in_time_and_only_where_a_ticket_is_asked_for() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let late = ticket(node.address, &sign("ann", 3600)).await;
    world.run("update work.ws_tickets set expires_at = now()").await;
    let unused = ticket(node.address, &sign("ann", 3600)).await;
    let token = sign("ann", 3600);
    let key = create_key(&world.sql, "ann", "").await;
    for (what, shown) in [("expired", &*late), ("a token", &token), ("a key", &key), ("nothing", "")] {
        assert_eq!(with_ticket(node.address, shown).await.closed().await, 4401, "{what}");
    }
    let (status, problem) = buy_ticket(node.address, &unused).await;
    assert_eq!((status, &problem["code"]), (401, &"credential_invalid".into()), "a ticket buys no ticket");
    with_ticket(node.address, &unused).await.expect("sync").await;
    let short = buy_ticket(node.address, &sign("ann", 10)).await.1;
    assert!(short["expires_in"].as_i64().unwrap() <= 10, "no better than its credential: {short}");
}

#[tokio::test]
async fn a_key_made_at_a_shell_counts_on_every_node_until_it_is_revoked_there() {
    let world = World::new().await;
    let (one, other) = (Node::start(&world.database, &[]).await, Node::start(&world.database, &[]).await);
    let made =
        tidegate(&world.database, &["key", "create", "--user", "ann", "--name", "laptop", "--ttl", "90d"]);
    assert_eq!(made.status, Some(0), "{made:?}");
    let key = made.said.trim();
    for node in [&one, &other] {
        Client::open(node.address, "/ws", Some(key)).await.expect("sync").await;
    }
    let used = "select bool_and(last_used_at is not null)::text from work.api_keys";
    eventually("its use is noted", async || world.text(used).await == "true").await;

    let listed = tidegate(&world.database, &["key", "list", "--user", "ann"]).said;
    let prefix = key.split('_').nth(1).unwrap();
    assert!(listed.contains(prefix) && listed.contains("laptop") && listed.contains("good"), "{listed}");
    assert!(!listed.contains(key.split('_').nth(2).unwrap()), "{listed}");
    assert_eq!(tidegate(&world.database, &["key", "revoke", prefix]).status, Some(0));
    for node in [&one, &other] {
        let (status, problem) = buy_ticket(node.address, key).await;
        assert_eq!((status, &problem["code"]), (401, &"credential_revoked".into()));
    }
    let unknown = tidegate(&world.database, &["key", "revoke", "nonsense"]);
    assert!(unknown.status == Some(1) && unknown.complained.contains("no such key"), "{unknown:?}");
}

#[tokio::test]
async fn a_write_has_the_source_that_its_credential_says() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let key = create_key(&world.sql, "ann", ", sources => '{mcp-ai,user}'").await;
    let mut agent = Client::open(node.address, "/ws", Some(&key)).await;
    agent.expect("sync").await;
    let bought = ticket(node.address, &key).await;
    let mut by_ticket = with_ticket(node.address, &bought).await;
    by_ticket.expect("sync").await;
    let mut reader = node.synced("ann").await;
    for writer in [&mut agent, &mut by_ticket] {
        let write = json!({"type": "update", "payload": {"entity": "task", "action": "update",
            "data": {"primary": {"id": TASKS[0], "title": "By an agent"}}}});
        writer.say(&write).await;
    }
    let heard = reader.next().await;
    assert_eq!(heard["metadata"]["source"], "mcp-ai", "{heard}");
}

#[tokio::test]
async fn an_address_with_a_name_is_its_owners_and_an_administrators() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let admin = create_key(&world.sql, "ben", ", role => 'admin'").await;
    let ann = world.text("select id::text from work.users where handle = 'ann'").await;
    let first = async |path: &str, credential: &str| {
        let heard = Client::open(node.address, path, Some(credential)).await.hear().await;
        heard.map(|message| message["type"].clone())
    };
    let own = sign("ann", 60);
    for address in ["/ws/ann".to_owned(), format!("/ws/{ann}"), format!("/ws/{}", ann.to_uppercase())] {
        assert_eq!(first(&address, &own).await, Ok("sync".into()), "{address}");
        assert_eq!(first(&address, &sign("ben", 60)).await, Err(4403), "{address}");
        assert_eq!(first(&address, &admin).await, Ok("sync".into()), "{address}");
    }
}

#[tokio::test]
async fn a_key_of_an_administrator_hears_everything_until_it_is_an_administrators_no_more() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let admin = create_key(&world.sql, "ben", ", role => 'admin'").await;
    let mut client = Client::open(node.address, "/ws?sync=none", Some(&admin)).await;
    client.ask(&subscribe(&[&topic(APOLLO)]), "sync").await;
    client.expect("ack").await;
    world.run("update work.api_keys set role = null").await;
    assert_eq!(client.expect("error").await["payload"]["code"], "topic_revoked");
}
