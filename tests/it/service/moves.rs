//! From one transport to another and back, by the same epoch and position, while people and agents write.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;
use tokio::task::JoinHandle;

use super::client::events;
use super::node::Node;
use super::topic;
use super::web::Web;
use super::world::{APOLLO, MAIN, World};

/// What somebody knows who moves around.
struct Traveller {
    web: Web,
    epoch: String,
    position: i64,
    /// New tasks by the sequence of the message that told them first, and how often something came again.
    created: BTreeMap<String, i64>,
    repeats: usize,
}

impl Traveller {
    fn note(&mut self, message: &Value) {
        for (_, action, id) in events(message) {
            if action == "create" {
                let sequence = message["sequence"].as_i64().unwrap();
                let known = self.created.insert(id, sequence);
                self.repeats += usize::from(known.is_some());
                assert!(known.is_none_or(|known| known > 0), "a repeat is recognised by its row");
            }
        }
    }

    fn arrive(&mut self, epoch: &str, position: i64) {
        assert!(epoch == self.epoch && position >= self.position, "{position} < {}", self.position);
        self.position = position;
    }

    async fn by_socket(&mut self, node: &Node, upto: usize) {
        let mut client = node.silent("ann").await;
        let ack = client.resume(&self.epoch, &[(topic(APOLLO), self.position)].into()).await;
        assert_eq!(ack["payload"]["recovered"], true, "{ack}");
        while self.created.len() < upto {
            self.note(&client.next().await);
        }
        let position = client.positions()[&topic(APOLLO)];
        self.arrive(&self.epoch.clone(), position);
    }

    async fn by_stream(&mut self, upto: usize) {
        let id = format!("{}:{}", self.epoch, self.position);
        let mut stream = self.web.stream(&format!("topics={}", topic(APOLLO)), Some(&id)).await;
        while self.created.len() < upto {
            self.note(&stream.next().await);
            let id = stream.id();
            let (epoch, position) = id.rsplit_once(':').unwrap();
            self.arrive(epoch, position.parse().unwrap());
        }
    }

    async fn by_polling(&mut self, upto: usize) {
        while self.created.len() < upto {
            let query =
                format!("epoch={}&after={}&topics={}&limit=5", self.epoch, self.position, topic(APOLLO));
            let page = self.web.poll(&query).await;
            page["messages"].as_array().unwrap().iter().for_each(|message| self.note(message));
            self.arrive(page["epoch"].as_str().unwrap(), page["position"].as_i64().unwrap());
        }
    }
}

/// Inserts one task after the other until told to stop.
async fn write(world: &World, source: &'static str, stop: Arc<AtomicBool>) -> JoinHandle<()> {
    let sql = world.database.connect().await;
    tokio::spawn(async move {
        let insert = format!(
            "begin; select tide.act_as('{source}', 'somebody');
             insert into work.tasks (git_branch_id, title) values ('{MAIN}', 'storm'); commit"
        );
        while !stop.load(Ordering::Relaxed) {
            sql.batch_execute(&insert).await.unwrap();
        }
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_moves_between_the_transports_in_any_direction_misses_nothing() {
    let world = World::new().await;
    world.run("update tide.settings set value = '50' where key = 'ai_window_ms'").await;
    let node = Node::start(&world.database, &[]).await;
    let web = Web::new(&node, "ann");
    let begun = web.poll(&format!("topics={}&sync=none", topic(APOLLO))).await;
    let mut traveller = Traveller {
        web,
        epoch: begun["epoch"].as_str().unwrap().to_owned(),
        position: begun["position"].as_i64().unwrap(),
        created: BTreeMap::new(),
        repeats: 0,
    };
    let stop = Arc::<AtomicBool>::default();
    let writers = [write(&world, "user", stop.clone()).await, write(&world, "mcp-ai", stop.clone()).await];
    let mut upto = 0;
    for step in ["socket", "stream", "poll", "socket", "poll", "stream", "socket"] {
        upto += 40;
        match step {
            "socket" => traveller.by_socket(&node, upto).await,
            "stream" => traveller.by_stream(upto).await,
            _ => traveller.by_polling(upto).await,
        }
    }
    stop.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.unwrap();
    }
    let written = "select array_agg(id::text order by id::text) from work.tasks where title = 'storm'";
    let written: Vec<String> = world.sql.query_one(written, &[]).await.unwrap().get(0);
    traveller.by_polling(written.len()).await;
    assert!(traveller.created.keys().eq(&written), "{} repeats", traveller.repeats);
}
