//! The two levels of what is kept: who fills them, how long, and what survives what.

use futures::future::join_all;
use serde_json::json;

use super::cache::{BULK, OFTEN, rename, told, unseen};
use super::house::{House, Person};
use crate::service::node::Node;
use crate::service::world::MAIN;
use crate::support::eventually;

/// How many answers came from a level.
async fn answers(person: &Person, level: &str) -> u64 {
    let page = person.get("/metrics").await;
    let name = format!("cache_answers_total{{level=\"{level}\"}} ");
    let line = page.body.as_str().unwrap().lines().find_map(|line| line.strip_prefix(&name)).unwrap();
    line.parse().unwrap()
}

/// Waits until an answer to somebody is where all nodes find it.
async fn shelved(house: &House) {
    eventually("the answer is shared", async || {
        house.world.text("select count(*)::text from tide.cache_entries where kind <> 'dashboard'").await
            != "0"
    })
    .await;
}

#[tokio::test]
async fn many_who_ask_the_same_at_once_ask_the_tables_once() {
    let house = House::with(&[OFTEN]).await;
    let ann = house.person("ann");
    join_all((0..40).map(|_| told(&ann))).await;
    assert_eq!(answers(&ann, "tables").await, 1);
    assert_eq!(answers(&ann, "memory").await, 39);
    let page = ann.get("/metrics").await;
    assert!(page.body.as_str().unwrap().contains("\ncache_hit_ratio 0.975\n"));
}

#[tokio::test]
async fn what_one_node_was_told_another_need_not_ask() {
    let house = House::with(&[OFTEN]).await;
    told(&house.person("ann")).await;
    shelved(&house).await;
    let other = Node::start(&house.world.database, &[OFTEN]).await;
    let ann = house.person_at(&other, "ann");
    assert_eq!(told(&ann).await, ("main".into(), true));
    assert_eq!((answers(&ann, "shared").await, answers(&ann, "tables").await), (1, 0));
}

#[tokio::test]
async fn a_restart_keeps_what_is_still_true_and_nothing_else() {
    let house = House::with(&[OFTEN]).await;
    told(&house.person("ann")).await;
    shelved(&house).await;
    let again = Node::start(&house.world.database, &[OFTEN]).await;
    assert_eq!(told(&house.person_at(&again, "ann")).await, ("main".into(), true));
    again.stop().await;
    house.world.run(&rename("trunk")).await;
    let again = Node::start(&house.world.database, &[OFTEN]).await;
    assert_eq!(told(&house.person_at(&again, "ann")).await, ("trunk".into(), false));
}

#[tokio::test]
async fn a_node_that_ends_leaves_its_answers_behind() {
    let house = House::with(&[OFTEN]).await;
    let leaving = Node::start(&house.world.database, &[OFTEN]).await;
    told(&house.person_at(&leaving, "ann")).await;
    leaving.stop().await;
    shelved(&house).await;
}

#[tokio::test]
async fn an_answer_does_not_outlive_its_time_on_either_level() {
    let brief = [OFTEN, ("TIDEGATE_CACHE__TTL_SECONDS", "1")];
    let house = House::with(&brief).await;
    let other = Node::start(&house.world.database, &brief).await;
    let anns = [house.person("ann"), house.person_at(&other, "ann")];
    for ann in &anns {
        told(ann).await;
    }
    house.world.run(&unseen(&rename("hidden"))).await;
    for ann in &anns {
        eventually("its time is over", async || told(ann).await.0 == "hidden").await;
    }
    eventually("it is cleared away", async || {
        house.world.run("select count(*) from tide.maintain()").await;
        house.world.text("select count(*)::text from tide.cache_entries where kind <> 'dashboard' and expires_at < now()").await
            == "0"
    })
    .await;
}

#[tokio::test]
async fn without_the_second_level_nothing_is_shared() {
    let house = House::with(&[OFTEN, ("TIDEGATE_CACHE__SHARED", "off")]).await;
    let ann = house.person("ann");
    assert_eq!((told(&ann).await.1, told(&ann).await.1), (false, true));
    assert_eq!(
        house.world.text("select count(*)::text from tide.cache_entries where kind <> 'dashboard'").await,
        "0"
    );
}

/// Postgres empties unlogged tables after a crash.
#[tokio::test]
async fn after_a_crash_of_the_database_nothing_from_before_counts() {
    let house = House::with(&[OFTEN]).await;
    let ann = house.person("ann");
    told(&ann).await;
    shelved(&house).await;
    house.world.run(&unseen(&rename("lost"))).await;
    assert_eq!(told(&ann).await, ("main".into(), true));
    house.world.run("truncate tide.cache_eras, tide.cache_entries").await;
    assert_eq!(told(&ann).await, ("lost".into(), false));
    assert_eq!(told(&ann).await, ("lost".into(), true));
}

#[tokio::test]
async fn when_the_chain_of_checks_breaks_nothing_from_before_counts() {
    let house = House::with(&[OFTEN, ("TIDEGATE_CACHE__SHARED", "off")]).await;
    let ann = house.person("ann");
    for name in ["one", "two", "three"] {
        told(&ann).await;
        house.world.run(&unseen(&rename(name))).await;
        let end = "select count(pg_terminate_backend(pid))::text from pg_stat_activity
            where datname = current_database() and application_name = 'tidegate cache'";
        assert_eq!(house.world.text(end).await, "1");
        assert_eq!(told(&ann).await, (name.into(), false));
    }
}

#[tokio::test]
async fn what_is_asked_often_is_made_again_before_somebody_asks() {
    let house = House::with(&[OFTEN, ("TIDEGATE_CACHE__WARM_SECONDS", "1")]).await;
    let ann = house.person("ann");
    for _ in 0..3 {
        told(&ann).await;
    }
    house.world.run(&rename("trunk")).await;
    eventually("it is warm", async || {
        let page = ann.get("/metrics").await;
        !page.body.as_str().unwrap().contains("\ncache_warmed_total 0\n")
    })
    .await;
    assert_eq!(told(&ann).await, ("trunk".into(), true));
}

#[tokio::test]
async fn a_mass_change_that_is_told_as_one_event_empties_what_depends_on_it() {
    let house = House::with(&[OFTEN]).await;
    let ann = house.person("ann");
    let more = format!(
        "update tide.settings set value = '2' where key = 'coalesce_above';
         insert into work.branches (project_id, name) select project_id, 'more ' || n
           from work.branches, generate_series(1, 5) n where id = '{MAIN}'"
    );
    house.world.run(&more).await;
    let summary = format!("/branches/{MAIN}/summary");
    ann.get(&summary).await.is(200);
    assert_eq!(told(&ann).await.0, "main");
    house.world.run("update work.branches set name = name || '!'").await;
    assert_eq!(ann.get(&summary).await["name"], "main!");
    assert_eq!(told(&ann).await.0, "main!");
    house.world.run("update work.tasks set status = 'done'").await;
    assert_eq!(ann.get(&summary).await["completed_tasks"], 3);
    house.world.run("truncate work.tasks cascade").await;
    assert_eq!(ann.get(&summary).await["total_tasks"], 0);
    assert_eq!(ann.post(BULK, json!({})).await["summaries"][MAIN]["total_tasks"], 0);
}
