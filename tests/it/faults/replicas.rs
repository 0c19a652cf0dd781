//! Reads that go to a standby: never older than what the client has seen, and never an error because one is away.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use super::copies::Standby;
use super::sea::{Sea, write_one};
use super::wire::{Weather, Wire};
use crate::rest::house::{Answer, send};
use crate::service::node::sign;
use crate::service::web::Web;
use crate::service::world::{APOLLO, MAIN, TASKS};
use crate::support::eventually;

/// Within this time the primary answers, whatever became of the replica, on a busy machine too.
const MOMENT: Duration = Duration::from_secs(6);

/// A primary with the second wall up, its standby behind a wire, the service in front of both, and somebody at it.
struct Pair {
    sea: Sea,
    standby: Standby,
    wire: Wire,
    ann: Web,
}

impl Pair {
    async fn new() -> Option<Self> {
        let mut sea = Sea::new(&[]).await;
        sea.run("select work.enforce_row_security(true)").await;
        let standby = Standby::of(&sea)?;
        let wire = Wire::to(([127, 0, 0, 1], standby.port).into()).await;
        let url = sea.url().replace(&format!(":{}/", sea.port()), &format!(":{}/", wire.address().port()));
        sea.serve(&[("REPLICA_DATABASE_URLS", &url)]).await;
        let ann = Web::at(sea.service().address(), Some(sign("ann", 3600)));
        Some(Self { sea, standby, wire, ann })
    }

    /// The same, and a task with its position that the standby has, and answers from.
    async fn in_step() -> Option<(Self, String, String)> {
        let pair = Self::new().await?;
        let (id, position) = pair.write().await;
        pair.replayed(&position).await;
        pair.is_answered_by_replica("/projects", &position).await;
        Some((pair, id, position))
    }

    async fn get(&self, path: &str, position: Option<&str>) -> Answer {
        let request = self.ann.request(Method::GET, &format!("/api/v2{path}"));
        let position = position.map(|position| ("x-tide-position", position));
        let answer = send(position.into_iter().fold(request, |request, (name, at)| request.header(name, at)));
        answer.await.is(200)
    }

    /// How many reads a replica has answered.
    async fn by_replica(&self) -> u64 {
        let response = self.ann.request(Method::GET, "/metrics").send().await.unwrap();
        let page = response.text().await.unwrap();
        let line = page.lines().find_map(|line| line.strip_prefix("database_reads_total{from=\"replica\"} "));
        line.unwrap_or_else(|| panic!("{page}")).parse().unwrap()
    }

    /// The answer, and whether a replica gave it.
    async fn ask(&self, path: &str, position: Option<&str>) -> (Answer, bool) {
        let before = self.by_replica().await;
        let answer = self.get(path, position).await;
        (answer, self.by_replica().await > before)
    }

    /// A task more, and the position that has it.
    async fn write(&self) -> (String, String) {
        let id = write_one(&self.sea.url()).await;
        let is_told = "select (tide.pending_count() = 0)::text";
        eventually("it is told", async || self.sea.text(is_told).await == "true").await;
        (id, self.sea.text("select concat(epoch, ':', sequence) from tide.position()").await)
    }

    async fn replayed(&self, position: &str) {
        let question = format!("select concat(epoch, ':', sequence) = '{position}' from tide.position()");
        eventually("the standby has it", async || self.standby.answers(&self.sea, &question).await).await;
    }

    /// The standby stays as it is from now on.
    async fn pause(&self) {
        assert!(self.standby.answers(&self.sea, "select pg_wal_replay_pause() is not null").await);
        let is_paused = "select pg_get_wal_replay_pause_state() = 'paused'";
        eventually("it replays nothing", async || self.standby.answers(&self.sea, is_paused).await).await;
    }

    /// A replica answers, sooner or later.
    async fn is_answered_by_replica(&self, path: &str, position: &str) -> Answer {
        let mut found = None;
        eventually("a replica answers", async || {
            let (answer, is_replicas) = self.ask(path, Some(position)).await;
            found = is_replicas.then_some(answer);
            found.is_some()
        })
        .await;
        found.unwrap()
    }
}

fn paths() -> [String; 6] {
    [
        "/projects".to_owned(),
        format!("/branches/{MAIN}/tasks"),
        format!("/tasks/{}", TASKS[0]),
        format!("/branches/{MAIN}/summary"),
        format!("/projects/{APOLLO}/summary"),
        format!("/projects/{APOLLO}/members"),
    ]
}

fn has(answer: &Answer, id: &str) -> bool {
    answer.all("id").contains(&id)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_answers_who_names_a_position_that_it_has_as_the_primary_would() {
    let Some((pair, _, position)) = Pair::in_step().await else { return };
    for path in paths() {
        let (ours, is_replicas) = pair.ask(&path, None).await;
        assert!(!is_replicas, "{path}: who names no position reads what they wrote");
        let (theirs, is_replicas) = pair.ask(&path, Some(&position)).await;
        assert!(is_replicas, "{path}");
        assert_eq!((&theirs.body, theirs.header("etag")), (&ours.body, ours.header("etag")), "{path}");
        assert_eq!(theirs.headers["x-tide-position"], *position, "{path}");
        assert_eq!(ours.header("x-tide-position"), position, "{path}: whoever begins learns where");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bulk_summaries_come_from_a_standby_too_and_are_not_kept() {
    let Some((pair, _, position)) = Pair::in_step().await else { return };
    let request = || pair.ann.request(Method::POST, "/api/v2/branches/summaries/bulk").json(&json!({}));
    let before = pair.by_replica().await;
    let theirs = send(request().header("x-tide-position", &position)).await.is(200);
    assert_eq!(pair.by_replica().await, before + 1);
    let ours = send(request()).await.is(200);
    assert_eq!((&theirs["summaries"], &theirs["projects"]), (&ours["summaries"], &ours["projects"]));
    let kept = |answer: &Answer| answer["metadata"]["cached"].clone();
    assert_eq!((kept(&theirs), kept(&ours)), (Value::Bool(false), Value::Bool(false)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_standby_that_is_behind_nobody_gets_less_than_they_have_seen() {
    let Some((pair, old, first)) = Pair::in_step().await else { return };
    let tasks = format!("/branches/{MAIN}/tasks?limit=200");
    pair.pause().await;
    let (new, second) = pair.write().await;
    for _ in 0..5 {
        let (answer, is_replicas) = pair.ask(&tasks, Some(&second)).await;
        assert!(has(&answer, &new) && !is_replicas, "the primary has it");
        assert_eq!(answer.header("x-tide-position"), second);
        let (answer, is_replicas) = pair.ask(&tasks, Some(&first)).await;
        assert!(has(&answer, &old) && !has(&answer, &new) && is_replicas, "who asks for less gets it here");
    }
    let summary = format!("/branches/{MAIN}/summary");
    let (ours, is_replicas) = pair.ask(&summary, Some(&second)).await;
    assert!(
        !is_replicas && ours.body == pair.get(&summary, None).await.body,
        "and the cache is the primary's"
    );

    assert!(pair.standby.answers(&pair.sea, "select pg_wal_replay_resume() is not null").await);
    assert!(has(&pair.is_answered_by_replica(&tasks, &second).await, &new));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_standby_would_refuse_is_the_primarys_to_answer() {
    let Some((pair, _, position)) = Pair::in_step().await else { return };
    pair.pause().await;
    let (new, _) = pair.write().await;
    let (answer, is_replicas) = pair.ask(&format!("/tasks/{new}"), Some(&position)).await;
    assert!(answer["id"] == *new && !is_replicas, "there it is, whatever the position asks for");

    let nowhere = "/api/v2/tasks/00000000-0000-7000-8000-0000000000ff";
    for _ in 0..5 {
        send(pair.ann.request(Method::GET, nowhere).header("x-tide-position", &position)).await.is(404);
    }
    assert!(pair.ask("/projects", Some(&position)).await.1, "and the standby is asked as before");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_that_dies_costs_nobody_an_error_and_is_asked_again_when_it_is_back() {
    let Some((mut pair, id, position)) = Pair::in_step().await else { return };
    let tasks = format!("/branches/{MAIN}/tasks?limit=200");
    pair.standby.stop();
    for _ in 0..20 {
        let began = Instant::now();
        let (answer, is_replicas) = pair.ask(&tasks, Some(&position)).await;
        assert!(has(&answer, &id) && !is_replicas);
        assert!(began.elapsed() < MOMENT, "{:?}", began.elapsed());
    }
    pair.standby.start(pair.sea.programs());
    pair.is_answered_by_replica(&tasks, &position).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_another_epoch_a_standby_says_nothing() {
    let Some((pair, ..)) = Pair::in_step().await else { return };
    let (_, is_replicas) = pair.ask("/projects", Some("00000000-0000-7000-8000-000000000001:0")).await;
    assert!(!is_replicas);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_that_hangs_costs_a_moment_and_then_nothing_for_a_while() {
    let Some((pair, _, position)) = Pair::in_step().await else { return };

    pair.wire.turn(Weather::Hole);
    let began = Instant::now();
    for _ in 0..10 {
        assert!(!pair.ask("/projects", Some(&position)).await.1);
    }
    assert!(began.elapsed() < MOMENT, "ten of them: {:?}", began.elapsed());
    pair.wire.cut();
    pair.wire.turn(Weather::Fair);
    pair.is_answered_by_replica("/projects", &position).await;
}
