//! Who may hear what, and who may not any more: members, rows that move, users who are gone.

use super::client::{Client, events};
use super::node::{Node, sign};
use super::world::{APOLLO, BOREAS, MAIN, SIDE, TASKS, World, progress};
use super::{PATIENT, subscribe, topic};
use serde_json::json;

#[tokio::test]
async fn who_is_not_a_member_sees_nothing_until_they_are_and_nothing_any_more_after() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let mut ben = node.client("ben").await;
    assert_eq!(ben.expect("sync").await["payload"]["topics"], json!([]));
    let wanted = [&*topic(APOLLO), &format!("branch:{MAIN}"), &format!("task:{}", TASKS[0])];
    let ack = ben.ask(&subscribe(&wanted), "ack").await;
    assert_eq!(ack["payload"]["refused"].as_array().unwrap().len(), 3);
    let write = json!({"type": "update", "payload": {"entity": "task", "action": "update",
        "data": {"primary": {"id": TASKS[0], "title": "Mine"}}}});
    assert!(
        ["forbidden", "not_found"]
            .contains(&ben.ask(&write, "error").await["payload"]["code"].as_str().unwrap())
    );

    world.as_person(&progress(TASKS[0], 10)).await;
    let join = format!(
        "insert into work.project_members (project_id, user_id, role)
        select '{BOREAS}', id, 'viewer' from work.users where handle = 'ben'"
    );
    world.as_person(&join).await;
    assert_eq!(
        ben.expect("sync").await["payload"]["topics"],
        json!([topic(BOREAS)]),
        "Apollo's change is not his"
    );
    world.as_person(&format!("update work.projects set description = 'seen' where id = '{BOREAS}'")).await;
    ben.expect("update").await;

    world.as_person("delete from work.project_members where role = 'viewer'").await;
    loop {
        let message = ben.next().await;
        if message["type"] == "error" {
            assert_eq!(message["payload"]["code"], "topic_revoked");
            break;
        }
        assert_eq!(events(&message)[0].0, "member", "{message}");
    }
    world.as_person(&format!("update work.projects set description = 'unseen' where id = '{BOREAS}'")).await;
    // What he hears next says that nothing came before it.
    world.as_person(&join.replace(BOREAS, APOLLO)).await;
    assert_eq!(ben.expect("sync").await["payload"]["topics"], json!([topic(APOLLO)]));
}

#[tokio::test]
async fn a_task_that_moves_out_of_reach_is_not_followed() {
    let world = World::new().await;
    world
        .run(&format!(
            "insert into work.project_members select '{APOLLO}', id, 'viewer' from work.users where handle = 'ben'"
        ))
        .await;
    let node = Node::start(&world.database, &[]).await;
    let mut ben = Client::open(node.address, "/ws?sync=none", Some(&sign("ben", 60))).await;
    let task = format!("task:{}", TASKS[0]);
    ben.ask(&subscribe(&[&task]), "sync").await;
    ben.expect("ack").await;
    world.as_person(&progress(TASKS[0], 10)).await;
    ben.expect("update").await;
    world
        .as_person(&format!("update work.tasks set git_branch_id = '{SIDE}' where id = '{}'", TASKS[0]))
        .await;
    assert_eq!(ben.expect("error").await["payload"]["code"], "topic_revoked");
    world.as_person(&progress(TASKS[0], 20)).await;
    let refused = ben.ask(&subscribe(&[&task]), "ack").await;
    assert_eq!(refused["payload"]["refused"][0]["topic"], task.as_str());
}

#[tokio::test]
async fn of_a_move_nobody_sees_the_side_that_is_out_of_reach() {
    let world = World::new().await;
    world
        .run(&format!(
            "insert into work.project_members select '{APOLLO}', id, 'viewer' from work.users where handle = 'ben'"
        ))
        .await;
    let node = Node::start(&world.database, &[]).await;
    let mut of_project = Client::open(node.address, "/ws", Some(&sign("ben", 60))).await;
    of_project.expect("sync").await;
    let mut of_branch = Client::open(node.address, "/ws?sync=none", Some(&sign("ben", 60))).await;
    of_branch.ask(&subscribe(&[&format!("branch:{MAIN}")]), "sync").await;
    of_branch.expect("ack").await;
    world
        .as_person(&format!("update work.tasks set git_branch_id = '{SIDE}' where id = '{}'", TASKS[0]))
        .await;
    let cascade = &of_project.expect("update").await["payload"]["data"]["cascade"];
    assert_eq!(
        (cascade["branches"].as_array().unwrap().len(), &cascade["branches"][0]["id"]),
        (1, &MAIN.into())
    );
    assert_eq!(
        (cascade["projects"].as_array().unwrap().len(), &cascade["projects"][0]["id"]),
        (1, &APOLLO.into())
    );
    let sync = of_branch.expect("sync").await;
    assert_eq!(
        (&sync["payload"]["reason"], &sync["payload"]["summaries"][MAIN]["total_tasks"]),
        (&"resync".into(), &2.into())
    );
    world.as_person(&progress(TASKS[1], 20)).await;
    of_branch.expect("update").await;
}

#[tokio::test]
async fn whom_an_agent_removes_hears_nothing_more_although_agents_changes_wait() {
    let world = World::new().await;
    world.run(PATIENT).await;
    let node = Node::start(&world.database, &[]).await;
    let mut client = node.synced("ann").await;
    world.as_agent(&format!("delete from work.project_members where project_id = '{APOLLO}'")).await;
    client.expect("update").await;
    assert_eq!(client.expect("error").await["payload"]["code"], "topic_revoked");
}

#[tokio::test]
async fn a_user_who_is_gone_is_closed_with_4401() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let mut client = node.synced("ann").await;
    world.as_person("delete from work.users where handle = 'ann'").await;
    assert_eq!(client.closed().await, 4401);
}

#[tokio::test]
async fn a_credential_for_ever_is_no_harm() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let long = 1 << 62;
    Client::open(node.address, "/ws", Some(&sign("ann", long))).await.expect("sync").await;
}
