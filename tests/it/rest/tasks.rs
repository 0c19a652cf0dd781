//! `/tasks`

use serde_json::{Value, json};
use tidegate::rooms::model::{Changed, Page};
use tidegate::work::model::Task;

use super::house::{House, NOTHING};
use crate::service::world::{APOLLO, MAIN, SIDE, TASKS};

#[tokio::test]
async fn an_editor_makes_changes_and_deletes_tasks() {
    let house = House::new().await;
    let (ann, tasks) = (house.person("ann"), format!("/branches/{MAIN}/tasks"));
    let made = ann.post(&tasks, json!({"title": "new", "priority": "high"})).await.is(201);
    made.reads_as::<Changed<Task>>();
    assert_eq!((&made["status"], &made["project_id"]), (&"todo".into(), &APOLLO.into()));
    let place = made.header("location").to_owned();
    ann.get(&place).await.is(200).reads_as::<Task>();
    let patch = json!({"status": "done", "progress_percentage": 100, "parent_id": TASKS[0]});
    let patched = ann.patch(&place, patch).await.is(200);
    assert_eq!((&patched["title"], &patched["status"]), (&"new".into(), &"done".into()));
    ann.delete(&place).await.is(200);
    ann.get(&place).await.refuses(404, "not_found");
}

#[tokio::test]
async fn a_row_that_was_read_may_be_sent_back_as_a_whole() {
    let house = House::new().await;
    let (ann, path) = (house.person("ann"), format!("/tasks/{}", TASKS[0]));
    let written = ann.patch(&path, json!({"title": "once"})).await.is(200);
    let mut whole = written.body.clone();
    whole["title"] = "twice".into();
    assert_eq!(ann.patch(&path, &whole).await.is(200)["title"], "twice");
    whole["git_branch_id"] = SIDE.into();
    ann.patch(&path, &whole).await.blames(400, "patch_moves_nothing", "git_branch_id");
}

#[tokio::test]
async fn a_list_goes_page_by_page_and_is_filtered() {
    let house = House::new().await;
    let (ann, tasks) = (house.person("ann"), format!("/branches/{MAIN}/tasks"));
    let first = ann.get(&format!("{tasks}?limit=2")).await.is(200);
    first.reads_as::<Page<Task>>();
    assert_eq!(first.all("id"), TASKS[..2]);
    // What comes in the meantime neither repeats nor hides anything.
    ann.delete(&format!("/tasks/{}", TASKS[0])).await.is(200);
    let cursor = first["next_cursor"].as_str().unwrap();
    let last = ann.get(&format!("{tasks}?limit=2&cursor={cursor}")).await.is(200);
    assert_eq!((last.all("id"), &last["next_cursor"]), (vec![TASKS[2]], &Value::Null));

    let ben = house.user_id("ben").await;
    let patch = json!({"status": "blocked", "assignee_id": ben, "parent_id": TASKS[2], "priority": "low"});
    ann.patch(&format!("/tasks/{}", TASKS[1]), patch).await.is(200);
    let of = async |query: &str| {
        let page = ann.get(&format!("{tasks}?{query}")).await.is(200);
        page.all("id").into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    for query in [
        "status=blocked,done",
        &format!("assignee_id={ben}"),
        &format!("parent_id={}", TASKS[2]),
        "priority=low",
    ] {
        assert_eq!(of(query).await, [TASKS[1]], "{query}");
    }
    assert_eq!(of("parent_id=none&assignee_id=none&status=todo").await, [TASKS[2]]);
    for (query, code, field) in [
        ("cursor=seven", "cursor_is_not_ours", "cursor"),
        ("limit=many", "malformed_value", "limit"),
        ("parent_id=seven", "malformed_value", "parent_id"),
        ("colour=red", "field_not_known", "colour"),
    ] {
        ann.get(&format!("{tasks}?{query}")).await.blames(400, code, field);
    }
    ann.get(&format!("{tasks}?limit=201")).await.blames(422, "unusable_value", "limit");
}

#[tokio::test]
async fn a_task_that_cannot_be_is_refused_and_names_the_field() {
    let house = House::new().await;
    let (ann, tasks) = (house.person("ann"), format!("/branches/{MAIN}/tasks"));
    let path = format!("/tasks/{}", TASKS[0]);
    ann.post(&tasks, json!({})).await.blames(422, "value_missing", "title");
    ann.post(&tasks, json!({"title": "\u{9}"})).await.is(201);
    ann.post(&tasks, json!({"title": "a", "asignee": 1})).await.blames(400, "field_not_known", "asignee");
    ann.patch(&path, json!({"status": "odd"})).await.blames(422, "task_status_is_known", "status");
    ann.patch(&path, json!({"progress_percentage": 101})).await.blames(
        422,
        "task_progress_is_a_percentage",
        "progress",
    );
    ann.patch(&path, json!({"progress_percentage": "all"})).await.blames(
        400,
        "malformed_value",
        "progress_percentage",
    );
    ann.patch(&path, json!({"assignee_id": NOTHING})).await.blames(
        422,
        "task_assignee_exists",
        "assignee_id",
    );
    ann.patch(&path, json!({"parent_id": TASKS[0]})).await.blames(
        422,
        "task_parent_forms_no_cycle",
        "parent_id",
    );
    ann.patch(&path, json!({"parent_id": NOTHING})).await.blames(
        422,
        "task_parent_is_in_same_project",
        "parent_id",
    );
    ann.patch(&path, json!({"title": "a\u{0}b"})).await.refuses(400, "malformed_value");
}

#[tokio::test]
async fn who_may_only_look_changes_nothing_and_a_stranger_finds_nothing() {
    let house = House::new().await;
    let (tasks, path) = (format!("/branches/{MAIN}/tasks"), format!("/tasks/{}", TASKS[0]));
    for (handle, status, code) in [("cleo", 403, "forbidden"), ("ben", 404, "not_found")] {
        let person = house.person(handle);
        person.post(&tasks, json!({"title": "mine"})).await.refuses(status, code);
        person.patch(&path, json!({"title": "mine"})).await.refuses(status, code);
        person.delete(&path).await.refuses(status, code);
        person.post(&format!("{path}/move"), json!({"git_branch_id": MAIN})).await.refuses(status, code);
    }
    house.person("cleo").get(&path).await.is(200);
    house.person("ben").get(&path).await.refuses(404, "not_found");
    house.person("ben").get(&tasks).await.refuses(404, "not_found");
}

#[tokio::test]
async fn a_task_moves_where_its_mover_may_write() {
    let house = House::new().await;
    let (ann, dora, path) = (house.person("ann"), house.person("dora"), format!("/tasks/{}/move", TASKS[0]));
    dora.post(&path, json!({"git_branch_id": SIDE})).await.refuses(404, "not_found");
    ann.post(&path, json!({"git_branch_id": SIDE, "parent_id": TASKS[1]})).await.blames(
        422,
        "task_parent_is_in_same_project",
        "parent_id",
    );
    ann.post(&path, json!({})).await.blames(422, "value_missing", "git_branch_id");
    let moved = ann.post(&path, json!({"git_branch_id": SIDE})).await.is(200);
    moved.reads_as::<Changed<Task>>();
    assert_eq!(moved["git_branch_id"], SIDE);
}
