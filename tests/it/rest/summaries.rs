//! `/branches/{id}/summary`, `/projects/{id}/summary`, `/branches/summaries/bulk`

use reqwest::Method;
use serde_json::json;
use tidegate::work::model::{BranchSummary, BulkSummaries, ProjectSummary};

use super::house::{House, send};
use crate::service::world::{APOLLO, BOREAS, MAIN, SIDE, TASKS, progress};

const BULK: &str = "/branches/summaries/bulk";

#[tokio::test]
async fn one_summary_is_exact_for_members_alone() {
    let house = House::new().await;
    let cleo = house.person("cleo");
    // Nobody has ticked since.
    house.world.run(&progress(TASKS[0], 50)).await;
    let branch = cleo.get(&format!("/branches/{MAIN}/summary")).await.is(200);
    branch.reads_as::<BranchSummary>();
    assert_eq!((&branch["total_tasks"], branch["avg_progress"].as_f64()), (&3.into(), Some(16.67)));
    let project = cleo.get(&format!("/projects/{APOLLO}/summary")).await.is(200);
    project.reads_as::<ProjectSummary>();
    assert_eq!((&project["total_branches"], &project["total_subtasks"].is_null()), (&1.into(), &true));
    cleo.get(&format!("/branches/{SIDE}/summary")).await.refuses(404, "not_found");
    cleo.get(&format!("/projects/{BOREAS}/summary")).await.refuses(404, "not_found");
}

#[tokio::test]
async fn all_summaries_come_at_once_with_where_the_log_stood() {
    let house = House::new().await;
    let ann = house.person("ann");
    let all = ann.post(BULK, json!({})).await.is(200);
    all.reads_as::<BulkSummaries>();
    assert_eq!((&all["metadata"]["count"], &all["metadata"]["cached"]), (&2.into(), &false.into()));
    assert_eq!(all["summaries"][MAIN]["total_tasks"], 3);
    assert_eq!(all["projects"][BOREAS]["name"], "Boreas");
    let head = house.world.text("select p.epoch || ' ' || (p.sequence >= 0) from tide.position() p").await;
    assert_eq!(head, format!("{} true", all["metadata"]["epoch"].as_str().unwrap()));
    let some = ann.post(BULK, json!({"project_ids": [BOREAS, BOREAS]})).await.is(200);
    assert_eq!((some["summaries"].as_object().unwrap().len(), &some["metadata"]["count"]), (1, &1.into()));
    assert_ne!(some["cache_key"], all["cache_key"]);
    let named = json!({"project_ids": [BOREAS, APOLLO]});
    let turned = json!({"project_ids": [APOLLO, BOREAS], "force_refresh": true});
    assert_eq!(ann.post(BULK, named).await["cache_key"], ann.post(BULK, turned).await["cache_key"]);
    let none = house.person("ben").post(BULK, json!({"project_ids": [APOLLO]})).await.is(200);
    assert_eq!((&none["summaries"], &none["projects"]), (&json!({}), &json!({})));
}

#[tokio::test]
async fn what_is_archived_comes_when_it_is_asked_for() {
    let house = House::new().await;
    house.world.run(&format!("select work.archive_project('{BOREAS}')")).await;
    let ann = house.person("ann");
    assert_eq!(ann.post(BULK, json!({})).await["metadata"]["count"], 1);
    assert_eq!(ann.post(BULK, json!({"include_archived": true})).await["metadata"]["count"], 2);
}

#[tokio::test]
async fn somebody_elses_summaries_are_for_administrators() {
    let house = House::new().await;
    let ann = json!({"user_id": house.user_id("ann").await});
    house.person("ben").post(BULK, &ann).await.blames(403, "forbidden", "user_id");
    assert_eq!(house.administrator("ben").post(BULK, &ann).await.is(200)["metadata"]["count"], 2);
    house.person("ann").post(BULK, &ann).await.is(200);
    house.person("ann").post(BULK, json!({"project_ids": ["x"]})).await.blames(
        400,
        "malformed_value",
        "project_ids[0]",
    );
}

#[tokio::test]
async fn summaries_that_the_client_has_already_are_not_sent_again() {
    let house = House::new().await;
    let ann = house.person("ann");
    let ask = async |tag: &str| {
        send(ann.request(Method::POST, BULK).json(&json!({})).header("if-none-match", tag)).await
    };
    let tag = ask("\"none\"").await.is(200).header("etag").to_owned();
    assert_eq!(ask(&tag).await.is(304).header("etag"), tag);
    house.world.run(&progress(TASKS[0], 50)).await;
    ask(&tag).await.is(200);
}

#[tokio::test]
async fn the_eleventh_request_in_a_minute_waits() {
    let house = House::new().await;
    let (ann, cleo) = (house.person("ann"), house.person("cleo"));
    for left in (0..10).rev() {
        let answer = ann.post(BULK, json!({})).await.is(200);
        assert_eq!(
            (answer.header("ratelimit-limit"), answer.header("ratelimit-remaining")),
            ("10", &*left.to_string())
        );
    }
    let refused = ann.post(BULK, json!({})).await;
    let seconds: u32 = refused.header("retry-after").parse().unwrap();
    assert!((1..=6).contains(&seconds), "{seconds}");
    assert_eq!(refused.header("ratelimit-remaining"), "0");
    refused.refuses(429, "too_many_requests");
    cleo.post(BULK, json!({})).await.is(200);
}

#[tokio::test]
async fn it_can_be_switched_off() {
    let house = House::with(&[("FEATURE_BULK_API", "off")]).await;
    house.person("ann").post(BULK, json!({})).await.refuses(404, "feature_is_off");
}
