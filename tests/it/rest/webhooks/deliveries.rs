//! Whatever happens, everything arrives, in order on its topic, with the sequence that sockets hear.

use std::collections::HashSet;

use axum::http::header::RETRY_AFTER;
use serde_json::{Value, json};

use super::receiver::{Heard, Receiver};
use super::{SETTINGS, house, of_apollo};
use crate::rest::house::{House, Person};
use crate::service::node::{Node, Process};
use crate::service::world::{APOLLO, BOREAS, MAIN, TASKS};
use crate::support::eventually;

/// A webhook of that person's; its address and secret.
async fn webhook(person: &Person, body: Value) -> (String, String) {
    let made = person.post("/webhooks", body).await.is(201);
    (made.header("location").to_owned(), made["secret"].as_str().unwrap().to_owned())
}

async fn touch(house: &House, task: usize, title: &str) {
    house.world.run(&format!("update work.tasks set title = '{title}' where id = '{}'", TASKS[task])).await;
}

/// Whatever waits for its time is due.
async fn hurry(house: &House) {
    house.world.run("update monitor.deliveries set next_attempt_at = now() where status = 'pending'").await;
}

/// What `/metrics` shows.
async fn figures(house: &House) -> String {
    house.person("ann").get("/metrics").await.is(200).body.as_str().unwrap().to_owned()
}

fn sequences(heard: &[Heard]) -> Vec<i64> {
    heard.iter().map(Heard::sequence).collect()
}

#[tokio::test]
async fn what_a_socket_hears_is_delivered_signed_with_the_same_sequence() {
    let house = house().await;
    let receiver = Receiver::start().await;
    let (_, secret) = webhook(&house.person("ann"), of_apollo(&receiver.url)).await;
    let mut client = house.node.synced("ann").await;
    for title in ["one", "two", "three"] {
        touch(&house, 0, title).await;
        let told = client.expect("update").await;
        let heard = receiver.hears(1).await;
        let last = receiver.hears(heard.len()).await.pop().unwrap();
        eventually("the same is delivered", async || {
            receiver.heard().iter().any(|heard| heard.sequence() == told["sequence"])
        })
        .await;
        let delivered =
            receiver.heard().into_iter().find(|heard| heard.sequence() == told["sequence"]).unwrap();
        assert!(last.is_signed_with(&secret) && delivered.is_signed_with(&secret));
        for pointer in [
            "/id",
            "/type",
            "/payload/data/primary",
            "/payload/data/delta",
            "/metadata/topic",
            "/metadata/txid",
        ] {
            assert_eq!(delivered.body.pointer(pointer), told.pointer(pointer), "{pointer}");
        }
    }
    assert_eq!(receiver.heard().len(), 3);
}

#[tokio::test]
async fn a_failure_is_tried_again_with_the_same_id_and_nothing_overtakes_it() {
    let house = house().await;
    let receiver = Receiver::start().await;
    receiver.will_answer([500]);
    let (path, _) = webhook(&house.person("ann"), of_apollo(&receiver.url)).await;
    touch(&house, 0, "one").await;
    receiver.hears(1).await;
    touch(&house, 1, "two").await;
    touch(&house, 2, "three").await;
    eventually("all of them are queued", async || house.person("ann").get(&path).await["pending"] == 3).await;
    assert_eq!(receiver.heard().len(), 1, "nothing overtakes");
    assert!(house.person("ann").get(&path).await["failing_since_at"].is_string());
    hurry(&house).await;
    let heard = receiver.hears(4).await;
    assert_eq!(heard[0].id(), heard[1].id());
    let order = sequences(&heard[1..]);
    assert!(order.windows(2).all(|pair| pair[0] < pair[1]), "{order:?}");
    eventually("it is well again", async || {
        house.person("ann").get(&path).await["failing_since_at"].is_null()
    })
    .await;
}

#[tokio::test]
async fn the_eighth_failure_makes_a_dead_letter_that_can_be_sent_again() {
    let house = house().await;
    let ann = house.person("ann");
    let receiver = Receiver::start().await;
    receiver.will_answer([503]);
    receiver.will_answer_with(429, RETRY_AFTER, "7200");
    receiver.will_answer([500; 6]);
    let (path, _) = webhook(&ann, of_apollo(&receiver.url)).await;
    touch(&house, 0, "one").await;
    for attempt in 1..=8 {
        receiver.hears(attempt).await;
        eventually("the attempt is recorded", async || {
            ann.get(&format!("{path}/deliveries")).await["items"][0]["attempt_count"] == attempt
        })
        .await;
        if attempt == 2 {
            let due = "select extract(epoch from next_attempt_at - now()) > 7000 from monitor.deliveries";
            assert_eq!(house.world.text(&format!("select ({due})::text")).await, "true", "as it asked");
        }
        hurry(&house).await;
    }
    let list = ann.get(&format!("{path}/deliveries?status=dead")).await.is(200);
    let delivery = format!("{path}/deliveries/{}", list.all("id")[0]);
    let shown = ann.get(&delivery).await.is(200);
    shown.reads_as::<tidegate::monitor::model::Delivery>();
    assert_eq!(shown["attempts"].as_array().unwrap().len(), 8);
    assert_eq!(
        (&shown["attempts"][0]["status"], &shown["attempts"][1]["status"]),
        (&json!(503), &json!(429))
    );
    assert_eq!(ann.post(&format!("{path}/redeliver-dead"), json!({})).await.is(200)["queued"], 1);
    let heard = receiver.hears(9).await;
    assert!(heard.iter().all(|one| one.id() == heard[0].id()));
    eventually("it is delivered", async || ann.get(&delivery).await["status"] == "delivered").await;
    ann.post(&format!("{delivery}/redeliver"), json!({})).await.is(200);
    receiver.hears(10).await;
}

#[tokio::test]
async fn what_happens_while_it_is_paused_is_delivered_afterwards() {
    let house = house().await;
    let ann = house.person("ann");
    let receiver = Receiver::start().await;
    let (path, _) = webhook(&ann, of_apollo(&receiver.url)).await;
    ann.post(&format!("{path}/pause"), json!({})).await.is(200);
    touch(&house, 0, "one").await;
    touch(&house, 0, "two").await;
    ann.post(&format!("{path}/resume"), json!({})).await.is(200);
    assert_eq!(receiver.hears(2).await.len(), 2);
}

#[tokio::test]
async fn a_replay_delivers_the_same_again_and_a_test_is_one_of_its_own() {
    let house = house().await;
    let ann = house.person("ann");
    let receiver = Receiver::start().await;
    let (path, _) = webhook(&ann, of_apollo(&receiver.url)).await;
    let begin = ann.get(&path).await["sequence"].as_i64().unwrap();
    touch(&house, 0, "one").await;
    touch(&house, 0, "two").await;
    receiver.hears(2).await;
    ann.post(&format!("{path}/replay"), json!({"after": begin})).await.is(200);
    let heard = receiver.hears(4).await;
    assert_eq!((heard[0].id(), heard[1].id()), (heard[2].id(), heard[3].id()));
    ann.post(&format!("{path}/replay"), json!({"after": 1_000_000}))
        .await
        .refuses(410, "position_not_available");
    ann.post(&format!("{path}/test"), json!({})).await.is(200);
    assert_eq!(receiver.hears(5).await[4].body["type"], "test");
}

#[tokio::test]
async fn during_a_rotation_either_secret_verifies() {
    let house = house().await;
    let ann = house.person("ann");
    let receiver = Receiver::start().await;
    let (path, old) = webhook(&ann, of_apollo(&receiver.url)).await;
    let rotated = ann.post(&format!("{path}/rotate-secret"), json!({})).await.is(200);
    touch(&house, 0, "one").await;
    let heard = receiver.hears(1).await;
    assert!(heard[0].is_signed_with(&old) && heard[0].is_signed_with(rotated["secret"].as_str().unwrap()));
}

#[tokio::test]
async fn only_the_entities_and_actions_that_are_wanted_are_delivered() {
    let house = house().await;
    let receiver = Receiver::start().await;
    let mut wanted = of_apollo(&receiver.url);
    wanted["entities"] = json!(["task"]);
    wanted["actions"] = json!(["create"]);
    webhook(&house.person("ann"), wanted).await;
    touch(&house, 0, "one").await;
    house.world.run(&format!("insert into work.branches (project_id, name) values ('{APOLLO}', 'x')")).await;
    house.world.run(&format!("insert into work.tasks (git_branch_id, title) values ('{MAIN}', 'new')")).await;
    let heard = receiver.hears(1).await;
    assert_eq!(heard[0].body["payload"]["data"]["primary"]["title"], "new");
}

#[tokio::test]
async fn what_agents_do_stays_a_bulk_and_by_wish_so_does_everything() {
    let house = house().await;
    let (plain, gathering) = (Receiver::start().await, Receiver::start().await);
    webhook(&house.person("ann"), of_apollo(&plain.url)).await;
    let mut wish = of_apollo(&gathering.url);
    wish["batch_window_ms"] = json!(1000);
    webhook(&house.person("ann"), wish).await;
    eventually("both listen", async || {
        house.world.text("select count(*)::text from monitor.webhook_claims").await == "2"
    })
    .await;
    // Three transactions, one after the other without a pause that might be longer than what is gathered takes.
    let done = TASKS.map(|task| {
        format!(
            "begin; select tide.act_as('mcp-ai', 'otto');
             update work.tasks set status = 'done' where id = '{task}'; commit;"
        )
    });
    house.world.run(&done.concat()).await;
    let heard = plain.hears(1).await;
    assert_eq!(
        (&heard[0].body["type"], &heard[0].body["metadata"]["batchSize"]),
        (&"bulk".into(), &json!(3))
    );
    gathering.hears(1).await;
    touch(&house, 0, "one").await;
    touch(&house, 1, "two").await;
    let heard = gathering.hears(2).await;
    assert_eq!(heard[1].body["metadata"]["batchSize"], 2, "{}", heard[1].body);
}

#[tokio::test]
async fn who_may_hear_nothing_more_gets_nothing_more() {
    let house = house().await;
    let ann = house.person("ann");
    let receiver = Receiver::start().await;
    let mut both = of_apollo(&receiver.url);
    both["topics"] = json!([format!("project:{APOLLO}"), format!("project:{BOREAS}")]);
    let (path, _) = webhook(&ann, both).await;
    let leave = |project: &str| {
        format!(
            "delete from work.project_members where project_id = '{project}'
        and user_id = (select id from work.users where handle = 'ann')"
        )
    };
    house.world.run(&leave(APOLLO)).await;
    touch(&house, 0, "secret").await;
    house.world.run(&format!("update work.projects set name = 'North' where id = '{BOREAS}'")).await;
    let heard = receiver.hears(1).await;
    assert!(
        heard.iter().all(|one| one.body["metadata"]["topic"] == format!("project:{BOREAS}")),
        "{heard:?}"
    );
    house.world.run(&leave(BOREAS)).await;
    house.world.run(&format!("update work.projects set name = 'South' where id = '{BOREAS}'")).await;
    eventually("it is disabled", async || ann.get(&path).await["status"] == "disabled").await;
    assert_eq!(house.administrator("dora").get("/alerts").await.all("severity"), ["critical"]);
}

#[tokio::test]
async fn a_silenced_alert_is_told_when_its_silence_ends_and_not_before() {
    let house = house().await;
    let operator = house.administrator("ann");
    let receiver = Receiver::start().await;
    webhook(&operator, json!({"url": receiver.url, "topics": ["monitor:alerts"]})).await;
    house.world.run("insert into monitor.alerts (title) values ('disk full')").await;
    receiver.hears(1).await;
    let path = format!("/alerts/{}", operator.get("/alerts").await.all("id")[0]);
    operator.post(&format!("{path}/silence"), json!({"seconds": 3600})).await.is(200);
    operator.post(&format!("{path}/comments"), json!({"body": "a full log"})).await.is(201);
    house.world.run("insert into monitor.alerts (title) values ('disk full')").await;
    operator.post(&format!("{path}/resolve"), json!({})).await.is(200);
    house.world.run("insert into monitor.alerts (title) values ('disk full')").await;
    house.world.run("insert into monitor.alerts (title) values ('disk slow')").await;
    let title = |heard: &Heard| heard.body["payload"]["data"]["primary"]["title"].clone();
    assert_eq!(title(&receiver.hears(2).await[1]), "disk slow", "of the other one nothing in between");
    house
        .world
        .run("update monitor.alerts set silence_ends_at = now() + interval '1 s' where silence_ends_at > now()")
        .await;
    let ended = receiver.hears(3).await[2].body["payload"]["data"]["primary"].clone();
    let state = |row: &Value| format!("{} {}", row["title"], row["status"]);
    let mut states: Vec<String> = ended.as_array().unwrap().iter().map(state).collect();
    states.sort_unstable();
    assert_eq!(states, [r#""disk full" "open""#, r#""disk full" "resolved""#]);
}

#[tokio::test]
async fn deliveries_are_counted_in_the_services_figures() {
    let house = house().await;
    let receiver = Receiver::start().await;
    receiver.will_answer([500]);
    webhook(&house.person("ann"), of_apollo(&receiver.url)).await;
    touch(&house, 0, "one").await;
    receiver.hears(1).await;
    hurry(&house).await;
    receiver.hears(2).await;
    eventually("both attempts are counted", async || {
        let figures = figures(&house).await;
        let has = |line: &str| figures.lines().any(|other| other == line);
        has("webhook_attempts_total 2")
            && has("webhook_deliveries_total 1")
            && has("webhook_failures_total 1")
    })
    .await;
    for name in
        ["webhook_dead_letters", "webhook_pending_deliveries", "webhook_lag_events", "webhook_lag_seconds"]
    {
        assert!(figures(&house).await.contains(&format!("# TYPE {name} gauge")), "{name}");
    }
}

#[tokio::test]
async fn a_position_that_the_log_has_lost_is_told_as_not_recovered() {
    let house = house().await;
    let receiver = Receiver::start().await;
    let (path, _) = webhook(&house.person("ann"), of_apollo(&receiver.url)).await;
    house.person("ann").post(&format!("{path}/pause"), json!({})).await.is(200);
    house.world.run("update tide.consumers set epoch = gen_random_uuid() where name like 'webhook:%'").await;
    touch(&house, 0, "lost").await;
    eventually("it is told", async || {
        house.world.run("select count(*) from tide.advance()").await;
        house.world.text("select tide.pending_count()::text").await == "0"
    })
    .await;
    house.person("ann").post(&format!("{path}/resume"), json!({})).await.is(200);
    assert_eq!(receiver.hears(1).await[0].body["type"], "not_recovered");
    touch(&house, 0, "found").await;
    assert_eq!(receiver.hears(2).await[1].body["payload"]["data"]["primary"]["title"], "found");
}

#[tokio::test]
async fn two_nodes_deliver_each_message_once() {
    let house = house().await;
    let other = Node::start(&house.world.database, &SETTINGS).await;
    let receiver = Receiver::start().await;
    webhook(&house.person("ann"), of_apollo(&receiver.url)).await;
    for round in 0..100 {
        touch(&house, round % 3, &format!("round {round}")).await;
    }
    let heard = receiver.hears(100).await;
    let order = sequences(&heard);
    assert!(order.windows(2).all(|pair| pair[0] < pair[1]), "{order:?}");
    other.stop().await;
    touch(&house, 0, "last").await;
    receiver.hears(101).await;
    assert_eq!(receiver.heard().iter().map(|one| one.id().to_owned()).collect::<HashSet<_>>().len(), 101);
}

#[tokio::test]
async fn killed_during_deliveries_it_loses_nothing_and_keeps_the_order() {
    let house = house().await;
    let receiver = Receiver::start().await;
    house.world.run("update monitor.settings set value = 3 where key = 'claim_seconds'").await;
    webhook(&house.person("ann"), of_apollo(&receiver.url)).await;
    let House { world, node, .. } = house;
    node.stop().await;
    let settings = SETTINGS;
    let first = Process::start_with(&world.database, &settings).await;
    let write = |from: usize| {
        let world = &world;
        async move {
            for round in from..from + 60 {
                let title = format!("round {round}");
                world
                    .run(&format!(
                        "update work.tasks set title = '{title}' where id = '{}'",
                        TASKS[round % 3]
                    ))
                    .await;
            }
        }
    };
    write(0).await;
    receiver.hears(5).await;
    first.kill().await;
    write(60).await;
    let second = Process::start_with(&world.database, &settings).await;
    eventually("all of it has come", async || {
        receiver.heard().iter().map(Heard::sequence).collect::<HashSet<_>>().len() >= 120
    })
    .await;
    let mut seen = HashSet::new();
    let first_time: Vec<i64> =
        sequences(&receiver.heard()).into_iter().filter(|sequence| seen.insert(*sequence)).collect();
    assert!(first_time.windows(2).all(|pair| pair[0] < pair[1]), "{first_time:?}");
    second.end().await;
}
