//! `GET /api/v2/stream`: what a browser's `EventSource` gets, and what it gets when it comes back.

use serde_json::json;

use super::client::events;
use super::node::{Node, sign};
use super::web::Web;
use super::world::{APOLLO, BOREAS, MAIN, TASKS, World, progress};
use super::{PATIENT, topic};
use crate::support::eventually;

#[tokio::test]
async fn the_snapshot_comes_first_and_then_every_change_as_on_the_socket() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let mut socket = node.synced("ann").await;
    let mut stream = Web::new(&node, "ann").stream("", None).await;
    let sync = stream.expect("sync").await;
    assert_eq!(sync["payload"]["reason"], "connect");
    assert_eq!(sync["payload"]["topics"].as_array().unwrap().len(), 2);
    assert_eq!(stream.id(), format!("{}:{}", sync["payload"]["epoch"].as_str().unwrap(), sync["sequence"]));
    world.as_person(&progress(TASKS[0], 10)).await;
    let update = stream.expect("update").await;
    assert_eq!(update, socket.expect("update").await);
    assert_eq!(stream.position(), update["sequence"]);
}

#[tokio::test]
async fn who_comes_back_with_the_last_id_gets_what_they_missed_from_memory_or_from_the_log() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let mut stream = Web::new(&node, "ann").stream("", None).await;
    stream.expect("sync").await;
    world.as_person(&progress(TASKS[0], 10)).await;
    stream.expect("update").await;
    let id = stream.id();
    drop(stream);
    for percent in [20, 30, 40] {
        world.as_person(&progress(TASKS[1], percent)).await;
    }
    let missed = async |node: &Node, query: &str, id: Option<&str>| {
        let mut stream = Web::new(node, "ann").stream(query, id).await;
        let mut heard = Vec::new();
        for _ in 0..3 {
            heard.push(stream.expect("update").await["payload"]["data"]["delta"].clone());
        }
        heard
    };
    let expected = [(10, 20), (20, 30), (30, 40)].map(|(old, new)| json!([old, new]));
    let first = missed(&node, "", Some(&id)).await;
    assert_eq!(first[1]["progress_percentage"], expected[1]);
    assert_eq!(missed(&node, &format!("last_event_id={id}"), None).await, first, "in the address");
    assert_eq!(missed(&node, &format!("topics={}", topic(APOLLO)), Some(&id)).await, first, "of one topic");
    node.stop().await;
    let node = Node::start(&world.database, &[]).await;
    assert_eq!(missed(&node, "", Some(&id)).await, first, "after a restart");
}

#[tokio::test]
async fn while_an_agents_changes_wait_the_id_does_not_pass_them() {
    let world = World::new().await;
    world.run(PATIENT).await;
    let node = Node::start(&world.database, &[]).await;
    let web = Web::new(&node, "ann");
    let mut stream = web.stream(&format!("topics={}", topic(APOLLO)), None).await;
    stream.expect("sync").await;
    let before = stream.position();
    world.as_agent(&progress(TASKS[0], 10)).await;
    world.as_person(&progress(TASKS[1], 20)).await;
    let passing = stream.expect("update").await;
    assert_eq!((stream.position(), passing["metadata"]["position"].as_i64().unwrap()), (before, before));
    let id = stream.id();
    drop(stream);
    // The row is the one that waits, so it leaves first.
    world.as_person(&progress(TASKS[0], 30)).await;
    let mut back = web.stream(&format!("topics={}", topic(APOLLO)), Some(&id)).await;
    let again = back.next().await;
    assert_eq!(again["sequence"], passing["sequence"], "a repeat that can be recognised");
    assert_eq!(events(&back.expect("bulk").await)[0].2, TASKS[0]);
    let last = back.expect("update").await;
    assert_eq!(back.position(), last["sequence"]);
}

#[tokio::test]
async fn an_id_that_means_nothing_any_more_is_answered_with_a_snapshot_that_says_so() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let web = Web::new(&node, "ann");
    let mut stream = web.stream("", None).await;
    stream.expect("sync").await;
    let (epoch, _) = stream.id().rsplit_once(':').map(|(e, s)| (e.to_owned(), s.to_owned())).unwrap();
    for id in ["01890000-0000-7000-8000-000000000000:1", "nonsense", &format!("{epoch}:1000000")] {
        let mut stream = web.stream("sync=none", Some(id)).await;
        assert_eq!(stream.expect("sync").await["payload"]["reason"], "not_recovered", "{id}");
        world
            .as_person(&format!("update work.projects set description = '{id}' where id = '{APOLLO}'"))
            .await;
        stream.expect("update").await;
    }
}

#[tokio::test]
async fn topics_that_may_not_be_heard_are_named_and_without_any_other_refused() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let web = Web::new(&node, "ann");
    let branch = format!("branch:{MAIN}");
    let mut stream = web.stream(&format!("topics={branch},project:nonsense&sync=none"), None).await;
    let ack = stream.expect("ack").await;
    assert_eq!(ack["payload"]["topics"], json!([branch]));
    assert_eq!(ack["payload"]["refused"], json!([{"topic": "project:nonsense", "code": "forbidden"}]));
    assert_eq!(ack["payload"]["positions"][&branch], stream.position());
    world.as_person(&format!("{}; update work.projects set description = 'x'", progress(TASKS[0], 10))).await;
    assert_eq!(stream.expect("update").await["payload"]["data"]["primary"]["id"], TASKS[0]);

    let refused = Web::new(&node, "ben").get(&format!("/api/v2/stream?topics={branch}")).await;
    assert_eq!((refused.status, &refused.body["code"]), (403, &"forbidden".into()));
    assert_eq!(refused.body["errors"], json!([{"field": branch, "code": "forbidden"}]));
}

#[tokio::test]
async fn who_joins_a_project_hears_it_and_who_is_removed_is_told_and_hears_no_more() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let web = Web::new(&node, "ben");
    let mut stream = web.stream("", None).await;
    assert_eq!(stream.expect("sync").await["payload"]["topics"], json!([]));
    let join = |project: &str| {
        format!(
            "insert into work.project_members (project_id, user_id, role)
             select '{project}', id, 'viewer' from work.users where handle = 'ben'"
        )
    };
    world.as_person(&join(BOREAS)).await;
    assert_eq!(stream.expect("sync").await["payload"]["topics"], json!([topic(BOREAS)]));
    world.as_person("delete from work.project_members where role = 'viewer'").await;
    loop {
        let message = stream.next().await;
        if message["type"] == "error" {
            assert_eq!(message["payload"]["code"], "topic_revoked");
            break;
        }
        assert_eq!(events(&message)[0].0, "member", "{message}");
    }
    world.as_person(&format!("update work.projects set description = 'unseen' where id = '{BOREAS}'")).await;
    world.as_person(&join(APOLLO)).await;
    assert_eq!(stream.expect("sync").await["payload"]["topics"], json!([topic(APOLLO)]));
}

#[tokio::test]
async fn who_comes_back_is_told_which_projects_they_joined_and_left_meanwhile() {
    let world = World::new().await;
    let member = |project: &str| {
        format!(
            "insert into work.project_members (project_id, user_id, role)
             select '{project}', id, 'viewer' from work.users where handle = 'ben'"
        )
    };
    world.run(&member(APOLLO)).await;
    let node = Node::start(&world.database, &[]).await;
    let web = Web::new(&node, "ben");
    let mut stream = web.stream("", None).await;
    stream.expect("sync").await;
    let id = stream.id();
    drop(stream);
    world
        .as_person(&format!("delete from work.project_members where role = 'viewer'; {}", member(BOREAS)))
        .await;
    let mut stream = web.stream("", Some(&id)).await;
    let (mut revoked, mut joined) = (false, false);
    while !(revoked && joined) {
        let message = stream.next().await;
        match message["type"].as_str().unwrap() {
            "error" => {
                assert!(message["payload"]["message"].as_str().unwrap().starts_with(&topic(APOLLO)));
                revoked = true;
            }
            "sync" => {
                assert_eq!(message["payload"]["topics"], json!([topic(BOREAS)]));
                assert_eq!(message["payload"]["projects"][BOREAS]["name"], "Boreas");
                joined = true;
            }
            _ => assert_eq!(message["metadata"]["topic"], topic(BOREAS), "{message}"),
        }
    }
}

#[tokio::test]
async fn in_silence_a_heartbeat_moves_the_id_on() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[("WEBSOCKET_HEARTBEAT_INTERVAL", "1")]).await;
    let mut stream = Web::new(&node, "ann").stream(&format!("topics={}", topic(BOREAS)), None).await;
    stream.expect("sync").await;
    let before = stream.position();
    world.as_person(&progress(TASKS[0], 10)).await;
    while stream.position() == before {
        stream.expect("heartbeat").await;
    }
}

#[tokio::test]
async fn a_stream_ends_with_its_credential_and_with_the_service_and_says_why() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let mut expiring = Web::with_token(&node, Some(sign("ann", 1))).stream("", None).await;
    expiring.expect("sync").await;
    let error = expiring.expect("error").await;
    assert_eq!(error["payload"]["code"], "credential_expired", "{error}");
    assert!(expiring.hear().await.is_none());

    let mut stream = Web::new(&node, "ann").stream("", None).await;
    stream.expect("sync").await;
    let stopped = tokio::spawn(node.stop());
    let error = stream.expect("error").await;
    assert_eq!(
        (&error["payload"]["code"], &error["payload"]["retryable"]),
        (&"restarting".into(), &true.into())
    );
    assert!(stream.hear().await.is_none());
    stopped.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_is_too_slow_is_cut_off_without_others_noticing_and_comes_back() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[("TIDEGATE_WEBSOCKET__QUEUE_BYTES", "20000")]).await;
    let web = Web::new(&node, "ann");
    let mut slow = web.stream("", None).await;
    slow.expect("sync").await;
    let mut quick = node.synced("ann").await;
    let big = format!(
        "insert into work.tasks (git_branch_id, title, description) select '{MAIN}', 'big', repeat('x', 8000)
         from generate_series(1, 100)"
    );
    let mut written = 0;
    eventually("the slow one is cut off", async || {
        world.as_person(&big).await;
        written += 100;
        quick.expect("bulk").await;
        node.gateway().counters.closes(4409) > 0
    })
    .await;
    let mut created = 0;
    while let Some(message) = slow.hear().await {
        created += events(&message).len();
    }
    assert!(created < written);
    let mut back = web.stream("", Some(&slow.id())).await;
    while created < written {
        created += events(&back.expect("bulk").await).len();
    }
    assert_eq!(created, written);
}
