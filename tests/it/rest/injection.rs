//! Text that would be a statement if it were ever put into one: in every filter, topic, header and body it is a value or
//! is refused, and is never our fault.

use reqwest::Method;
use serde_json::json;

use super::document::operations;
use super::house::{House, send};
use crate::service::client::Client;
use crate::service::node::{sign, sign_as};
use crate::service::world::{APOLLO, MAIN, TASKS, progress};

const ATTEMPTS: [&str; 12] = [
    "'; drop table work.tasks; --",
    "'' or true",
    "\\'; select pg_sleep(60); --",
    "$$; drop schema work cascade; $$",
    "\"; drop table work.tasks; --",
    "1); delete from work.tasks; --",
    "%' or title like '%",
    "{\"$gt\": \"\"}",
    "work.tasks; commit; --",
    "project:' || current_user || '",
    "../../etc/passwd",
    "\u{FEFF}\u{202E}\u{0}",
];

/// Everything that must stay as it is.
const STATE: &str = "select md5(string_agg(t::text, ',' order by t::text)) from (
    select to_jsonb(x) t from work.projects x union all select to_jsonb(x) from work.tasks x
    union all select to_jsonb(x) from work.users x union all select to_jsonb(x) from tide.settings x
    union all select to_jsonb(c.oid) from pg_class c where c.relnamespace::regnamespace::text in ('work', 'tide', 'monitor')) s";

#[tokio::test]
async fn in_every_parameter_of_every_address_it_is_a_value_or_refused() {
    let house = House::new().await;
    let operator = house.administrator("ann");
    let before = house.world.text(STATE).await;
    let document = operator.get("/openapi.json").await.body;
    let mut tried = 0;
    for (method, path, about) in operations(&document) {
        if method != "GET" || path.ends_with("/stream") || path.starts_with("/ws") {
            continue;
        }
        let parameters = about["parameters"].as_array().cloned().unwrap_or_default();
        for parameter in parameters.iter().filter(|parameter| parameter["in"] == "query") {
            // A poll may wait as long as it likes.
            let address = path.replace("{id}", id_of(&path)).replace("{name}", "bulk_api");
            for attempt in ATTEMPTS {
                let name = parameter["name"].as_str().unwrap();
                let answer = operator.get(&format!("{address}?{name}={}", encoded(attempt))).await;
                assert!(answer.status < 500, "{address} {name}={attempt}: {} {}", answer.status, answer.body);
                tried += 1;
            }
        }
    }
    assert!(tried > 200, "{tried}");
    assert_eq!(house.world.text(STATE).await, before);
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn id_of(path: &str) -> &'static str {
    match path.trim_start_matches("/api/v2/").split('/').next() {
        Some("projects") => APOLLO,
        Some("branches") => MAIN,
        _ => TASKS[0],
    }
}

#[tokio::test]
async fn in_every_header_it_is_a_value_or_refused() {
    let house = House::new().await;
    let ann = house.person("ann");
    for attempt in ATTEMPTS.into_iter().filter(|attempt| attempt.is_ascii()) {
        for header in [
            "x-request-id",
            "x-tide-position",
            "if-none-match",
            "x-forwarded-for",
            "accept",
            "cookie",
            "last-event-id",
        ] {
            let answer = send(ann.request(Method::GET, "/projects").header(header, attempt)).await;
            assert!(answer.status < 500, "{header}: {attempt}: {}", answer.body);
        }
        for header in ["idempotency-key", "if-match"] {
            let write = ann.request(Method::PATCH, &format!("/tasks/{}", TASKS[0])).header(header, attempt);
            let answer = send(write.json(&json!({"title": "the same"}))).await;
            assert!(answer.status < 500, "{header}: {attempt}: {}", answer.body);
        }
    }
}

#[tokio::test]
async fn in_a_body_it_is_kept_to_the_letter() {
    let house = House::new().await;
    let ann = house.person("ann");
    for attempt in ATTEMPTS.into_iter().filter(|attempt| !attempt.contains('\0')) {
        let path = format!("/tasks/{}", TASKS[0]);
        let said = ann.patch(&path, json!({"title": attempt, "description": attempt})).await.is(200);
        assert_eq!((&said["title"], &said["description"]), (&json!(attempt), &json!(attempt)));
        let context = json!({"branch_id": MAIN, "key": attempt, "body": {attempt: attempt}});
        let kept = ann.post(&format!("/projects/{APOLLO}/contexts"), context).await;
        assert!(kept.status < 500, "{attempt}: {}", kept.body);
    }
    let zero = ann.patch(&format!("/tasks/{}", TASKS[0]), json!({"title": "a\0b"})).await;
    assert!((400..500).contains(&zero.status), "{}", zero.body);
}

#[tokio::test]
async fn as_a_topic_it_is_refused_by_every_transport_and_stops_nobody_elses() {
    let house = House::new().await;
    let (ann, before) = (house.person("ann"), house.world.text(STATE).await);
    let mut socket = Client::open(house.node.address, "/ws?sync=none", Some(&sign("ann", 60))).await;
    let operator = sign_as("ann", 60, Some("admin"));
    let mut operators = Client::open(house.node.address, "/ws?sync=none", Some(&operator)).await;
    for attempt in ATTEMPTS {
        for topic in [attempt.to_owned(), format!("project:{attempt}")] {
            let polled = ann.get(&format!("/api/v2/changes?topics={}", encoded(&topic))).await;
            assert!((400..500).contains(&polled.status), "{topic}: {} {}", polled.status, polled.body);
            let subscribe = json!({"type": "subscribe", "topics": [topic]});
            let ack = socket.ask(&subscribe, "ack").await;
            assert_eq!(ack["payload"]["topics"], json!([]), "{topic}: {ack}");
            // An administrator may hear whatever there may be: it is a name, and nothing else.
            operators.say(&subscribe).await;
        }
    }
    let mut listener = Client::open(house.node.address, "/ws", Some(&sign("ann", 60))).await;
    listener.expect("sync").await;
    assert_eq!(house.world.text(STATE).await, before);
    house.world.as_person(&progress(TASKS[0], 77)).await;
    assert_eq!(listener.expect("update").await["payload"]["data"]["primary"]["progress_percentage"], 77);
}
