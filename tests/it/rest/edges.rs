//! What all requests share: names, limits, refusals, headers.

use reqwest::Method;
use serde_json::{Value, json};

use super::house::{House, send};
use crate::service::world::{APOLLO, MAIN, TASKS};
use crate::support::eventually;

#[tokio::test]
async fn who_cannot_say_who_it_is_gets_a_401_that_says_why() {
    let house = House::new().await;
    let nobody = reqwest::Client::new().get(format!("http://{}/api/v2/projects", house.node.address));
    send(nobody).await.refuses(401, "credential_missing");
    house.holder("forged".to_owned()).get("/tasks/seven?colour=red").await.refuses(401, "credential_invalid");
    house.holder("forged".to_owned()).get("/projects").await.refuses(401, "credential_invalid");
    house.person("nobody").get("/projects").await.refuses(401, "user_unknown");
}

#[tokio::test]
async fn a_request_has_a_name_that_the_answer_carries() {
    let house = House::new().await;
    let ann = house.person("ann");
    let named = send(ann.request(Method::GET, "/projects").header("x-request-id", "mine")).await;
    assert_eq!(named.header("x-request-id"), "mine");
    let long = send(ann.request(Method::GET, "/projects").header("x-request-id", "m".repeat(129))).await;
    assert_eq!(long.header("x-request-id").len(), 36, "too long to be taken over");
}

#[tokio::test]
async fn what_is_not_there_and_what_it_cannot_do_are_problems_too() {
    let house = House::new().await;
    let ann = house.person("ann");
    for address in ["/api/v2/nothing", "/nothing"] {
        let refused = ann.get(address).await;
        assert_eq!(refused["detail"], "there is nothing at this address");
        refused.refuses(404, "not_found");
    }
    let refused = ann.put("/projects", json!({})).await;
    assert_eq!(refused.header("allow"), "GET,HEAD,POST");
    refused.refuses(405, "method_not_allowed");
}

#[tokio::test]
async fn a_body_that_is_too_large_or_not_json_is_refused() {
    let house = House::with(&[("TIDEGATE_HTTP__MAX_BODY_BYTES", "1000")]).await;
    let ann = house.person("ann");
    ann.post("/projects", json!({"name": "n".repeat(1000)})).await.refuses(413, "body_too_large");
    let raw = |kind: &'static str, text: &'static str| {
        send(ann.request(Method::POST, "/projects").header("content-type", kind).body(text))
    };
    raw("application/json", "{\"name\":").await.refuses(400, "malformed_json");
    raw("text/plain", "{\"name\": \"a\"}").await.refuses(415, "media_type_not_supported");
    raw("application/json; charset=utf-8", "{\"name\": \"a\"}").await.is(201);
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_given_up_and_did_nothing() {
    let house = House::with(&[("TIDEGATE_HTTP__REQUEST_TIMEOUT_MS", "300")]).await;
    let blocker = house.world.database.connect().await;
    blocker.batch_execute("begin; lock work.tasks").await.unwrap();
    let (ann, path) = (house.person("ann"), format!("/tasks/{}", TASKS[0]));
    ann.patch(&path, json!({"title": "late"})).await.refuses(504, "took_too_long");
    blocker.batch_execute("rollback").await.unwrap();
    // Waits for whatever is left of the request.
    house.world.run("begin; lock work.tasks; commit").await;
    assert_eq!(ann.get(&path).await.is(200)["title"], "task 1");
}

#[tokio::test]
async fn a_fault_of_ours_says_nothing_but_where_the_log_speaks_of_it() {
    let house = House::new().await;
    house.world.run("alter function work.get_task(uuid, uuid) rename to gone").await;
    let answer = house.person("ann").get(&format!("/tasks/{}", TASKS[0])).await;
    assert!(answer.get("detail").is_none(), "{}", answer.body);
    answer.refuses(500, "schema_out_of_date");
}

#[tokio::test]
async fn a_page_may_call_when_its_origin_is_allowed() {
    let house = House::with(&[("TIDEGATE_ALLOWED_ORIGINS", "https://app.example")]).await;
    let preflight = |origin: &'static str| {
        let request = house.person("ann").request(Method::OPTIONS, &format!("/tasks/{}", TASKS[0]));
        send(
            request
                .header("origin", origin)
                .header("access-control-request-method", "PATCH")
                .header("access-control-request-headers", "authorization,if-match,idempotency-key"),
        )
    };
    let allowed = preflight("https://app.example").await.is(200);
    assert_eq!(allowed.header("access-control-allow-origin"), "https://app.example");
    for header in ["idempotency-key", "x-tide-position"] {
        assert!(allowed.header("access-control-allow-headers").contains(header), "{header}");
    }
    assert!(allowed.header("access-control-allow-methods").contains("PATCH"));
    assert_eq!(preflight("https://evil.example").await.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn answers_are_hardened_and_long_ones_compressed() {
    let house = House::new().await;
    let ann = house.person("ann");
    for path in ["/projects", "/nothing", "/health", "/docs/"] {
        let answer = ann.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
    }
    house.world.run(&format!("insert into work.tasks (git_branch_id, title) select '{MAIN}', 'more' from generate_series(1, 20)")).await;
    let list = ann.request(Method::GET, &format!("/branches/{MAIN}/tasks")).header("accept-encoding", "gzip");
    assert_eq!(list.send().await.unwrap().headers()["content-encoding"], "gzip");
    let short = ann.request(Method::GET, &format!("/projects/{APOLLO}")).header("accept-encoding", "gzip");
    assert!(send(short).await.is(200)["id"].is_string(), "not worth it");
}

#[tokio::test]
async fn a_body_that_is_compressed_is_not_unpacked() {
    let house = House::new().await;
    // A kilobyte that would be a megabyte.
    let bomb = [&[0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3][..], &[0; 1024]].concat();
    for encoding in ["gzip", "deflate", "br", "zstd"] {
        let request =
            house.person("ann").request(Method::POST, "/projects").header("content-encoding", encoding);
        let answer = send(request.header("content-type", "application/json").body(bomb.clone())).await;
        answer.refuses(400, "malformed_json");
    }
}

#[tokio::test]
async fn the_codes_are_explained_where_a_problem_says() {
    let house = House::new().await;
    let ann = house.person("ann");
    let refused = ann.get(&format!("/tasks/{APOLLO}")).await;
    let (page, code) = refused["type"].as_str().unwrap().split_once('#').unwrap();
    let Value::String(page) = ann.get(page).await.is(200).body else { panic!("a text") };
    assert!(page.contains(&format!("<a id=\"{code}\">")));
}

#[tokio::test]
async fn a_position_is_read_or_refused_and_the_answer_says_where_it_stands() {
    let house = House::new().await;
    let ann = house.person("ann");
    let at = |path: &str, position: &str| {
        send(ann.request(Method::GET, path).header("x-tide-position", position.to_owned()))
    };
    let is_told = "select (tide.pending_count() = 0)::text";
    eventually("the log stands", async || house.world.text(is_told).await == "true").await;
    let head = house.world.text("select concat(epoch, ':', sequence) from tide.position()").await;
    let summary = format!("/branches/{MAIN}/summary");
    for path in ["/projects", &summary] {
        for bad in ["", "7", "seven:7", "00000000-0000-7000-8000-000000000001:", ":7"] {
            at(path, bad).await.blames(400, "malformed_value", "X-Tide-Position");
        }
        assert_eq!(at(path, &head).await.is(200).header("x-tide-position"), head, "{path}");
    }
}
