//! `/branches`

use serde_json::json;
use tidegate::rooms::model::{Changed, Page};
use tidegate::work::model::Branch;

use super::house::House;
use crate::service::world::{APOLLO, BOREAS, MAIN, TASKS};

#[tokio::test]
async fn an_editor_makes_changes_and_deletes_branches() {
    let house = House::new().await;
    let (ann, branches) = (house.person("ann"), format!("/projects/{APOLLO}/branches"));
    let made = ann.post(&branches, json!({"name": "next"})).await.is(201);
    made.reads_as::<Changed<Branch>>();
    let place = made.header("location").to_owned();
    let list = house.person("cleo").get(&branches).await.is(200);
    list.reads_as::<Page<Branch>>();
    assert_eq!(list.all("name"), ["main", "next"]);
    ann.get(&place).await.is(200).reads_as::<Branch>();
    assert_eq!(ann.patch(&place, json!({"name": "later"})).await.is(200)["name"], "later");
    ann.post(&format!("{}/archive", place.strip_prefix("/api/v2").unwrap()), json!({})).await.is(200);
    assert_eq!(ann.get(&branches).await.all("name"), ["main"]);
    assert_eq!(ann.get(&format!("{branches}?include_archived=true")).await.all("name"), ["main", "later"]);
    ann.delete(&place).await.is(200);
    ann.get(&place).await.refuses(404, "not_found");
}

#[tokio::test]
async fn a_branch_moves_with_everything_in_it_where_its_mover_may_write() {
    let house = House::new().await;
    let (ann, to) = (house.person("ann"), json!({"project_id": BOREAS}));
    let path = format!("/branches/{MAIN}/move");
    house.person("dora").post(&path, &to).await.refuses(404, "not_found");
    house.person("cleo").post(&path, &to).await.refuses(403, "forbidden");
    assert_eq!(ann.post(&path, &to).await.is(200)["project_id"], BOREAS);
    assert_eq!(ann.get(&format!("/tasks/{}", TASKS[0])).await.is(200)["project_id"], BOREAS);
    house.person("dora").get(&format!("/branches/{MAIN}")).await.refuses(404, "not_found");
}

#[tokio::test]
async fn a_branch_that_cannot_be_and_hands_that_may_not_are_refused() {
    let house = House::new().await;
    let (ann, branches, main) =
        (house.person("ann"), format!("/projects/{APOLLO}/branches"), format!("/branches/{MAIN}"));
    ann.post(&branches, json!({"name": ""})).await.blames(422, "branch_name_is_not_blank", "name");
    ann.patch(&main, json!({"name": null})).await.blames(422, "value_missing", "name");
    ann.patch(&main, json!({"project_id": BOREAS})).await.blames(400, "patch_moves_nothing", "project_id");
    for (handle, status, code) in [("cleo", 403, "forbidden"), ("ben", 404, "not_found")] {
        let person = house.person(handle);
        person.post(&branches, json!({"name": "mine"})).await.refuses(status, code);
        person.patch(&main, json!({"name": "mine"})).await.refuses(status, code);
        person.post(&format!("{main}/archive"), json!({})).await.refuses(status, code);
        person.delete(&main).await.refuses(status, code);
    }
    house.person("ben").get(&main).await.refuses(404, "not_found");
    house.person("ben").get(&branches).await.refuses(404, "not_found");
}
