//! `/contexts`

use serde_json::json;
use tidegate::rooms::model::{Changed, Page};
use tidegate::work::model::Context;

use super::house::{CONTEXT, House};
use crate::service::world::{APOLLO, MAIN, SIDE, TASKS};

#[tokio::test]
async fn what_is_known_is_written_replaced_merged_and_forgotten() {
    let house = House::new().await;
    let (ann, contexts) = (house.person("ann"), format!("/projects/{APOLLO}/contexts"));
    let made = ann.post(&contexts, json!({"key": "note", "body": [1], "task_id": TASKS[0]})).await.is(201);
    made.reads_as::<Changed<Context>>();
    assert_eq!(made["branch_id"], MAIN, "the task's");
    let place = made.header("location").to_owned();
    let again = ann.post(&contexts, json!({"key": "note", "body": null, "task_id": TASKS[0]})).await.is(201);
    assert_eq!((again.header("location"), again["body"].is_null()), (&*place, true));
    ann.get(&place).await.is(200).reads_as::<Context>();

    let patched =
        ann.patch(&format!("/contexts/{CONTEXT}"), json!({"body": {"due": null, "who": "ann"}})).await;
    assert_eq!(patched.is(200)["body"], json!({"text": "home", "who": "ann"}));

    let list = house.person("cleo").get(&contexts).await.is(200);
    list.reads_as::<Page<Context>>();
    assert_eq!(list.all("id"), [CONTEXT, made["id"].as_str().unwrap()]);
    assert_eq!(
        ann.get(&format!("{contexts}?key=goal&branch_id={MAIN}&task_id=none")).await.all("id"),
        [CONTEXT]
    );
    assert!(ann.get(&format!("{contexts}?branch_id=none")).await.all("id").is_empty());
    ann.delete(&place).await.is(200);
    ann.get(&place).await.refuses(404, "not_found");
}

#[tokio::test]
async fn what_cannot_be_known_and_hands_that_may_not_are_refused() {
    let house = House::new().await;
    let (ann, contexts, path) =
        (house.person("ann"), format!("/projects/{APOLLO}/contexts"), format!("/contexts/{CONTEXT}"));
    ann.post(&contexts, json!({"body": 1})).await.blames(422, "value_missing", "key");
    ann.post(&contexts, json!({"key": " "})).await.blames(422, "context_key_is_not_blank", "key");
    ann.post(&contexts, json!({"key": "a", "branch_id": SIDE})).await.blames(
        422,
        "context_branch_is_in_same_project",
        "branch_id",
    );
    for (handle, status, code) in [("cleo", 403, "forbidden"), ("ben", 404, "not_found")] {
        let person = house.person(handle);
        person.post(&contexts, json!({"key": "mine"})).await.refuses(status, code);
        person.patch(&path, json!({"key": "mine"})).await.refuses(status, code);
        person.delete(&path).await.refuses(status, code);
    }
    house.person("ben").get(&path).await.refuses(404, "not_found");
    house.person("ben").get(&contexts).await.refuses(404, "not_found");
}
