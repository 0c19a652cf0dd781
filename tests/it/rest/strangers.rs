//! All of the document, as somebody who may nothing: whatever address with somebody else's ids, whatever body that the
//! document allows, the answer is a refusal that shows nothing.

use reqwest::Method;
use serde_json::{Map, Value, json};

use super::document::operations;
use super::house::{CONTEXT, House, SUBTASK, send};
use crate::service::world::{APOLLO, MAIN, TASKS};

/// The id that an address means.
fn id_for(path: &str) -> &'static str {
    let below = path.trim_start_matches("/api/v2/");
    match below.split('/').next().unwrap() {
        "projects" => APOLLO,
        "branches" => MAIN,
        "tasks" => TASKS[0],
        "subtasks" => SUBTASK,
        "contexts" => CONTEXT,
        other => panic!("what is {other}?"),
    }
}

/// A value of a schema, with ids of what is there.
fn value(document: &Value, schema: &Value, name: &str) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        return value(document, document.pointer(&reference[1..]).unwrap(), name);
    }
    let of_name = match name {
        "git_branch_id" | "branch_id" => Some(json!(MAIN)),
        "project_id" => Some(json!(APOLLO)),
        "parent_id" | "task_id" => Some(json!(TASKS[1])),
        _ => None,
    };
    if let Some(id) = of_name {
        return id;
    }
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    let kind = if schema["type"].is_array() { &schema["type"][0] } else { &schema["type"] };
    match kind.as_str() {
        Some("object") => object(document, schema),
        Some("array") => json!([value(document, &schema["items"], name)]),
        Some("integer") => json!(1),
        Some("boolean") => json!(true),
        _ if schema["format"] == "uuid" => json!(TASKS[2]),
        _ => json!("text"),
    }
}

/// With the fields that are needed.
fn object(document: &Value, schema: &Value) -> Value {
    let needed = schema["required"].as_array().cloned().unwrap_or_default();
    let each = needed.iter().map(|name| name.as_str().unwrap());
    Value::Object(
        each.map(|name| (name.to_owned(), value(document, &schema["properties"][name], name)))
            .collect::<Map<_, _>>(),
    )
}

fn body(document: &Value, about: &Value) -> Option<Value> {
    let content = about["requestBody"]["content"].as_object()?;
    let schema = &content.values().next()?["schema"];
    Some(value(document, schema, ""))
}

#[tokio::test]
async fn a_stranger_with_the_right_ids_learns_and_changes_nothing() {
    let house = House::new().await;
    let (ben, ben_id) = (house.person("ben"), house.user_id("ben").await);
    let document = ben.get("/openapi.json").await.body;
    let state = "select md5(array_agg(t::text order by t::text)::text) from (
        select to_jsonb(x) t from work.projects x union all select to_jsonb(x) from work.project_members x
        union all select to_jsonb(x) from work.branches x union all select to_jsonb(x) from work.tasks x
        union all select to_jsonb(x) from work.subtasks x union all select to_jsonb(x) from work.contexts x) s";
    let before = house.world.text(state).await;
    let mut tried = 0;
    for (method, path, about) in operations(&document) {
        let Some(below) = path.strip_prefix("/api/v2").filter(|path| path.contains("{id}")) else { continue };
        let address = below.replace("{id}", id_for(&path)).replace("{user_id}", &ben_id);
        let mut request = ben.request(method.parse::<Method>().unwrap(), &address);
        if let Some(body) = body(&document, &about) {
            request = request.json(&body);
        }
        send(request).await.refuses(404, "not_found");
        tried += 1;
    }
    assert!(tried > 30, "{tried}");
    assert_eq!(house.world.text(state).await, before);
}

#[tokio::test]
async fn a_viewer_with_the_right_ids_changes_nothing() {
    let house = House::new().await;
    let (cleo, cleo_id) = (house.person("cleo"), house.user_id("cleo").await);
    let document = cleo.get("/openapi.json").await.body;
    for (method, path, about) in operations(&document) {
        let Some(below) = path.strip_prefix("/api/v2").filter(|path| path.contains("{id}")) else { continue };
        let address = below.replace("{id}", id_for(&path)).replace("{user_id}", &cleo_id);
        let request = cleo.request(method.parse::<Method>().unwrap(), &address);
        match body(&document, &about) {
            _ if method == "GET" => drop(send(request).await.is(200)),
            Some(body) => send(request.json(&body)).await.refuses(403, "forbidden"),
            None => send(request).await.refuses(403, "forbidden"),
        }
    }
}

#[tokio::test]
async fn lists_and_summaries_without_an_id_are_empty_for_a_stranger() {
    let house = House::new().await;
    let ben = house.person("ben");
    assert_eq!(ben.get("/projects?include_archived=true").await.is(200)["items"], json!([]));
    let all = ben.post("/branches/summaries/bulk", json!({"include_archived": true})).await.is(200);
    assert_eq!((&all["summaries"], &all["projects"]), (&json!({}), &json!({})));
}
