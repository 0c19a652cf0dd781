//! `tidegate bench` as people run it, in small: it measures, and what is lost it finds.

use serde_json::Value;

use crate::support::TestDatabase;
use crate::support::program::{Ended, tidegate};

const SMALL: [&str; 8] = ["--connections", "20", "--projects", "4", "--commits", "40", "--seconds", "1.5"];

async fn bench(scenario: &str, more: &[&str]) -> (TestDatabase, Ended) {
    let database = TestDatabase::new().await;
    let arguments = [&["bench", scenario, "--json"], &SMALL[..], more].concat();
    let ended = tidegate(&database, &arguments);
    (database, ended)
}

fn round(ended: &Ended) -> Value {
    let answers: Value = serde_json::from_str(&ended.said)
        .unwrap_or_else(|_| panic!("no answer: {} {}", ended.said, ended.complained));
    answers[0]["rounds"][0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_commit_is_counted_at_every_client_and_nothing_stays_behind() {
    let (database, ended) = bench("spread", &["--floor"]).await;
    let found = round(&ended);
    let balance = &found["balance"];
    assert_eq!((&balance["commits"], &balance["expected"]), (&60.into(), &300.into()), "{found}");
    assert_eq!((&balance["delivered"], &balance["gaps"]), (&300.into(), &0.into()), "{found}");
    assert!(balance["latency_ms"]["p50"].as_f64().unwrap() > 0.0);
    assert!(found["memory_mb"].as_f64().unwrap() > 1.0 && found["against_floor"].is_number());
    assert_eq!(ended.status, Some(0), "{}", ended.complained);
    let left: i64 = database
        .connect()
        .await
        .query_one("select count(*) from work.users where handle like 'bench-%'", &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(left, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_a_client_conceals_is_found_and_the_answer_is_no() {
    let (_database, ended) = bench("spread", &["--drop-one"]).await;
    let balance = &round(&ended)["balance"];
    assert_eq!((&balance["lost"], &balance["gaps"]), (&1.into(), &1.into()), "{balance}");
    assert_eq!(ended.status, Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn everyone_who_reconnects_has_what_was_missed() {
    let (_database, ended) = bench("reconnect", &["--missed", "30"]).await;
    let found = round(&ended);
    assert_eq!(found["balance"]["delivered"], 600, "{found}");
    assert!(found["recovered_ms"]["max"].as_f64().unwrap() > 0.0);
    assert_eq!(ended.status, Some(0), "{}", ended.complained);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_offered_beyond_what_the_chain_bears_is_told_later_and_none_of_it_is_lost() {
    let database = TestDatabase::new().await;
    let few = ["--connections", "20", "--projects", "4", "--seconds", "0.4"];
    let ended = tidegate(&database, &[&["bench", "saturation", "--json"], &few[..]].concat());
    let found = round(&ended);
    let (balance, course) = (&found["balance"], &found["course"]);
    assert_eq!(
        (&balance["lost"], &balance["doubled"], &balance["gaps"]),
        (&0.into(), &0.into(), &0.into()),
        "{found}"
    );
    let last = course["moments"].as_array().and_then(|moments| moments.last()).unwrap();
    assert_eq!(last["waiting"], 0, "{course}");
    assert!(course["beyond"]["cores"]["service"].as_f64().unwrap() > 0.0, "{course}");
    assert_eq!(ended.status, Some(0), "{}", ended.complained);
}
