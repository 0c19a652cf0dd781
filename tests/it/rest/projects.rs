//! `/projects`

use serde_json::json;
use tidegate::rooms::model::{Changed, Page};
use tidegate::work::model::Project;

use super::house::{House, NOTHING};
use crate::service::world::{APOLLO, BOREAS};

#[tokio::test]
async fn a_member_sees_their_projects_and_a_stranger_none() {
    let house = House::new().await;
    let list = house.person("ann").get("/projects").await.is(200);
    list.reads_as::<Page<Project>>();
    assert_eq!(list.all("name"), ["Apollo", "Boreas"]);
    assert_eq!(house.person("cleo").get("/projects").await.all("id"), [APOLLO]);
    assert!(house.person("ben").get("/projects").await.all("id").is_empty());
    assert_eq!(house.administrator("ben").get("/projects").await.all("id"), [APOLLO, BOREAS]);
    let project = house.person("cleo").get(&format!("/projects/{APOLLO}")).await.is(200);
    project.reads_as::<Project>();
    house.person("ben").get(&format!("/projects/{APOLLO}")).await.refuses(404, "not_found");
    house.person("ann").get(&format!("/projects/{NOTHING}")).await.refuses(404, "not_found");
    house.person("ann").get("/projects/seven").await.blames(400, "malformed_value", "id");
}

#[tokio::test]
async fn who_makes_a_project_runs_it() {
    let house = House::new().await;
    let ben = house.person("ben");
    let made = ben.post("/projects", json!({"name": "Cirrus", "description": "High"})).await.is(201);
    made.reads_as::<Changed<Project>>();
    let place = made.header("location").to_owned();
    assert_eq!(place, format!("/api/v2/projects/{}", made["id"].as_str().unwrap()));
    assert_eq!(ben.get(&place).await.is(200)["description"], "High");
    let patched = ben.patch(&place, json!({"name": "Nimbus", "description": null})).await.is(200);
    assert_eq!((&patched["name"], patched["description"].is_null()), (&"Nimbus".into(), true));
    let gone = ben.delete(&place).await.is(200);
    assert_eq!(gone["name"], "Nimbus");
    assert!(gone["txid"].is_string() && gone.header("etag").is_empty());
    ben.get(&place).await.refuses(404, "not_found");
}

#[tokio::test]
async fn a_project_that_cannot_be_is_refused_and_names_the_field() {
    let house = House::new().await;
    let ann = house.person("ann");
    ann.post("/projects", json!({})).await.blames(422, "value_missing", "name");
    ann.post("/projects", json!({"name": " "})).await.blames(422, "project_name_is_not_blank", "name");
    ann.post("/projects", json!({"name": "a", "titel": 1})).await.blames(400, "field_not_known", "titel");
    ann.post("/projects", json!({"name": ["a"]})).await.blames(400, "malformed_value", "name");
    ann.post("/projects", json!({"name": "a", "id": APOLLO})).await.blames(409, "already_exists", "id");
    ann.post("/projects", json!(["a"])).await.refuses(400, "malformed_value");
}

#[tokio::test]
async fn only_its_admins_change_archive_or_delete_a_project() {
    let house = House::new().await;
    let (path, archive) = (format!("/projects/{APOLLO}"), format!("/projects/{APOLLO}/archive"));
    for (handle, status, code) in
        [("ann", 403, "forbidden"), ("cleo", 403, "forbidden"), ("ben", 404, "not_found")]
    {
        let person = house.person(handle);
        person.patch(&path, json!({"name": "Mine"})).await.refuses(status, code);
        person.post(&archive, json!({})).await.refuses(status, code);
        person.delete(&path).await.refuses(status, code);
    }
    let dora = house.person("dora");
    dora.patch(&path, json!({"name": "Apollo 11"})).await.is(200);
    assert!(dora.post(&archive, json!({})).await.is(200)["archived_at"].is_string());
    assert!(dora.get("/projects").await.all("id").is_empty());
    assert_eq!(dora.get("/projects?include_archived=true").await.all("id"), [APOLLO]);
    assert!(dora.post(&archive, json!({"archived": false})).await.is(200)["archived_at"].is_null());
    house.administrator("ben").delete(&path).await.is(200);
}
