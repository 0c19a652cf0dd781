//! A marker in what somebody may not see never appears in anything that is sent to them.

use serde_json::{Value, json};

use super::client::Client;
use super::node::{Process, sign};
use super::world::{APOLLO, BOREAS, MAIN, SIDE, World};
use super::{subscribe, topic};

const MARKER: &str = "canary-5f1c";
const SECRET_TASK: &str = "00000000-0000-7000-8000-000000000b11";
const SECRET_CONTEXT: &str = "00000000-0000-7000-8000-000000000b21";

/// Ben is an editor of Apollo; everything in Boreas bears the marker.
const SCENE: &str = "
    insert into work.project_members select '00000000-0000-7000-8000-00000000000a', id, 'editor'
      from work.users where handle = 'ben';
    update work.projects set name = 'canary-5f1c', description = 'canary-5f1c' where name = 'Boreas';
    update work.branches set name = 'canary-5f1c' where name = 'side';
    insert into work.tasks (id, git_branch_id, title)
      values ('00000000-0000-7000-8000-000000000b11', '00000000-0000-7000-8000-0000000000b1', 'canary-5f1c');
    insert into work.contexts (id, project_id, task_id, key, body)
      values ('00000000-0000-7000-8000-000000000b21', '00000000-0000-7000-8000-00000000000b',
        '00000000-0000-7000-8000-000000000b11', 'canary-5f1c', '{\"said\": \"canary-5f1c\"}')";

/// Says something, then hears all that comes until a later request is answered.
async fn ask(client: &mut Client, message: &Value) -> Vec<Value> {
    client.say(message).await;
    client.say(&json!({"type": "heartbeat", "correlationId": "end"})).await;
    let mut heard = Vec::new();
    loop {
        let message = client.next().await;
        if message["metadata"]["correlationId"] == "end" {
            return heard;
        }
        heard.push(message);
    }
}

fn write(entity: &str, action: &str, primary: &Value) -> Value {
    json!({"type": "update", "payload": {"entity": entity, "action": action, "data": {"primary": primary}}})
}

/// What a curious person would try.
fn attempts(epoch: &str) -> Vec<Value> {
    let topics =
        [topic(BOREAS), format!("branch:{SIDE}"), format!("task:{SECRET_TASK}"), "table:work.tasks".into()];
    let names: Vec<&str> = topics.iter().map(String::as_str).collect();
    let positions =
        |at: i64| topics.iter().map(|topic| (topic.clone(), at.into())).collect::<serde_json::Map<_, _>>();
    vec![
        subscribe(&names),
        json!({"type": "resume", "epoch": epoch, "positions": positions(0)}),
        json!({"type": "resume", "epoch": epoch, "positions": positions(i64::MAX)}),
        json!({"type": "resume", "epoch": epoch, "sequence": 0, "topics": topics}),
        write("task", "update", &json!({"id": SECRET_TASK, "title": "mine"})),
        write("task", "create", &json!({"git_branch_id": SIDE, "title": "mine"})),
        write("task", "create", &json!({"git_branch_id": MAIN, "title": "x", "parent_id": SECRET_TASK})),
        write("task", "delete", &json!({"id": SECRET_TASK})),
        write("subtask", "create", &json!({"task_id": SECRET_TASK, "title": "mine"})),
        write("branch", "create", &json!({"project_id": BOREAS, "name": "mine"})),
        write("branch", "delete", &json!({"id": SIDE})),
        write("context", "delete", &json!({"id": SECRET_CONTEXT})),
    ]
}

/// Beside him, past him, and away from him.
fn happenings() -> [String; 6] {
    [
        format!("update work.tasks set description = '{MARKER}' where id = '{SECRET_TASK}'"),
        format!("insert into work.tasks (git_branch_id, title) values ('{MAIN}', 'seen')"),
        format!("update work.tasks set git_branch_id = '{SIDE}', title = '{MARKER}' where title = 'seen'"),
        format!("update work.branches set name = '{MARKER} again' where id = '{SIDE}'"),
        format!("delete from work.projects where id = '{BOREAS}'"),
        format!("insert into work.tasks (git_branch_id, title) values ('{MAIN}', 'the last')"),
    ]
}

#[tokio::test]
async fn what_somebody_may_not_see_is_in_nothing_they_are_sent_and_in_no_log() {
    let world = World::new().await;
    world.run(SCENE).await;
    let process = Process::start_logging(&world.database, "trace").await;
    let mut ben = process.client_of("ben", "/ws").await;
    let sync = ben.expect("sync").await;
    assert_eq!(sync["payload"]["topics"], json!([topic(APOLLO)]));
    let mut heard = vec![sync];
    let epoch = ben.epoch();
    for attempt in attempts(&epoch) {
        heard.extend(ask(&mut ben, &attempt).await);
    }
    for statement in happenings() {
        world.as_person(&statement).await;
    }
    loop {
        let message = ben.next().await;
        let is_last = message["payload"]["data"]["primary"]["title"] == "the last";
        heard.push(message);
        if is_last {
            break;
        }
    }
    // And what he missed.
    let mut back = Client::open(process.address(), "/ws?sync=none", Some(&sign("ben", 60))).await;
    heard.extend(
        ask(&mut back, &json!({"type": "resume", "epoch": epoch, "sequence": 0, "topics": [topic(APOLLO)]}))
            .await,
    );
    for message in &heard {
        assert!(!message.to_string().contains(MARKER), "{message}");
    }
    assert!(heard.iter().any(|message| message["type"] == "error"), "he was told no");
    let log = process.end().await;
    assert!(log.contains("TRACE") && !log.contains(MARKER), "no payload in a log");
    assert!(!log.contains("eyJ"), "and no token");
}
