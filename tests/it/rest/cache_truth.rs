//! Whoever asks after a commit is never told what was before, while others keep the cache warm and write elsewhere.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::cache::{BULK, OFTEN};
use super::house::{House, Person};
use crate::service::client::Client;
use crate::service::node::Node;
use crate::service::world::{BOREAS, MAIN, TASKS, progress};

/// Rounds of commit and then read; `TIDEGATE_STALE_ROUNDS=10000` is what is promised.
const ROUNDS: u32 = 300;

/// By whom and by which way a commit is made.
struct Writers {
    by_rest: [Person; 2],
    by_socket: Client,
}

impl Writers {
    /// The commit of a round is acknowledged when it returns.
    async fn commit(&mut self, house: &House, round: u32, percent: u32) {
        match round % 4 {
            0 => house.world.run(&progress(TASKS[0], percent)).await,
            1 | 2 => {
                let change = json!({"progress_percentage": percent});
                let writer = &self.by_rest[round as usize % 2];
                writer.patch(&format!("/tasks/{}", TASKS[0]), change).await.is(200);
            }
            _ => {
                let primary = json!({"id": TASKS[0], "progress_percentage": percent});
                let payload = json!({"entity": "task", "action": "update", "data": {"primary": primary}});
                let update = json!({"type": "update", "payload": payload, "correlationId": "c"});
                self.by_socket.ask(&update, "ack").await;
            }
        }
    }
}

/// What a reader is told of the branch that is written to.
async fn summary(reader: &Person, round: u32) -> Value {
    if round.is_multiple_of(3) {
        reader.get(&format!("/branches/{MAIN}/summary")).await.is(200).body
    } else {
        reader.post(BULK, json!({})).await.is(200)["summaries"][MAIN].clone()
    }
}

/// Others, until they are told to stop.
#[derive(Default)]
struct Crowd {
    over: Arc<AtomicBool>,
    asked: Arc<AtomicU64>,
    kept: Arc<AtomicU64>,
    tasks: Vec<JoinHandle<()>>,
}

impl Crowd {
    /// Somebody who asks the same all the time: so there is something to be stale.
    fn ask(&mut self, person: Person) {
        let (over, asked, kept) = (self.over.clone(), self.asked.clone(), self.kept.clone());
        self.tasks.push(tokio::spawn(async move {
            while !over.load(Ordering::Relaxed) {
                let answer = person.post(BULK, json!({})).await.is(200);
                asked.fetch_add(1, Ordering::Relaxed);
                kept.fetch_add(u64::from(answer["metadata"]["cached"] == true), Ordering::Relaxed);
            }
        }));
    }

    /// Somebody who writes where the readers may not look.
    async fn write_elsewhere(&mut self, house: &House) {
        let (over, sql) = (self.over.clone(), house.world.database.connect().await);
        self.tasks.push(tokio::spawn(async move {
            let write = format!(
                "update work.projects set description = clock_timestamp()::text where id = '{BOREAS}'"
            );
            while !over.load(Ordering::Relaxed) {
                sql.batch_execute(&write).await.unwrap();
            }
        }));
    }

    /// How often they asked, and how often the answer had been kept.
    async fn dismiss(self) -> (u64, u64) {
        self.over.store(true, Ordering::Relaxed);
        futures::future::join_all(self.tasks).await.into_iter().for_each(Result::unwrap);
        (self.asked.load(Ordering::Relaxed), self.kept.load(Ordering::Relaxed))
    }
}

/// What came of the rounds.
struct Outcome {
    /// Round, what was expected, what was told.
    stale: Vec<(u32, f64, Value)>,
    asked: u64,
    kept: u64,
}

/// Commits and reads in turn, on two nodes.
async fn play(house: &House, rounds: u32) -> Outcome {
    let other = Node::start(&house.world.database, &[OFTEN]).await;
    let readers = [house.person("cleo"), house.person_at(&other, "cleo")];
    let by_rest = [house.person("dora"), house.person_at(&other, "dora")];
    let mut writers = Writers { by_rest, by_socket: house.node.silent("dora").await };
    let mut crowd = Crowd::default();
    readers.iter().for_each(|reader| crowd.ask(reader.clone()));
    crowd.write_elsewhere(house).await;
    let mut stale = Vec::new();
    for round in 0..rounds {
        let percent = round % 100 + 1;
        writers.commit(house, round, percent).await;
        let told = summary(&readers[(round / 2) as usize % 2], round).await["avg_progress"].clone();
        // Of three tasks, to two places.
        let expected = (f64::from(percent) * 100.0 / 3.0).round() / 100.0;
        if told.as_f64() != Some(expected) {
            stale.push((round, expected, told));
        }
    }
    let (asked, kept) = crowd.dismiss().await;
    println!("{rounds} rounds, {} stale; others asked {asked} times, {kept} answers were kept", stale.len());
    Outcome { stale, asked, kept }
}

async fn house() -> House {
    House::with(&[OFTEN, ("TIDEGATE_WEBSOCKET__MESSAGE_BURST", "1000000")]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_after_a_commit_is_never_told_what_was_before() {
    let rounds = std::env::var("TIDEGATE_STALE_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(ROUNDS);
    let Outcome { stale, asked, kept } = play(&house().await, rounds).await;
    assert!(stale.is_empty(), "round, expected, told: {stale:?}");
    assert!(kept * 10 > asked, "there was something to be stale: {kept} of {asked}");
}

/// A check in which the topics are `told`; everything else is as it should be.
fn broken(snapshot: &str, told: &str) -> String {
    format!(
        "create or replace function tide.cache_check(since pg_snapshot, out era uuid, out epoch uuid,
           out sequence bigint, out snapshot pg_snapshot, out topics text[])
         language sql stable security definer as $$
           select (select c.era from tide.cache_eras c), p.epoch, p.sequence, t.seen,
             case when since is not null then {told} end
           from tide.position() p, lateral ({snapshot}) t (seen)
         $$"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_sees_nothing_is_found_out() {
    let house = house().await;
    house.world.run(&broken("select pg_current_snapshot()", "'{}'::text[]")).await;
    assert!(!play(&house, 40).await.stale.is_empty());
}

/// What the stream alone would tell: it comes after the commit.
#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_sees_only_what_is_ticked_is_found_out() {
    let house = house().await;
    let ticked = "array(select distinct u from tide.events e cross join unnest(e.topics) u
        where pg_visible_in_snapshot(e.xid, t.seen) and not pg_visible_in_snapshot(e.xid, since))";
    let last = "select k.snapshot from tide.ticks k order by k.number desc limit 1";
    house.world.run(&broken(last, ticked)).await;
    assert!(!play(&house, 100).await.stale.is_empty());
}
