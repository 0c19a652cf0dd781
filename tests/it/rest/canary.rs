//! A marker in what somebody may not see: it is in the answer of no address, by no transport. `strangers` tries the
//! addresses that change something; `service::canary` the requests of a socket.

use serde_json::json;

use super::document::operations;
use super::house::{CONTEXT, House, NOTHING, SUBTASK, send};
use crate::service::client::Client;
use crate::service::node::sign;
use crate::service::web::Web;
use crate::service::world::{APOLLO, BOREAS, MAIN, SIDE, TASKS};
use crate::support::eventually;

const MARKER: &str = "canary-7b2e";
/// Ids of everything that bears the marker, of each kind in turn.
const HIDDEN: [&str; 7] = [
    BOREAS,
    SIDE,
    "00000000-0000-7000-8000-000000000b11",
    "00000000-0000-7000-8000-000000000b12",
    "00000000-0000-7000-8000-000000000b13",
    "00000000-0000-7000-8000-000000000b14",
    "00000000-0000-7000-8000-000000000b15",
];
/// Nothing but what `cleo` may see, and what is not there.
const OPEN: [&str; 6] = [APOLLO, MAIN, TASKS[0], SUBTASK, CONTEXT, NOTHING];

/// Everything in Boreas bears the marker, and what operators see, too.
fn scene() -> String {
    let [project, branch, task, subtask, context, webhook, alert] = HIDDEN;
    format!(
        "update work.projects set name = '{MARKER}', description = '{MARKER}' where id = '{project}';
         update work.branches set name = '{MARKER}' where id = '{branch}';
         insert into work.tasks (id, git_branch_id, title, description)
           values ('{task}', '{branch}', '{MARKER}', '{MARKER}');
         insert into work.subtasks (id, task_id, title) values ('{subtask}', '{task}', '{MARKER}');
         insert into work.contexts (id, project_id, branch_id, key, body)
           values ('{context}', '{project}', '{branch}', '{MARKER}', '{{\"said\": \"{MARKER}\"}}');
         insert into monitor.webhooks (id, owner_id, url, topics, status)
           select '{webhook}', u.id, 'https://example.com/{MARKER}', '{{project:{project}}}', 'paused'
           from work.users u where u.handle = 'ann';
         insert into monitor.deliveries (id, webhook_id, message_id, topic, sequence, body)
           values ('{webhook}', '{webhook}', 'm1', 'project:{project}', 1, '{{\"title\": \"{MARKER}\"}}');
         insert into monitor.alerts (id, key, title) values ('{alert}', '{MARKER}', '{MARKER}')"
    )
}

/// The address with this in every place of a name.
fn filled(path: &str, with: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { with } else { part }).collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn what_somebody_may_not_see_is_in_the_answer_of_no_address() {
    let house = House::new().await;
    house.world.run(&scene()).await;
    let (cleo, ann) = (house.person("cleo"), house.person("ann"));
    let document = ann.get("/openapi.json").await.body;
    let (mut asked, mut shown) = (0, 0);
    for (method, path, _) in operations(&document) {
        // What never ends, and sockets: below.
        if method != "GET" || path.ends_with("/stream") || path.starts_with("/ws") {
            continue;
        }
        let names = if path.contains('{') { [&HIDDEN[..], &OPEN].concat() } else { vec![""] };
        for name in names {
            let address = filled(&path, name);
            let answer = cleo.get(&address).await;
            asked += 1;
            let said = format!("{:?} {}", answer.headers, answer.body);
            assert!(!said.contains(MARKER), "{address}: {said}");
            // Proof that there was something to see.
            shown += usize::from(ann.get(&address).await.body.to_string().contains(MARKER));
        }
    }
    assert!(asked > 200 && shown > 10, "{asked} addresses, {shown} of them show it to ann");
}

#[tokio::test]
async fn nor_by_stream_poll_or_a_socket_of_operators() {
    let house = House::new().await;
    let (cleo, ann) = (Web::new(&house.node, "cleo"), Web::new(&house.node, "ann"));
    let hidden = format!("project:{BOREAS},branch:{SIDE},task:{},monitor:alerts,monitor:webhooks", HIDDEN[2]);
    let begin = cleo.poll("").await;
    let mut stream = cleo.stream("", None).await;
    let mut cautious = cleo.stream(&format!("topics=project:{APOLLO},{hidden}"), None).await;

    house.world.run(&scene()).await;
    house.world.run(&format!("delete from work.tasks where id = '{}'", HIDDEN[2])).await;
    house.world.run(&format!("update work.tasks set title = 'the last' where id = '{}'", TASKS[0])).await;
    eventually("it is told to who may hear it", async || {
        ann.poll_after(&begin, &format!("topics=project:{BOREAS}")).await.to_string().contains(MARKER)
    })
    .await;

    let mut said = Vec::new();
    for stream in [&mut stream, &mut cautious] {
        while !said.last().is_some_and(|message: &String| message.contains("the last")) {
            said.push(stream.next().await.to_string());
        }
        said.push("the other".to_owned());
    }
    said.push(cleo.poll_after(&begin, "").await.to_string());
    for refused in [format!("/api/v2/changes?topics={hidden}"), format!("/api/v2/stream?topics={hidden}")] {
        let answer = cleo.get(&refused).await;
        assert_eq!(answer.status, 403, "{answer:?}");
        said.push(answer.body.to_string());
    }
    let mut operators = Client::open(house.node.address, "/ws/dashboard", Some(&sign("cleo", 60))).await;
    assert_eq!(operators.closed().await, 4403);
    for message in said {
        assert!(!message.contains(MARKER), "{message}");
    }
}

#[tokio::test]
async fn what_was_kept_for_who_may_see_it_is_not_shown_to_who_may_not() {
    let house = House::new().await;
    house.world.run(&scene()).await;
    let (cleo, ann) = (house.person("cleo"), house.person("ann"));
    for path in
        [format!("/projects/{BOREAS}/summary"), format!("/branches/{SIDE}/summary"), "/projects".to_owned()]
    {
        for _ in 0..3 {
            ann.get(&path).await;
            let answer = cleo.get(&path).await;
            assert!(!answer.body.to_string().contains(MARKER), "{path}: {}", answer.body);
        }
    }
    let all = json!({"project_ids": [APOLLO, BOREAS], "branch_ids": [MAIN, SIDE]});
    for body in [all, json!({"project_ids": [BOREAS]}), json!({"branch_ids": [SIDE]}), json!({})] {
        for person in [&ann, &cleo] {
            let answer =
                send(person.request(reqwest::Method::POST, "/branches/summaries/bulk").json(&body)).await;
            let is_anns = std::ptr::eq(person, &raw const ann);
            assert!(is_anns || !answer.body.to_string().contains(MARKER), "{body}: {}", answer.body);
        }
    }
}
