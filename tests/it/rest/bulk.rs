//! `/tasks/bulk`

use serde_json::{Value, json};
use tidegate::work::model::BulkDone;

use super::house::House;
use crate::service::world::{MAIN, SIDE, TASKS};

fn operations(operations: &[Value]) -> Value {
    json!({"operations": operations})
}

#[tokio::test]
async fn many_operations_are_one_transaction() {
    let house = House::new().await;
    let ann = house.person("ann");
    let done = ann
        .post(
            "/tasks/bulk",
            operations(&[
                json!({"action": "create", "data": {"git_branch_id": MAIN, "title": "new"}}),
                json!({"action": "update", "id": TASKS[0], "data": {"status": "done"}}),
                json!({"action": "delete", "id": TASKS[1]}),
            ]),
        )
        .await
        .is(200);
    done.reads_as::<BulkDone>();
    assert_eq!(done["results"][1], json!({"action": "update", "id": TASKS[0]}));
    assert_eq!(ann.get(&format!("/branches/{MAIN}/tasks")).await.all("title"), ["task 1", "task 3", "new"]);
    let written = "select count(*) || ' by ' || count(distinct xid) from tide.events where entity = 'task'
        and xid = $xid$"
        .replace("$xid$", &format!("'{}'::xid8", done["txid"].as_str().unwrap()));
    assert_eq!(house.world.text(&written).await, "3 by 1");
}

#[tokio::test]
async fn a_refused_operation_is_named_and_none_is_performed() {
    let house = House::new().await;
    let ann = house.person("ann");
    let good = json!({"action": "update", "id": TASKS[0], "data": {"title": "touched"}});
    for (bad, status, code) in [
        (json!({"action": "update", "id": TASKS[1], "data": {"status": "odd"}}), 422, "task_status_is_known"),
        (json!({"action": "update", "id": TASKS[1], "data": {"titel": 1}}), 400, "patch_names_known_fields"),
        (json!({"action": "paint", "id": TASKS[1]}), 400, "operation_action_is_known"),
        (json!({"action": "delete"}), 404, "not_found"),
    ] {
        let refused = ann.post("/tasks/bulk", operations(&[good.clone(), bad])).await;
        assert_eq!(refused["operation"], 1, "{}", refused.body);
        let detail = refused["detail"].as_str().unwrap();
        assert!(detail.starts_with("operation 1: ") && !detail.contains("violates"), "{detail}");
        refused.refuses(status, code);
    }
    let malformed = json!({"action": "delete", "id": "seven"});
    ann.post("/tasks/bulk", operations(&[good, malformed])).await.blames(
        400,
        "malformed_value",
        "operations[1].id",
    );
    assert_eq!(ann.get(&format!("/tasks/{}", TASKS[0])).await["title"], "task 1");
    ann.post("/tasks/bulk", json!({})).await.blames(422, "value_missing", "operations");
}

#[tokio::test]
async fn each_operation_needs_its_own_right() {
    let house = House::new().await;
    let dora = house.person("dora");
    let mixed = operations(&[
        json!({"action": "create", "data": {"git_branch_id": MAIN, "title": "mine"}}),
        json!({"action": "create", "data": {"git_branch_id": SIDE, "title": "not mine"}}),
    ]);
    let refused = dora.post("/tasks/bulk", &mixed).await;
    assert_eq!(refused["operation"], 1);
    refused.refuses(404, "not_found");
    let delete = operations(&[json!({"action": "delete", "id": TASKS[0]})]);
    house.person("cleo").post("/tasks/bulk", &delete).await.refuses(403, "forbidden");
    house.person("ben").post("/tasks/bulk", &delete).await.refuses(404, "not_found");
    house.administrator("ben").post("/tasks/bulk", &mixed).await.is(200);
}
