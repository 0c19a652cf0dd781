//! `/projects/{id}/members`

use serde_json::json;
use tidegate::rooms::model::{Changed, Page};
use tidegate::work::model::{Member, PlainMember};

use super::house::{House, NOTHING};
use crate::service::world::APOLLO;

#[tokio::test]
async fn its_admins_say_who_is_a_member_and_as_what() {
    let house = House::new().await;
    let (dora, ben, id) = (house.person("dora"), house.person("ben"), house.user_id("ben").await);
    let members = format!("/projects/{APOLLO}/members");
    let member = format!("{members}/{id}");
    let made = dora.post(&members, json!({"user_id": id})).await.is(201);
    made.reads_as::<Changed<PlainMember>>();
    assert_eq!((&made["role"], made.header("location")), (&"viewer".into(), &*format!("/api/v2{member}")));
    let list = ben.get(&members).await.is(200);
    list.reads_as::<Page<Member>>();
    let mut handles = list.all("handle");
    handles.sort_unstable();
    assert_eq!(handles, ["ann", "ben", "cleo", "dora"]);
    dora.put(&member, json!({"role": "editor"})).await.is(200);
    dora.post(&members, json!({"user_id": id, "role": "admin"})).await.is(201);
    ben.delete(&member).await.is(200);
    ben.get(&members).await.refuses(404, "not_found");
    dora.delete(&member).await.refuses(404, "not_found");
}

#[tokio::test]
async fn a_member_that_cannot_be_is_refused() {
    let house = House::new().await;
    let (dora, id) = (house.person("dora"), house.user_id("ben").await);
    let members = format!("/projects/{APOLLO}/members");
    dora.post(&members, json!({})).await.blames(422, "value_missing", "user_id");
    dora.post(&members, json!({"user_id": NOTHING})).await.blames(422, "member_user_exists", "user_id");
    dora.post(&members, json!({"user_id": id, "role": "king"})).await.blames(
        422,
        "member_role_is_known",
        "role",
    );
    dora.put(&format!("{members}/me"), json!({"role": "viewer"})).await.blames(
        400,
        "malformed_value",
        "user_id",
    );
    for (handle, status, code) in [("ann", 403, "forbidden"), ("ben", 404, "not_found")] {
        let person = house.person(handle);
        person.post(&members, json!({"user_id": id})).await.refuses(status, code);
        person.put(&format!("{members}/{id}"), json!({"role": "admin"})).await.refuses(status, code);
        person.delete(&format!("{members}/{id}")).await.refuses(status, code);
    }
}
