//! Features are switched in the database while nodes run: for everybody, for one user, and for one agent.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;

use super::client::Client;
use super::node::Node;
use super::web::Web;
use super::world::{TASKS, World, progress};
use super::{PATIENT, topic};
use crate::service::world::APOLLO;
use crate::support::eventually;

/// Long enough for what is on its way, short enough to try often.
const GLANCE: Duration = Duration::from_millis(200);

fn cascade(message: &Value) -> &Value {
    &message["payload"]["data"]["cascade"]
}

fn nothing() -> Value {
    json!({"branches": [], "tasks": [], "projects": [], "subtasks": [], "contexts": []})
}

async fn with_ben(world: &World) -> (String, String) {
    world
        .run(&format!(
            "insert into work.project_members select '{APOLLO}', id, 'viewer' from work.users where handle = 'ben'"
        ))
        .await;
    let id = async |handle: &str| {
        world.text(&format!("select id::text from work.users where handle = '{handle}'")).await
    };
    (id("ann").await, id("ben").await)
}

/// Changes tasks until a message to this client is as it should be; answers with that message.
async fn until(world: &World, client: &mut Client, is_so: impl Fn(&Value) -> bool) -> Value {
    for percent in 1..100 {
        world.as_person(&progress(TASKS[0], percent)).await;
        let message = client.expect("update").await;
        if is_so(&message) {
            return message;
        }
        // The node reads every few seconds how features stand.
        tokio::time::sleep(GLANCE).await;
    }
    panic!("a hundred messages, and none was as it should be");
}

#[tokio::test]
async fn without_the_cascade_feature_messages_say_what_changed_and_nothing_of_what_that_moved() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[("FEATURE_WS_CASCADE", "off")]).await;
    let mut client = node.synced("ann").await;
    world.as_person(&progress(TASKS[0], 10)).await;
    let update = client.expect("update").await;
    assert_eq!(cascade(&update), &nothing());
    assert_eq!(update["payload"]["data"]["primary"]["progress_percentage"], 10);
    world.as_person(&format!("{}; {}", progress(TASKS[1], 20), progress(TASKS[2], 20))).await;
    assert_eq!(cascade(&client.expect("bulk").await), &nothing());

    let web = Web::new(&node, "ann");
    let page = web.poll(&format!("epoch={}&after=0&topics={}", client.epoch(), topic(APOLLO))).await;
    let missed = page["messages"].as_array().unwrap();
    assert!(!missed.is_empty() && missed.iter().all(|message| cascade(message) == &nothing()), "{page}");
}

#[tokio::test]
async fn the_cascade_feature_is_switched_for_one_user_while_both_listen() {
    let world = World::new().await;
    let (ann, _) = with_ben(&world).await;
    let node = Node::start(&world.database, &[]).await;
    let (mut anns, mut bens) = (node.synced("ann").await, node.synced("ben").await);
    world.run(&format!("select tide.override_feature('ws_cascade', '{ann}', false)")).await;
    let bare = until(&world, &mut anns, |message| *cascade(message) == nothing()).await;
    let same = loop {
        let message = bens.expect("update").await;
        if message["id"] == bare["id"] {
            break message;
        }
    };
    assert!(!cascade(&same)["branches"].as_array().unwrap().is_empty(), "{same}");
    assert_eq!(same["payload"]["data"]["primary"], bare["payload"]["data"]["primary"]);

    world.run(&format!("select tide.override_feature('ws_cascade', '{ann}', null)")).await;
    until(&world, &mut anns, |message| *cascade(message) != nothing()).await;
}

#[tokio::test]
async fn without_gathering_an_agents_change_goes_out_like_a_persons() {
    let world = World::new().await;
    world.run(PATIENT).await;
    let node = Node::start(&world.database, &[("FEATURE_AI_BATCH", "off")]).await;
    let mut client = node.synced("ann").await;
    world.as_agent(&progress(TASKS[0], 10)).await;
    assert_eq!(client.expect("update").await["metadata"]["source"], "mcp-ai");
}

#[tokio::test]
async fn switching_everything_off_reaches_a_running_node_and_agents_are_gathered_no_more() {
    let world = World::new().await;
    world.run(PATIENT).await;
    let node = Node::start(&world.database, &[]).await;
    let mut client = node.synced("ann").await;
    world.run("select tide.disable_all_features()").await;
    for percent in 1..50 {
        world.as_agent(&progress(TASKS[0], percent)).await;
        while let Ok(message) = timeout(GLANCE, client.next()).await {
            if message["type"] == "update" {
                assert_eq!(cascade(&message), &nothing());
                return;
            }
            assert_eq!(message["type"], "bulk", "what waited on the same row goes first");
        }
    }
    panic!("agents are still gathered");
}

#[tokio::test]
async fn gathering_is_switched_for_one_agent() {
    let world = World::new().await;
    world.run(PATIENT).await;
    world.run("select tide.update_feature('ai_batch', '{\"enabled\": false}')").await;
    world.run("select tide.override_feature('ai_batch', 'otto', true)").await;
    let node = Node::start(&world.database, &[]).await;
    let mut client = node.synced("ann").await;
    let by_mia = async |statement: &str| {
        world.run(&format!("begin; select tide.act_as('mcp-ai', 'mia'); {statement}; commit")).await;
    };
    // The node has not met otto yet: his first changes are not gathered. Hers never are, and his come before them.
    let mut percent = 0;
    eventually("only mia's change is told at once", async || {
        percent = percent % 90 + 1;
        world.as_agent(&progress(TASKS[0], percent)).await;
        by_mia(&progress(TASKS[1], percent)).await;
        let first = client.expect("update").await;
        let is_hers = first["metadata"]["userId"] == "mia";
        if !is_hers {
            assert_eq!(client.expect("update").await["metadata"]["userId"], "mia");
        }
        is_hers
    })
    .await;
}
