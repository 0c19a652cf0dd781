//! `/webhooks`, and what is delivered to them. `receiver` is an endpoint that does as it is told; `deliveries` is about
//! order and loss, `hostile` about endpoints that mean no good.

mod deliveries;
mod hostile;
mod receiver;

use serde_json::{Value, json};
use tidegate::monitor::model::Webhook;
use tidegate::rooms::model::{Changed, Page};

use super::house::{House, NOTHING};
use crate::service::world::APOLLO;

/// A house whose webhooks may lead to this machine.
async fn house() -> House {
    House::with(&SETTINGS).await
}

const SETTINGS: [(&str, &str); 2] =
    [("TIDEGATE_WEBHOOKS__ALLOWED_NETWORKS", "127.0.0.0/8"), ("TIDEGATE_WEBHOOKS__TIMEOUT_SECONDS", "1")];

/// A webhook for all of Apollo.
fn of_apollo(url: &str) -> Value {
    json!({"url": url, "topics": [format!("project:{APOLLO}")]})
}

#[tokio::test]
async fn a_webhook_is_its_owners_from_beginning_to_end() {
    let house = house().await;
    let ann = house.person("ann");
    let made = ann.post("/webhooks", of_apollo("http://127.0.0.1:9/in")).await.is(201);
    made.reads_as::<Changed<Webhook>>();
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
    let path = made.header("location").to_owned();
    let shown = ann.get(&path).await.is(200);
    shown.reads_as::<Webhook>();
    assert!(shown.get("secret").is_none() && shown["sequence"].is_i64());
    ann.get("/webhooks").await.is(200).reads_as::<Page<Webhook>>();
    let mut changed = of_apollo("http://127.0.0.1:9/there");
    changed["actions"] = json!(["delete"]);
    let changed = ann.put(&path, changed).await.is(200);
    assert_eq!(
        (&changed["url"], &changed["actions"]),
        (&"http://127.0.0.1:9/there".into(), &json!(["delete"]))
    );
    assert_eq!(ann.post(&format!("{path}/pause"), json!({})).await.is(200)["status"], "paused");
    assert_eq!(ann.post(&format!("{path}/resume"), json!({})).await.is(200)["status"], "active");
    for stranger in ["ben", "dora"] {
        let stranger = house.person(stranger);
        assert_eq!(stranger.get("/webhooks").await["items"], json!([]));
        stranger.get(&path).await.refuses(404, "not_found");
        stranger.delete(&path).await.refuses(404, "not_found");
        stranger.post(&format!("{path}/rotate-secret"), json!({})).await.refuses(404, "not_found");
        stranger.get(&format!("{path}/deliveries")).await.refuses(404, "not_found");
    }
    assert_eq!(house.administrator("ben").get("/webhooks").await.all("id").len(), 1);
    ann.delete(&path).await.is(200);
    ann.get(&path).await.refuses(404, "not_found");
}

#[tokio::test]
async fn what_cannot_be_is_refused_at_the_door_with_the_field() {
    let house = House::new().await;
    let ann = house.person("ann");
    for (url, code) in [
        ("ftp://example.com/", "webhook_url_is_http"),
        ("http://ann:secret@example.com/", "webhook_url_is_http"),
        ("nonsense", "webhook_url_is_http"),
        ("http://127.0.0.1:9/", "webhook_url_is_public"),
        ("http://0x7f.1/", "webhook_url_is_public"),
        ("http://[::ffff:10.0.0.1]/", "webhook_url_is_public"),
        ("http://localhost:9/", "webhook_url_is_public"),
        ("http://there-is-no-such-host.invalid/", "webhook_url_is_reachable"),
    ] {
        ann.post("/webhooks", of_apollo(url)).await.blames(422, code, "url");
    }
    let with = |topics: Value| json!({"url": "http://93.184.216.34/", "topics": topics});
    ann.post("/webhooks", with(json!([]))).await.blames(422, "value_missing", "topics");
    ann.post("/webhooks", with(json!(["nonsense:1"]))).await.blames(
        422,
        "webhook_topics_are_known",
        "topics",
    );
    ann.post("/webhooks", with(json!(["monitor:alerts"]))).await.blames(
        422,
        "webhook_topics_are_for_its_owner",
        "topics",
    );
    let foreign = format!("project:{NOTHING}");
    ann.post("/webhooks", with(json!([foreign]))).await.blames(
        422,
        "webhook_topics_are_for_its_owner",
        "topics",
    );
    ann.post("/webhooks", json!({"topics": ["a"]})).await.blames(422, "value_missing", "url");
    let mut odd = of_apollo("http://93.184.216.34/");
    odd["actions"] = json!(["explode"]);
    ann.post("/webhooks", odd).await.blames(422, "webhook_actions_are_known", "actions");
    let made = house.administrator("ann").post("/webhooks", with(json!(["monitor:alerts"]))).await.is(201);
    let changed = json!({"url": "http://10.0.0.1/", "topics": ["monitor:alerts"]});
    let put = house.administrator("ann").put(made.header("location"), changed).await;
    put.blames(422, "webhook_url_is_public", "url");
}
