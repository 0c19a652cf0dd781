//! `/api/v2/admin`, what is asked of the database: the answers are its own. Who may ask: `super::admin`.

use reqwest::Method;
use serde_json::json;
use tidegate::admin::engine::{DatabaseHealth, Drift, WatchedTable};

use super::house::{House, send};
use crate::service::world::MAIN;

#[tokio::test]
async fn an_administrator_sees_the_tables_on_the_stream() {
    let house = House::new().await;
    let found = house.administrator("ben").get("/api/v2/admin/watches").await.is(200);
    found.reads_as::<Vec<WatchedTable>>();
    let tasks = found.as_array().unwrap().iter().find(|one| one["table"] == "work.tasks").unwrap();
    assert_eq!((&tasks["entity"], &tasks["key"]), (&json!("task"), &json!(["id"])));
    assert!(tasks["events"].as_i64() > Some(0), "{tasks}");
}

#[tokio::test]
async fn a_total_that_was_tampered_with_is_named_and_what_is_exact_is_an_empty_list() {
    let house = House::new().await;
    let admin = house.administrator("ben");
    let verify = async || send(admin.request(Method::POST, "/api/v2/admin/verify")).await.is(200);
    assert_eq!(verify().await.body, json!([]));
    house.world.run("select tide.advance()").await;
    let tampered = "update work.branch_totals set total_tasks = total_tasks + 7 where branch_id = ";
    house.world.run(&format!("{tampered}'{MAIN}'")).await;
    let drifted = verify().await;
    drifted.reads_as::<Vec<Drift>>();
    assert_eq!(
        (&drifted[0]["key"], &drifted[0]["column"]),
        (&json!(MAIN), &json!("total_tasks")),
        "{}",
        drifted.body
    );
}

#[tokio::test]
async fn an_administrator_sees_how_the_database_does() {
    let house = House::new().await;
    let found = house.administrator("ben").get("/api/v2/admin/database").await.is(200);
    found.reads_as::<DatabaseHealth>();
    assert!(found["sessions"].as_i64() > Some(0) && found["log_bytes"].as_i64() > Some(0), "{}", found.body);
}
