//! `/subtasks`

use serde_json::json;
use tidegate::rooms::model::{Changed, Page};
use tidegate::work::model::Subtask;

use super::house::{House, SUBTASK};
use crate::service::world::TASKS;

#[tokio::test]
async fn an_editor_makes_changes_and_deletes_subtasks() {
    let house = House::new().await;
    let (ann, subtasks) = (house.person("ann"), format!("/tasks/{}/subtasks", TASKS[0]));
    let made = ann.post(&subtasks, json!({"title": "another"})).await.is(201);
    made.reads_as::<Changed<Subtask>>();
    let place = made.header("location").to_owned();
    let list = house.person("cleo").get(&subtasks).await.is(200);
    list.reads_as::<Page<Subtask>>();
    assert_eq!(list.all("title"), ["a step", "another"]);
    ann.get(&place).await.is(200).reads_as::<Subtask>();
    assert_eq!(ann.patch(&place, json!({"status": "done"})).await.is(200)["status"], "done");
    ann.delete(&place).await.is(200);
    ann.get(&place).await.refuses(404, "not_found");
}

#[tokio::test]
async fn a_subtask_that_cannot_be_and_hands_that_may_not_are_refused() {
    let house = House::new().await;
    let (ann, subtasks, path) =
        (house.person("ann"), format!("/tasks/{}/subtasks", TASKS[0]), format!("/subtasks/{SUBTASK}"));
    ann.post(&subtasks, json!({"title": ""})).await.blames(422, "subtask_title_is_not_blank", "title");
    ann.post(&subtasks, json!({"title": "a", "status": 1})).await.blames(400, "malformed_value", "status");
    ann.patch(&path, json!({"task_id": TASKS[1]})).await.blames(400, "patch_moves_nothing", "task_id");
    for (handle, status, code) in [("cleo", 403, "forbidden"), ("ben", 404, "not_found")] {
        let person = house.person(handle);
        person.post(&subtasks, json!({"title": "mine"})).await.refuses(status, code);
        person.patch(&path, json!({"title": "mine"})).await.refuses(status, code);
        person.delete(&path).await.refuses(status, code);
    }
    house.person("ben").get(&path).await.refuses(404, "not_found");
    house.person("ben").get(&subtasks).await.refuses(404, "not_found");
}
