//! `/alerts`

use serde_json::json;
use tidegate::monitor::model::{Alert, Comment};
use tidegate::rooms::model::{Changed, Page};

use super::house::{House, NOTHING};

#[tokio::test]
async fn an_inserted_row_is_an_alert_that_somebody_acknowledges_and_resolves() {
    let house = House::new().await;
    let operator = house.administrator("ann");
    house.world.run("insert into monitor.alerts (title, severity) values ('disk full', 'critical')").await;
    let list = operator.get("/alerts").await.is(200);
    list.reads_as::<Page<Alert>>();
    assert_eq!(list.all("title"), ["disk full"]);
    let path = format!("/alerts/{}", list.all("id")[0]);
    let seen = operator.post(&format!("{path}/ack"), json!({})).await.is(200);
    seen.reads_as::<Changed<Alert>>();
    assert_eq!(
        (&seen["status"], &seen["acknowledged_by"]),
        (&"acknowledged".into(), &house.user_id("ann").await.into())
    );
    let said = operator.post(&format!("{path}/comments"), json!({"body": "a full log"})).await.is(201);
    said.reads_as::<Changed<Comment>>();
    operator.post(&format!("{path}/silence"), json!({"seconds": 60})).await.is(200);
    let shown = operator.get(&path).await.is(200);
    shown.reads_as::<Alert>();
    assert_eq!(shown["comments"][0]["body"], "a full log");
    let summary = operator.get("/alerts/stats/summary").await.is(200);
    assert_eq!(
        (&summary["acknowledged"], &summary["silenced"], &summary["by_severity"]["critical"]),
        (&json!(1), &json!(1), &json!(1))
    );
    operator.post(&format!("{path}/resolve"), json!({})).await.is(200);
    assert!(operator.get("/alerts").await["items"].as_array().unwrap().is_empty());
    assert_eq!(
        operator.get("/alerts?status=resolved&severity=critical,info").await.all("title"),
        ["disk full"]
    );
    operator.post(&format!("{path}/ack"), json!({})).await.refuses(422, "alert_is_not_resolved");
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_the_field() {
    let house = House::new().await;
    let operator = house.administrator("ann");
    operator.get(&format!("/alerts/{NOTHING}")).await.refuses(404, "not_found");
    operator.get("/alerts/seven").await.blames(400, "malformed_value", "id");
    operator.get("/alerts?colour=red").await.blames(400, "field_not_known", "colour");
    house.world.run("insert into monitor.alerts (title) values ('disk full')").await;
    let path = format!("/alerts/{}", operator.get("/alerts").await.all("id")[0]);
    operator.post(&format!("{path}/silence"), json!({"seconds": -1})).await.blames(
        400,
        "silence_seconds_is_up_to_a_year",
        "seconds",
    );
    operator.post(&format!("{path}/comments"), json!({"body": " "})).await.blames(
        422,
        "comment_body_is_not_blank",
        "body",
    );
}

#[tokio::test]
async fn alerts_are_for_administrators() {
    let house = House::new().await;
    house.world.run("insert into monitor.alerts (title) values ('disk full')").await;
    let path = format!("/alerts/{}", house.administrator("ann").get("/alerts").await.all("id")[0]);
    let ann = house.person("ann");
    for address in ["/alerts", "/alerts/stats/summary", &path] {
        ann.get(address).await.refuses(403, "forbidden");
    }
    for act in ["ack", "resolve"] {
        ann.post(&format!("{path}/{act}"), json!({})).await.refuses(403, "forbidden");
    }
    let mut client = house.node.silent("ann").await;
    let refused = client.ask(&json!({"type": "subscribe", "topics": ["monitor:alerts"]}), "ack").await;
    assert_eq!(refused["payload"]["refused"][0]["code"], "forbidden");
}

#[tokio::test]
async fn a_rule_that_is_breached_raises_an_alert_by_itself() {
    let house = House::new().await;
    house.world.run("create table public.load (n int); insert into public.load values (1); grant select on public.load to public;
        insert into monitor.rules (name, query, threshold, every_seconds) values ('load', 'select n from public.load', 10, 1),
          ('slow', 'select count(*) from public.load l cross join lateral (select l.n, pg_sleep(l.n - 1)) s', 99, 1)").await;
    let operator = house.administrator("ann");
    house.world.run("update public.load set n = 12").await;
    crate::support::eventually("both are told", async || operator.get("/alerts").await.all("key").len() == 2)
        .await;
    let mut keys: Vec<String> =
        operator.get("/alerts").await.all("key").iter().map(|key| (*key).to_owned()).collect();
    keys.sort();
    assert_eq!(keys, ["rule:load", "rule:slow:failing"], "the one that takes too long is told of itself");
    house.world.run("update public.load set n = 1").await;
    crate::support::eventually("they are over", async || {
        operator.get("/alerts").await["items"].as_array().unwrap().is_empty()
    })
    .await;
}
