//! What all writes share: the event with their name on it, versions, keys.

use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use super::house::{Answer, House, Person, send};
use crate::service::world::{APOLLO, MAIN, TASKS};

fn task() -> String {
    format!("/tasks/{}", TASKS[0])
}

#[tokio::test]
async fn the_event_of_a_write_names_its_transaction_its_writer_and_its_correlation() {
    let house = House::new().await;
    let mut socket = house.node.synced("ann").await;
    let patch = house.person("ann").request(Method::PATCH, &task()).json(&json!({"title": "by REST"}));
    let written = send(patch.header("x-correlation-id", "click 7")).await.is(200);
    let event = socket.expect("update").await;
    assert_eq!(event["payload"]["data"]["primary"]["title"], "by REST");
    let told = &event["metadata"];
    assert_eq!((&told["txid"], &told["correlationId"]), (&written["txid"], &"click 7".into()));
    assert_eq!((&told["source"], &told["userId"]), (&"user".into(), &house.user_id("ann").await.into()));
    let patch = house.person("ann").request(Method::PATCH, &task()).json(&json!({"title": "again"}));
    send(patch.header("x-request-id", "request 8")).await.is(200);
    assert_eq!(socket.expect("update").await["metadata"]["correlationId"], "request 8");
}

#[tokio::test]
async fn a_source_that_the_credential_does_not_allow_is_refused() {
    let house = House::new().await;
    let from = |source: &str| {
        let patch = house.person("ann").request(Method::PATCH, &task()).json(&json!({"title": "x"}));
        send(patch.header("x-tide-source", source))
    };
    from("user").await.is(200);
    from("mcp-ai").await.refuses(403, "source_not_allowed");
    from("nonsense").await.refuses(403, "source_not_allowed");
}

#[tokio::test]
async fn an_update_of_what_somebody_has_changed_meanwhile_is_refused() {
    let house = House::new().await;
    let ann = house.person("ann");
    let version = ann.get(&task()).await.is(200).header("etag").to_owned();
    let send_if = async |method: Method, version: &str| {
        send(ann.request(method, &task()).json(&json!({"title": "mine"})).header("if-match", version)).await
    };
    let next = send_if(Method::PATCH, &version).await.is(200);
    assert_ne!(next.header("etag"), version);
    send_if(Method::PATCH, &version).await.refuses(412, "version_is_current");
    send_if(Method::DELETE, &version).await.refuses(412, "version_is_current");
    assert_eq!(
        ann.get(&task()).await.header("etag"),
        next.header("etag"),
        "a write says the version that it made"
    );
    send_if(Method::PATCH, "*").await.is(200);
    let seen =
        send(ann.request(Method::GET, &task()).header("if-none-match", next.header("etag"))).await.is(304);
    send_if(Method::DELETE, seen.header("etag")).await.is(200);
}

#[tokio::test]
async fn of_two_updates_from_one_version_one_is_refused() {
    let house = House::new().await;
    let ann = house.person("ann");
    let version = ann.get(&task()).await.header("etag").to_owned();
    let attempts = (0..8).map(|n| {
        let patch = ann.request(Method::PATCH, &task()).json(&json!({"progress_percentage": n + 1}));
        send(patch.header("if-match", &version))
    });
    let mut statuses: Vec<u16> = join_all(attempts).await.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [&[200_u16][..], &[412; 7]].concat());
}

async fn create(person: &Person, key: &str, body: &Value) -> Answer {
    let path = format!("/branches/{MAIN}/tasks");
    send(person.request(Method::POST, &path).json(body).header("idempotency-key", key)).await
}

#[tokio::test]
async fn a_request_that_is_sent_twice_is_performed_once_and_answered_alike() {
    let house = House::new().await;
    let (ann, body) = (house.person("ann"), json!({"title": "once"}));
    let first = create(&ann, "k", &body).await.is(201);
    let second = create(&ann, "k", &body).await.is(201);
    assert_eq!(
        (&first.body, first.header("location"), first.header("etag")),
        (&second.body, second.header("location"), second.header("etag"))
    );
    assert_eq!((first.header("idempotent-replayed"), second.header("idempotent-replayed")), ("", "true"));
    create(&ann, "k", &json!({"title": "other"})).await.blames(
        422,
        "idempotency_key_is_of_one_request",
        "Idempotency-Key",
    );
    create(&house.person("dora"), "k", &body).await.is(201);
    create(&ann, &"k".repeat(256), &body).await.blames(400, "malformed_value", "Idempotency-Key");
    let delete =
        || send(ann.request(Method::DELETE, first.header("location")).header("idempotency-key", "d"));
    assert_eq!(delete().await.is(200).body, delete().await.is(200).body);
    let made = "select count(*)::text from work.tasks where title = 'once'";
    assert_eq!(house.world.text(made).await, "1", "dora's; ann's is deleted");
}

#[tokio::test]
async fn a_request_that_was_refused_may_be_sent_again_with_its_key() {
    let house = House::new().await;
    let cleo = house.person("cleo");
    create(&cleo, "k", &json!({"title": "soon"})).await.refuses(403, "forbidden");
    house
        .world
        .run(&format!("update work.project_members set role = 'editor' where project_id = '{APOLLO}'"))
        .await;
    create(&cleo, "k", &json!({"title": "soon"})).await.is(201);
}

#[tokio::test]
async fn the_same_request_eight_times_at_once_is_performed_once() {
    let house = House::new().await;
    let (ann, body) = (house.person("ann"), json!({"title": "once"}));
    let answers = join_all((0..8).map(|_| create(&ann, "k", &body))).await;
    assert!(
        answers.iter().all(|answer| answer.status == 201 && answer.body == answers[0].body),
        "{answers:?}"
    );
    assert_eq!(answers.iter().filter(|answer| answer.header("idempotent-replayed").is_empty()).count(), 1);
    let made = "select count(*)::text from work.tasks where title = 'once'";
    assert_eq!(house.world.text(made).await, "1");
}
