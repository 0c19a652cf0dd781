//! `GET /api/v2/changes`: pages of the same messages, one after the other.

use serde_json::{Value, json};

use super::client::{events, sequences};
use super::node::Node;
use super::web::Web;
use super::world::{APOLLO, BOREAS, MAIN, TASKS, World, progress};
use super::{PATIENT, topic};

fn messages(page: &Value) -> &Vec<Value> {
    page["messages"].as_array().unwrap()
}

#[tokio::test]
async fn without_a_position_it_answers_at_once_where_to_begin() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let web = Web::new(&node, "ann");
    let page = web.poll("wait=60").await;
    let sync = &messages(&page)[0];
    assert_eq!((&sync["type"], &sync["payload"]["reason"]), (&"sync".into(), &"connect".into()));
    assert_eq!((&page["position"], &page["epoch"]), (&sync["sequence"], &sync["payload"]["epoch"]));
    let bare = web.poll("wait=60&sync=none").await;
    assert_eq!(
        bare,
        json!({"messages": [], "epoch": page["epoch"], "position": page["position"], "more": false})
    );
    let named = web.poll(&format!("sync=none&topics={},project:x", topic(APOLLO))).await;
    assert_eq!(messages(&named)[0]["payload"]["refused"][0]["topic"], "project:x");
}

#[tokio::test]
async fn it_waits_for_a_change_and_answers_with_the_message_of_the_socket() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let (web, mut socket) = (Web::new(&node, "ann"), node.synced("ann").await);
    let begun = web.poll("sync=none").await;
    let (page, ()) = tokio::join!(web.poll_after(&begun, "wait=60"), async {
        world.as_person(&progress(TASKS[0], 10)).await;
    });
    assert_eq!(messages(&page)[..], [socket.expect("update").await]);
    assert_eq!((&page["position"], &page["more"]), (&messages(&page)[0]["sequence"], &false.into()));
    let quiet = web.poll_after(&page, "wait=0").await;
    assert_eq!(
        quiet,
        json!({"messages": [], "epoch": page["epoch"], "position": page["position"], "more": false})
    );
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_and_no_transaction_is_torn() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let web = Web::new(&node, "ann");
    let begun = web.poll("sync=none").await;
    for percent in 1..=7 {
        world.as_person(&format!("{}; {}", progress(TASKS[0], percent), progress(TASKS[1], percent))).await;
    }
    let everything = async |node: &Node| {
        let web = Web::new(node, "ann");
        let (mut page, mut heard) = (begun.clone(), Vec::new());
        while heard.len() < 14 {
            page = web.poll_after(&page, "limit=2&wait=5").await;
            assert!(messages(&page).len() <= 2);
            for message in messages(&page) {
                assert_eq!(events(message).len(), 2, "{message}");
                heard.extend(sequences(message));
            }
        }
        assert!(heard.is_sorted_by(|a, b| a < b), "{heard:?}");
        heard
    };
    let from_memory = everything(&node).await;
    node.stop().await;
    let node = Node::start(&world.database, &[]).await;
    assert_eq!(everything(&node).await, from_memory);
}

#[tokio::test]
async fn more_than_one_look_into_the_log_holds_comes_in_pages() {
    let world = World::new().await;
    world.run("update tide.settings set value = '1000000' where key = 'coalesce_above'").await;
    let node = Node::start(&world.database, &[]).await;
    let begun = Web::new(&node, "ann").poll("sync=none").await;
    node.stop().await;
    let insert =
        "insert into work.tasks (git_branch_id, title) select '{MAIN}', 'many' from generate_series(1, 900)";
    for _ in 0..7 {
        world.as_person(&insert.replace("{MAIN}", MAIN)).await;
    }
    let node = Node::start(&world.database, &[]).await;
    let web = Web::new(&node, "ann");
    let (mut page, mut heard) = (begun.clone(), Vec::new());
    while heard.len() < 6300 {
        page = web.poll_after(&page, "limit=1000&wait=5").await;
        for message in messages(&page) {
            assert_eq!(events(message).len() % 900, 0, "a transaction is whole");
            heard.extend(sequences(message));
        }
    }
    assert!(heard.len() == 6300 && heard.is_sorted_by(|a, b| a < b));
}

#[tokio::test]
async fn while_an_agents_changes_wait_nothing_is_said_over_and_over() {
    let world = World::new().await;
    world.run(PATIENT).await;
    let node = Node::start(&world.database, &[]).await;
    let web = Web::new(&node, "ann");
    let begun = web.poll("sync=none").await;
    world.as_agent(&progress(TASKS[0], 10)).await;
    let (page, ()) = tokio::join!(web.poll_after(&begun, "wait=60"), async {
        world.as_person(&progress(TASKS[1], 20)).await;
    });
    assert_eq!(events(&messages(&page)[0])[0].2, TASKS[1]);
    assert_eq!(page["position"], begun["position"], "the agent's change is not sent yet");
    // The same position, and nothing new: it waits until there is.
    let (next, ()) = tokio::join!(web.poll_after(&page, "wait=60"), async {
        world.as_person(&progress(TASKS[0], 30)).await;
    });
    let rows: Vec<_> = messages(&next).iter().map(|message| events(message)[0].2.clone()).collect();
    assert_eq!(rows[0], TASKS[1], "a repeat that can be recognised");
    assert!(rows[1..].iter().all(|row| row == TASKS[0]) && rows.len() > 1, "{rows:?}");
}

#[tokio::test]
async fn a_position_that_cannot_be_served_is_410_and_says_how_to_begin_again() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let web = Web::new(&node, "ann");
    let begun = web.poll("sync=none").await;
    let epoch = begun["epoch"].as_str().unwrap();
    let gone = async |query: &str| {
        let answer = web.get(&format!("/api/v2/changes?{query}")).await;
        assert_eq!((answer.status, &answer.body["code"]), (410, &"position_not_available".into()), "{query}");
        let detail = answer.body["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains("TG410") && detail.contains("`after`"), "{detail}");
        detail
    };
    assert!(gone("epoch=01890000-0000-7000-8000-000000000000&after=1").await.starts_with("epoch_changed"));
    assert!(gone("epoch=nonsense&after=1").await.starts_with("epoch_changed"));
    assert!(gone(&format!("epoch={epoch}&after=1000000")).await.starts_with("position_unknown"));
    let answer = web.get("/api/v2/changes?after=1").await;
    assert_eq!((answer.status, &answer.body["errors"][0]["field"]), (422, &"epoch".into()));
    assert_eq!(web.get("/api/v2/changes?after=x").await.status, 400);
    // Without `after` it begins again.
    assert_eq!(messages(&web.poll("").await)[0]["type"], "sync");
}

#[tokio::test]
async fn a_position_older_than_what_is_kept_is_410() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let begun = Web::new(&node, "ann").poll("sync=none").await;
    world.as_person(&progress(TASKS[0], 10)).await;
    Web::new(&node, "ann").poll_after(&begun, "wait=60").await;
    world.as_person(&progress(TASKS[0], 20)).await;
    node.stop().await;
    world.run("select count(*) from tide.advance()").await;
    let first: i64 = world
        .sql
        .query_one(
            "select min(number) from tide.ticks where last_sequence > $1",
            &[&begun["position"].as_i64().unwrap()],
        )
        .await
        .unwrap()
        .get(0);
    world.run(&format!("delete from tide.ticks where number <= {first}")).await;
    let node = Node::start(&world.database, &[]).await;
    let (epoch, after) = (begun["epoch"].as_str().unwrap(), &begun["position"]);
    let answer = Web::new(&node, "ann").get(&format!("/api/v2/changes?epoch={epoch}&after={after}")).await;
    assert_eq!((answer.status, &answer.body["code"]), (410, &"position_not_available".into()));
}

#[tokio::test]
async fn a_membership_that_is_revoked_in_the_middle_of_a_poll_is_told() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let web = Web::new(&node, "ann");
    let begun = web.poll("sync=none").await;
    let (page, ()) = tokio::join!(web.poll_after(&begun, "wait=60"), async {
        world.as_person(&format!("delete from work.project_members where project_id = '{BOREAS}'")).await;
    });
    let said: Vec<&str> = messages(&page).iter().map(|message| message["type"].as_str().unwrap()).collect();
    // The change itself is told to whom it finds still waiting.
    assert!(said == ["update", "error"] || said == ["error"], "{page}");
    assert_eq!(messages(&page).last().unwrap()["payload"]["code"], "topic_revoked");
    world.as_person(&format!("update work.projects set description = 'unseen' where id = '{BOREAS}'")).await;
    world.as_person(&progress(TASKS[0], 10)).await;
    let next = web.poll_after(&page, "wait=60").await;
    assert!(messages(&next).iter().all(|message| message["metadata"]["topic"] != topic(BOREAS)), "{next}");
}
