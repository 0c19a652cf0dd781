//! A client that always comes back, as anybody may write one: it resumes from its positions, and takes a snapshot where
//! that is what it is told to do. Its diary is held against the tables.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::storm::TITLE;
use crate::service::node::sign;

/// Who hears nothing for so long takes the wire for broken; the service's heartbeat in these tests is 1 s.
const SILENCE: Duration = Duration::from_secs(4);
/// So many sequences are remembered by what was said under them when a diary is settled.
const MEMORY: i64 = 5_000;

/// What it was told.
#[derive(Debug, Clone, Default)]
pub(super) struct Diary {
    /// Tasks of the storm, each with its epoch and sequence.
    pub(super) created: BTreeMap<String, (String, i64)>,
    /// When each of them was heard of first.
    moments: HashMap<String, Instant>,
    /// What was settled last. It may be said again for a while.
    settled: BTreeMap<String, (String, i64)>,
    /// What was said under an epoch and a sequence. Said again, it must be the same.
    said: HashMap<(String, i64), String>,
    /// Where a snapshot had to do, and why.
    pub(super) snapshots: Vec<String>,
    /// Events that came once more.
    pub(super) repeats: usize,
    pub(super) connections: usize,
    /// What is not promised to happen, in words.
    pub(super) wrong: Vec<String>,
    epoch: String,
    positions: BTreeMap<String, i64>,
    last: BTreeMap<String, i64>,
}

/// What a diary says of the tasks that somebody should have heard of by now.
#[derive(Debug, Default)]
pub(super) struct Settlement {
    pub(super) lost: Vec<String>,
    /// When each of the others was heard of.
    pub(super) heard: Vec<(String, Instant)>,
    /// Tasks that are in the diary beside them.
    pub(super) others: Vec<String>,
}

/// The client.
pub(super) struct Follower {
    told: Arc<watch::Sender<Diary>>,
    diary: watch::Receiver<Diary>,
    task: JoinHandle<()>,
}

impl Follower {
    /// Begins with a snapshot, through whatever is at that address.
    pub(super) async fn begin(address: SocketAddr) -> Self {
        Self::begin_as("ann", address).await
    }

    /// The same as somebody else.
    pub(super) async fn begin_as(handle: &str, address: SocketAddr) -> Self {
        let (told, diary) = watch::channel(Diary::default());
        let told = Arc::new(told);
        let task = tokio::spawn(follow(handle.to_owned(), address, told.clone()));
        let mut follower = Self { told, diary, task };
        follower.until("it has its first snapshot", |diary| !diary.positions.is_empty()).await;
        follower
    }

    pub(super) fn diary(&self) -> Diary {
        self.diary.borrow().clone()
    }

    pub(super) async fn until(&mut self, what: &str, is_so: impl FnMut(&Diary) -> bool) {
        let so = timeout(Duration::from_secs(60), self.diary.wait_for(is_so)).await.is_ok();
        assert!(so, "waited in vain until {what}: {:?}", self.summary());
    }

    /// Whether it hears of this task soon. What a snapshot has brought it is not told of.
    pub(super) async fn hears_soon(&mut self, id: &str) -> bool {
        let heard = self.diary.wait_for(|diary| diary.created.contains_key(id));
        timeout(Duration::from_secs(1), heard).await.is_ok()
    }

    pub(super) async fn until_heard(&mut self, id: &str) {
        self.until("a task was heard of", |diary| diary.created.contains_key(id)).await;
    }

    /// Takes these tasks, which it should have heard of by now, out of the diary, so that it does not grow for ever.
    pub(super) fn settle(&self, due: &BTreeSet<String>) -> Settlement {
        let mut settlement = Settlement::default();
        self.told.send_modify(|diary| settlement = diary.settle(due));
        settlement
    }

    /// What is wrong so far.
    pub(super) fn complaints(&self) -> Vec<String> {
        let diary = self.diary.borrow();
        let unasked =
            diary.snapshots.iter().map(|reason| format!("a snapshot instead of what was missed: {reason}"));
        diary.wrong.iter().cloned().chain(unasked).collect()
    }

    /// Exactly these tasks, and nothing wrong on the way.
    pub(super) async fn assert_complete(mut self, written: &BTreeSet<String>) -> Diary {
        self.until("it has heard of as many as there are", |diary| diary.created.len() >= written.len())
            .await;
        self.task.abort();
        let diary = self.diary();
        assert_eq!(diary.wrong, Vec::<String>::new());
        let heard: BTreeSet<String> = diary.created.keys().cloned().collect();
        let (lost, phantom): (Vec<_>, Vec<_>) =
            (written.difference(&heard).collect(), heard.difference(written).collect());
        assert!(lost.is_empty() && phantom.is_empty(), "lost {lost:?}, phantom {phantom:?}");
        diary
    }

    fn summary(&self) -> String {
        let diary = self.diary.borrow();
        format!(
            "{} tasks, {} connections, snapshots {:?}, wrong {:?}",
            diary.created.len(),
            diary.connections,
            diary.snapshots,
            diary.wrong
        )
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn follow(handle: String, address: SocketAddr, told: Arc<watch::Sender<Diary>>) {
    loop {
        let _ = session(&handle, address, &told).await;
        sleep(Duration::from_millis(50)).await;
    }
}

/// One connection, until it breaks.
async fn session(handle: &str, address: SocketAddr, told: &watch::Sender<Diary>) -> Option<()> {
    let resumes = !told.borrow().positions.is_empty();
    let path = if resumes { "/ws?sync=none" } else { "/ws" };
    let mut request = format!("ws://{address}{path}").into_client_request().ok()?;
    request.headers_mut().insert("authorization", format!("Bearer {}", sign(handle, 3600)).parse().ok()?);
    let (mut socket, _) = timeout(SILENCE, connect_async(request)).await.ok()?.ok()?;
    told.send_modify(|diary| diary.connections += 1);
    if resumes {
        let (epoch, positions) = {
            let diary = told.borrow();
            (diary.epoch.clone(), diary.positions.clone())
        };
        let resume = json!({"type": "resume", "epoch": epoch, "positions": positions});
        socket.send(Frame::text(resume.to_string())).await.ok()?;
    }
    let mut spoke = Instant::now();
    loop {
        let frame = timeout(SILENCE, socket.next()).await.ok()??.ok()?;
        if let Frame::Text(text) = frame {
            let message: Value = serde_json::from_str(&text).ok()?;
            let mut goes_on = true;
            told.send_modify(|diary| goes_on = diary.note(&message));
            goes_on.then_some(())?;
        }
        if spoke.elapsed() > Duration::from_millis(300) {
            spoke = Instant::now();
            socket.send(Frame::text(json!({"type": "heartbeat"}).to_string())).await.ok()?;
        }
    }
}

impl Diary {
    /// False: the wire is not to be trusted, or there is more to resume.
    fn note(&mut self, message: &Value) -> bool {
        let payload = &message["payload"];
        match message["type"].as_str() {
            Some("sync") => self.begin(message),
            Some("update" | "bulk") => return self.hear(message),
            Some("heartbeat") => {
                for (topic, position) in payload["positions"].as_object().into_iter().flatten() {
                    self.advance(topic, position.as_i64().unwrap_or(0));
                }
            }
            Some("ack") if payload["recovered"] == true => self.last.clear(),
            _ => {}
        }
        true
    }

    fn begin(&mut self, message: &Value) {
        if !self.positions.is_empty() {
            self.snapshots.push(message["payload"]["reason"].as_str().unwrap_or_default().to_owned());
        }
        self.epoch = message["metadata"]["epoch"].as_str().unwrap_or_default().to_owned();
        self.last.clear();
        self.positions.clear();
        for (topic, position) in message["payload"]["positions"].as_object().into_iter().flatten() {
            self.positions.insert(topic.clone(), position.as_i64().unwrap_or(0));
        }
    }

    fn hear(&mut self, message: &Value) -> bool {
        let metadata = &message["metadata"];
        let topic = metadata["topic"].as_str().unwrap_or_default().to_owned();
        let previous = metadata["previous"].as_i64().unwrap_or(0);
        let covered = self.positions.get(&topic).copied().unwrap_or(0);
        let fits = self.last.get(&topic).map_or(previous <= covered, |last| *last == previous);
        if !fits {
            self.wrong
                .push(format!("a gap on {topic}: {previous} after {:?}, {covered}", self.last.get(&topic)));
            return false;
        }
        if metadata["epoch"].as_str() != Some(&self.epoch) {
            self.wrong.push(format!("another epoch without a snapshot: {metadata}"));
        }
        self.last.insert(topic.clone(), message["sequence"].as_i64().unwrap_or(0));
        self.note_events(message);
        self.advance(&topic, metadata["position"].as_i64().unwrap_or(0));
        true
    }

    fn note_events(&mut self, message: &Value) {
        let payload = &message["payload"];
        match (payload["updates"].as_array(), payload["data"]["primary"].as_array()) {
            (Some(updates), Some(rows)) => {
                for (update, row) in updates.iter().zip(rows) {
                    self.note_event(update, row, update["sequence"].as_i64().unwrap_or(0));
                }
            }
            _ => self.note_event(
                payload,
                &payload["data"]["primary"],
                message["sequence"].as_i64().unwrap_or(0),
            ),
        }
    }

    fn settle(&mut self, due: &BTreeSet<String>) -> Settlement {
        let mut settlement = Settlement::default();
        self.settled.clear();
        for id in due {
            match (self.created.remove(id), self.moments.remove(id)) {
                (Some(place), Some(moment)) => {
                    self.settled.insert(id.clone(), place);
                    settlement.heard.push((id.clone(), moment));
                }
                _ => settlement.lost.push(id.clone()),
            }
        }
        settlement.others = self.created.keys().cloned().collect();
        let newest = self.last.values().max().copied().unwrap_or(0);
        self.said.retain(|(_, sequence), _| *sequence > newest - MEMORY);
        settlement
    }

    fn note_event(&mut self, event: &Value, row: &Value, sequence: i64) {
        let id = row["id"].as_str().or(event["id"].as_str()).unwrap_or_default().to_owned();
        let what = format!("{} {} {id}", event["action"], event["entity"]);
        match self.said.insert((self.epoch.clone(), sequence), what.clone()) {
            None => {}
            Some(before) if before == what => self.repeats += 1,
            Some(before) => self.wrong.push(format!("{sequence} is {what}, and was {before}")),
        }
        if event["action"] == "create" && row["title"] == TITLE {
            self.note_created(id, (self.epoch.clone(), sequence));
        }
    }

    fn note_created(&mut self, id: String, place: (String, i64)) {
        let before = self.settled.get(&id).or(self.created.get(&id));
        match before {
            None => {
                self.moments.insert(id.clone(), Instant::now());
                self.created.insert(id, place);
            }
            Some(before) if *before == place => {}
            Some(before) => self.wrong.push(format!("{id} was told as {before:?} and as {place:?}")),
        }
    }

    fn advance(&mut self, topic: &str, position: i64) {
        if let Some(known) = self.positions.get_mut(topic) {
            if position < *known {
                self.wrong.push(format!("the position of {topic} went from {known} back to {position}"));
            }
            *known = position.max(*known);
        }
    }
}

/// The checker is proved: what it is there for, it finds.
mod proofs {
    use super::*;

    fn topic() -> &'static str {
        "project:p"
    }

    /// A task that was made, told with that sequence after another one.
    fn told(id: &str, sequence: i64, previous: i64) -> Value {
        json!({
            "type": "update", "sequence": sequence,
            "payload": {"entity": "task", "action": "create", "data": {"primary": {"id": id, "title": TITLE}}},
            "metadata": {"epoch": "e", "topic": topic(), "previous": previous, "position": sequence}
        })
    }

    fn begun() -> Diary {
        let mut diary = Diary::default();
        let sync = json!({
            "type": "sync", "payload": {"positions": {topic(): 10}}, "metadata": {"epoch": "e"}
        });
        assert!(diary.note(&sync));
        diary
    }

    fn wrong(messages: &[Value]) -> Vec<String> {
        let mut diary = begun();
        for message in messages {
            diary.note(message);
        }
        diary.wrong
    }

    async fn complete(messages: &[Value], written: &[&str]) {
        let mut diary = begun();
        for message in messages {
            diary.note(message);
        }
        let (told, diary) = watch::channel(diary);
        let follower = Follower { told: Arc::new(told), diary, task: tokio::spawn(async {}) };
        follower.assert_complete(&written.iter().map(|id| (*id).to_owned()).collect()).await;
    }

    #[tokio::test]
    async fn what_is_whole_passes_and_so_does_what_is_said_again() {
        let whole = [told("a", 12, 10), told("b", 15, 12)];
        assert_eq!(wrong(&whole), Vec::<String>::new());
        complete(&whole, &["a", "b"]).await;
        let mut diary = begun();
        whole.iter().for_each(|message| assert!(diary.note(message)));
        diary.note(&json!({"type": "ack", "payload": {"recovered": true}}));
        diary.note(&told("b", 15, 12));
        assert_eq!((diary.wrong, diary.repeats), (vec![], 1));
    }

    #[test]
    fn a_gap_another_content_a_second_telling_and_a_position_that_goes_back_are_found() {
        for broken in [
            [told("a", 12, 10), told("b", 15, 13)],
            [told("a", 12, 10), told("b", 12, 12)],
            [told("a", 12, 10), told("a", 15, 12)],
        ] {
            assert_ne!(wrong(&broken), Vec::<String>::new(), "{broken:?}");
        }
        let back = json!({"type": "heartbeat", "payload": {"positions": {topic(): 9}}});
        assert_ne!(wrong(&[back]), Vec::<String>::new());
    }

    #[test]
    fn settling_finds_what_is_lost_and_what_nobody_wrote_and_forgets_the_rest() {
        let mut diary = begun();
        for message in [told("a", 12, 10), told("c", 15, 12), told("b", 16, 15)] {
            assert!(diary.note(&message));
        }
        let due = ["a", "b", "lost"].map(str::to_owned).into();
        let settlement = diary.settle(&due);
        assert_eq!(settlement.lost, ["lost"]);
        assert_eq!(settlement.heard.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(settlement.others, ["c"]);
        diary.note(&json!({"type": "ack", "payload": {"recovered": true}}));
        diary.note(&told("b", 16, 15));
        assert_eq!((diary.wrong, diary.created.len()), (vec![], 1), "said again, it is nothing new");
    }

    #[tokio::test]
    #[should_panic = "phantom [\"b\"]"]
    async fn what_was_told_and_is_not_there_is_found() {
        complete(&[told("a", 12, 10), told("b", 15, 12)], &["a", "c"]).await;
    }
}
