//! Answers that are kept are never anybody else's, nor older than what anybody can know: `cache_truth` tries that hard.

use reqwest::Method;
use serde_json::{Value, json};

use super::house::{House, Person, send};
use crate::service::node::Node;
use crate::service::world::{APOLLO, BOREAS, MAIN, SIDE};
use crate::support::program::tidegate;

pub(super) const BULK: &str = "/branches/summaries/bulk";
/// Nobody is refused for asking often.
pub(super) const OFTEN: (&str, &str) = ("TIDEGATE_HTTP__BULK_REQUESTS", "100000000");

/// Changes what nobody is told of: only somebody who takes the triggers off can.
pub(super) fn unseen(statement: &str) -> String {
    let table = "alter table work.branches";
    format!("begin; {table} disable trigger user; {statement}; {table} enable trigger user; commit")
}

pub(super) fn rename(name: &str) -> String {
    format!("update work.branches set name = '{name}' where id = '{MAIN}'")
}

/// What somebody is told of the first branch, and whether it was kept.
pub(super) async fn told(person: &Person) -> (String, bool) {
    let answer = person.post(BULK, json!({})).await.is(200);
    let name = answer["summaries"][MAIN]["name"].as_str().unwrap_or("(not seen)").to_owned();
    (name, answer["metadata"]["cached"] == true)
}

#[tokio::test]
async fn an_answer_is_kept_until_something_in_it_changes() {
    let house = House::with(&[OFTEN]).await;
    house.world.run("insert into work.projects (name) values ('of nobody here')").await;
    let ann = house.person("ann");
    let first = ann.post(BULK, json!({})).await.is(200);
    let again = ann.post(BULK, json!({})).await.is(200);
    assert_eq!((&first["metadata"]["cached"], &again["metadata"]["cached"]), (&false.into(), &true.into()));
    assert_eq!((&first["summaries"], &first["projects"]), (&again["summaries"], &again["projects"]));
    assert_eq!((first.header("etag"), &first["cache_key"]), (again.header("etag"), &again["cache_key"]));
    house.world.run("update work.projects set description = 'x' where name = 'of nobody here'").await;
    assert_eq!(told(&ann).await, ("main".into(), true), "what she cannot see changes nothing for her");
    house.world.run(&rename("trunk")).await;
    assert_eq!(told(&ann).await, ("trunk".into(), false));
    assert_eq!(told(&ann).await, ("trunk".into(), true));
}

#[tokio::test]
async fn a_kept_answer_says_where_the_log_stands_now() {
    let house = House::with(&[OFTEN]).await;
    let (ann, cleo) = (house.person("ann"), house.person("cleo"));
    cleo.post(BULK, json!({})).await.is(200);
    let mut client = house.node.synced("ann").await;
    house.world.run(&format!("update work.branches set name = 'port' where id = '{SIDE}'")).await;
    let sequence = client.expect("update").await["sequence"].as_i64().unwrap();
    let kept = cleo.post(BULK, json!({})).await.is(200);
    assert_eq!(kept["metadata"]["cached"], true, "it was not her project");
    assert!(kept["metadata"]["sequence"].as_i64().unwrap() >= sequence);
    assert!(ann.post(BULK, json!({})).await["metadata"]["sequence"].as_i64().unwrap() >= sequence);
}

#[tokio::test]
async fn nobody_is_told_what_somebody_with_other_rights_was_told() {
    let house = House::with(&[OFTEN]).await;
    let (ann, cleo, ben) = (house.person("ann"), house.person("cleo"), house.person("ben"));
    let everybody = house.administrator("ben");
    let count = async |person: &Person, body: Value| {
        person.post(BULK, body).await.is(200)["metadata"]["count"].clone()
    };
    for _ in 0..2 {
        assert_eq!(count(&ann, json!({})).await, 2);
        assert_eq!(count(&cleo, json!({})).await, 1);
        assert_eq!(count(&ben, json!({})).await, 0);
        assert_eq!(count(&everybody, json!({"user_id": house.user_id("ann").await})).await, 2);
        assert_eq!(count(&everybody, json!({})).await, 0, "an administrator is a member of nothing by that");
        cleo.get(&format!("/branches/{MAIN}/summary")).await.is(200);
        everybody.get(&format!("/branches/{MAIN}/summary")).await.is(200);
        ben.get(&format!("/branches/{MAIN}/summary")).await.refuses(404, "not_found");
        ben.get(&format!("/projects/{APOLLO}/summary")).await.refuses(404, "not_found");
    }
}

#[tokio::test]
async fn a_membership_that_ends_or_begins_counts_for_the_next_request_on_every_node() {
    let house = House::with(&[OFTEN]).await;
    let other = Node::start(&house.world.database, &[OFTEN]).await;
    let cleos = [house.person("cleo"), house.person_at(&other, "cleo")];
    let id = house.user_id("cleo").await;
    let (branch, project) = (format!("/branches/{MAIN}/summary"), format!("/projects/{APOLLO}/summary"));
    for _ in 0..20 {
        for cleo in &cleos {
            assert_eq!(told(cleo).await.0, "main");
            cleo.get(&branch).await.is(200);
            cleo.get(&project).await.is(200);
        }
        house.world.run(&format!("delete from work.project_members where user_id = '{id}'")).await;
        for cleo in &cleos {
            cleo.get(&branch).await.refuses(404, "not_found");
            cleo.get(&project).await.refuses(404, "not_found");
            assert_eq!(told(cleo).await.0, "(not seen)");
        }
        house
            .world
            .run(&format!("insert into work.project_members values ('{APOLLO}', '{id}', 'viewer')"))
            .await;
    }
}

#[tokio::test]
async fn a_branch_that_moves_where_one_may_not_look_is_gone_at_once() {
    let house = House::with(&[OFTEN]).await;
    let cleo = house.person("cleo");
    let branch = format!("/branches/{MAIN}/summary");
    cleo.get(&branch).await.is(200);
    house.world.run(&format!("select work.move_branch('{MAIN}', '{BOREAS}')")).await;
    cleo.get(&branch).await.refuses(404, "not_found");
    assert_eq!(told(&cleo).await.0, "(not seen)");
}

#[tokio::test]
async fn whoever_is_known_is_known_no_longer_than_they_are_somebody() {
    let house = House::with(&[OFTEN]).await;
    let made = house.world.text("select work.create_key(u.id, 'k', null, '{user}', null)::text from work.users u where u.handle = 'cleo'").await;
    let made: Value = serde_json::from_str(&made).unwrap();
    let key = house.holder(made["key"].as_str().unwrap().to_owned());
    let cleo = house.person("cleo");
    for _ in 0..2 {
        told(&key).await;
        told(&cleo).await;
    }
    house.world.run(&format!("select work.revoke_key('{}')", made["prefix"].as_str().unwrap())).await;
    key.post(BULK, json!({})).await.refuses(401, "credential_revoked");
    house.world.run("delete from work.users where handle = 'cleo'").await;
    cleo.post(BULK, json!({})).await.refuses(401, "user_unknown");
}

#[tokio::test]
async fn who_asks_for_a_fresh_answer_gets_one_and_so_does_everybody_after() {
    let house = House::with(&[OFTEN]).await;
    let ann = house.person("ann");
    told(&ann).await;
    house.world.run(&unseen(&rename("hidden"))).await;
    assert_eq!(told(&ann).await, ("main".into(), true), "nobody was told of it");
    let fresh = ann.post(BULK, json!({"force_refresh": true})).await.is(200);
    assert_eq!(
        (&fresh["summaries"][MAIN]["name"], &fresh["metadata"]["cached"]),
        (&"hidden".into(), &false.into())
    );
    assert_eq!(told(&ann).await, ("hidden".into(), true));
}

#[tokio::test]
async fn an_answer_that_the_client_has_is_not_sent_again_from_the_cache_either() {
    let house = House::with(&[OFTEN]).await;
    let ann = house.person("ann");
    let tag = ann.post(BULK, json!({})).await.is(200).header("etag").to_owned();
    let ask =
        async || send(ann.request(Method::POST, BULK).json(&json!({})).header("if-none-match", &tag)).await;
    ask().await.is(304);
    house.world.run(&rename("trunk")).await;
    ask().await.is(200);
}

#[tokio::test]
async fn clearing_it_reaches_every_node_before_the_next_request() {
    let house = House::with(&[OFTEN]).await;
    let other = Node::start(&house.world.database, &[OFTEN]).await;
    let anns = [house.person("ann"), house.person_at(&other, "ann")];
    for (round, name) in ["one", "two"].into_iter().enumerate() {
        for ann in &anns {
            told(ann).await;
            assert!(told(ann).await.1);
        }
        house.world.run(&unseen(&rename(name))).await;
        if round == 0 {
            house.world.run("select tide.cache_clear()").await;
        } else {
            let ended = tidegate(&house.world.database, &["cache", "clear"]);
            assert_eq!(ended.status, Some(0), "{}", ended.complained);
        }
        for ann in &anns {
            assert_eq!(told(ann).await.0, name);
        }
    }
}

#[tokio::test]
async fn switched_off_every_answer_is_asked_of_the_tables() {
    let house = House::with(&[OFTEN, ("TIDEGATE_CACHE__ENABLED", "off")]).await;
    let ann = house.person("ann");
    for name in ["one", "two"] {
        house.world.run(&unseen(&rename(name))).await;
        assert_eq!(told(&ann).await, (name.into(), false));
    }
}
