//! `/api/v2/admin`

use reqwest::Method;
use serde_json::{Value, json};
use tidegate::admin::model::{Advanced, AuditEntry, Disabled, FeatureList, FeatureState};
use tidegate::rooms::model::{Changed, Page};

use super::document::operations;
use super::house::{House, send};
use crate::support::eventually;
use crate::support::program::tidegate;

const FLAGS: &str = "/api/v2/admin/flags";
const AUDIT: &str = "/api/v2/admin/audit";
const BULK: &str = "/branches/summaries/bulk";

#[tokio::test]
async fn all_of_it_is_for_administrators_alone() {
    let house = House::new().await;
    let dora = house.person("dora");
    let document = dora.get("/openapi.json").await.body;
    let mut tried = 0;
    for (method, path, _) in operations(&document) {
        if path.starts_with("/api/v2/admin/") {
            let path = path.replace("{name}", "bulk_api").replace("{user}", "dora");
            let request =
                dora.request(method.parse::<Method>().unwrap(), &path).json(&json!({"enabled": false}));
            send(request).await.refuses(403, "forbidden");
            tried += 1;
        }
    }
    assert!(tried >= 9, "{tried}");
    assert_eq!(
        house.world.text("select f.standing from tide.features f where f.name = 'bulk_api'").await,
        "everybody"
    );
}

#[tokio::test]
async fn a_feature_is_switched_while_the_node_runs_and_the_old_way_still_works() {
    let house = House::new().await;
    let (admin, ann) = (house.administrator("ben"), house.person("ann"));
    let ann_id = house.user_id("ann").await;
    let all = admin.get(FLAGS).await.is(200);
    all.reads_as::<FeatureList>();
    assert_eq!(all["items"][1]["name"], "bulk_api");

    let off = admin.patch(&format!("{FLAGS}/bulk_api"), json!({"enabled": false})).await.is(200);
    off.reads_as::<Changed<FeatureState>>();
    eventually("the node has heard of it", async || ann.post(BULK, json!({})).await.status == 404).await;
    let refused = ann.post(BULK, json!({})).await;
    refused.refuses(404, "feature_is_off");
    for project in ann.get("/projects").await.is(200).all("id") {
        ann.get(&format!("/projects/{project}/summary")).await.is(200);
    }

    let address = format!("{FLAGS}/bulk_api/overrides/{ann_id}");
    let mine = admin.put(&address, json!({"enabled": true})).await.is(200);
    assert_eq!((&mine["standing"], &mine["overrides"][&ann_id]), (&"some".into(), &true.into()));
    eventually("it is on for ann", async || ann.post(BULK, json!({})).await.status == 200).await;
    house.person("cleo").post(BULK, json!({})).await.refuses(404, "feature_is_off");
    assert_eq!(admin.delete(&address).await.is(200)["overrides"], json!({}));
}

#[tokio::test]
async fn a_rollout_is_begun_looked_at_and_steered() {
    let house = House::new().await;
    let admin = house.administrator("ben");
    let address = format!("{FLAGS}/bulk_api/rollout");
    let begun = admin.post(&address, json!({"percentages": [5, 100], "soak_minutes": 0})).await.is(200);
    begun.reads_as::<Changed<FeatureState>>();
    assert_eq!(
        (&begun["percentage"], &begun["rollout"]["stages"][1]["percentage"]),
        (&5.into(), &100.into())
    );
    let looked = admin.post(&format!("{address}/advance"), json!({})).await.is(200);
    looked.reads_as::<Advanced>();
    assert_eq!(looked["outcome"], "waits", "nothing was seen yet");
    house.world.run("select tide.record_health('node', 1000, 0, 5)").await;
    assert_eq!(admin.post(&format!("{address}/advance"), json!({})).await["outcome"], "advanced");
    let back = admin.patch(&address, json!({"state": "rolled_back", "reason": "a feeling"})).await.is(200);
    assert_eq!((&back["standing"], &back["rollout"]["reason"]), (&"nobody".into(), &"a feeling".into()));
    admin.patch(&address, json!({"state": "flying"})).await.refuses(422, "rollout_state_is_known");
    admin.post(&address, json!({"percentages": [50, 10]})).await.blames(
        400,
        "rollout_percentages_go_up",
        "percentages",
    );
    admin.get(&format!("{FLAGS}/no_such")).await.refuses(404, "not_found");
    admin
        .patch(&format!("{FLAGS}/bulk_api"), json!({"percentage": 101}))
        .await
        .refuses(422, "feature_percentage_is_0_to_100");
}

#[tokio::test]
async fn everything_is_switched_off_at_once_and_noted_with_who_did_it() {
    let house = House::new().await;
    let (admin, ben_id) = (house.administrator("ben"), house.user_id("ben").await);
    let request =
        admin.request(Method::POST, &format!("{FLAGS}/disable-all")).header("x-request-id", "enough");
    let done = send(request).await.is(200);
    done.reads_as::<Disabled>();
    assert_eq!(done["disabled"], 3);
    let page = admin.get(&format!("{AUDIT}?action=features.disabled")).await.is(200);
    page.reads_as::<Page<AuditEntry>>();
    let noted = &page["items"][0];
    assert_eq!((&noted["actor"], &noted["client_address"]), (&ben_id.as_str().into(), &"127.0.0.1".into()));
    assert_eq!(
        (&noted["correlation_id"], &noted["application_name"]),
        (&"enough".into(), &"tidegate requests".into())
    );
    assert_eq!(noted["login"], "tidegate_service_under_test");
}

#[tokio::test]
async fn the_audit_log_is_read_page_by_page() {
    let house = House::new().await;
    let admin = house.administrator("ben");
    house.world.run("select tide.audit('table.painted', 't' || n) from generate_series(1, 5) n").await;
    let mut seen: Vec<Value> = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = admin.get(&format!("{AUDIT}?action=table.painted&limit=2{cursor}")).await.is(200);
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["target"].clone()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, ["t5", "t4", "t3", "t2", "t1"].map(Value::from));
    admin.get(&format!("{AUDIT}?cursor=nonsense")).await.blames(400, "cursor_is_not_ours", "cursor");
    admin.get(&format!("{AUDIT}?colour=red")).await.refuses(400, "field_not_known");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_does_the_same() {
    let house = House::new().await;
    let database = &house.world.database;
    let say = |arguments: &[&str]| tidegate(database, arguments);
    let set = say(&["flag", "set", "bulk_api", "on", "--percentage", "25"]);
    assert_eq!(set.status, Some(0), "{}", set.complained);
    assert!(set.said.starts_with("bulk_api") && set.said.contains("25 %"), "{}", set.said);
    say(&["flag", "override", "bulk_api", "ann", "off"]);
    let begun = say(&["flag", "rollout", "ws_cascade", "begin", "--stages", "5,100", "--soak", "1h"]);
    assert!(begun.said.contains("running, stage 1"), "{} {}", begun.said, begun.complained);
    let checked = say(&["flag", "rollout", "ws_cascade"]);
    assert_eq!(checked.status, Some(1), "nothing was seen yet");
    assert!(checked.said.contains("no-go  requests"), "{}", checked.said);
    assert_eq!(say(&["flag", "rollout", "ws_cascade", "advance"]).said.lines().next(), Some("waits"));
    let off = say(&["flag", "disable-all"]);
    assert!(off.said.starts_with("3 switched off"), "{} {}", off.said, off.complained);
    let list = say(&["flag", "list"]);
    assert_eq!(
        list.said.lines().filter(|line| line.contains(" nobody ") || line.contains(" some ")).count(),
        3
    );
    assert_eq!(say(&["flag", "set", "no_such", "on"]).status, Some(1));
    let noted = "select a.application_name from tide.audit_log a where a.action = 'features.disabled'";
    assert_eq!(house.world.text(noted).await, "tidegate flag");
}
