//! The promises of the batch, as properties over random histories that row locks allow.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use proptest::prelude::*;

use super::super::event::sample::{ai, event};
use super::super::event::{Action, Event, Topic};
use super::*;

fn arcs(events: Vec<Event>) -> Vec<Arc<Event>> {
    events.into_iter().map(Arc::new).collect()
}

fn sequences(departure: &Departure) -> Vec<i64> {
    departure.events.iter().map(|event| event.sequence).collect()
}

#[test]
fn a_persons_change_leaves_at_once() {
    let mut batch = Batch::new(BatchSettings::default(), 0);
    let out = batch.accept(arcs(vec![event(1, 1, "p:1", "a")]), 1, 0);
    assert_eq!(out.len(), 1);
    assert_eq!((out[0].position, out[0].kind), (1, Kind::Transaction));
}

#[test]
fn a_transaction_leaves_in_one_message_per_topic_even_when_another_runs_between() {
    let mut batch = Batch::new(BatchSettings::default(), 0);
    let tick = arcs(vec![
        event(1, 1, "p:1", "a"),
        event(2, 2, "p:1", "b"),
        event(3, 1, "p:1", "c"),
        event(4, 1, "p:2", "d"),
    ]);
    let out = batch.accept(tick, 4, 0);
    let seen: Vec<_> = out.iter().map(|d| (d.topic.as_str(), sequences(d), d.position)).collect();
    assert_eq!(seen, [("p:1", vec![2], 0), ("p:1", vec![1, 3], 4), ("p:2", vec![4], 4)]);
}

#[test]
fn an_agents_changes_wait_for_the_window_from_the_first_one() {
    let mut batch = Batch::new(BatchSettings::default(), 0);
    for i in 0..10 {
        let now = 40 * u64::try_from(i).unwrap();
        assert!(batch.accept(arcs(vec![ai(i + 1, 9, "p:1", &i.to_string())]), i + 1, now).is_empty());
    }
    assert_eq!((batch.deadline(), batch.position(&"p:1".into())), (Some(500), 0));
    assert!(batch.due(499).is_empty());
    let out = batch.due(500);
    assert_eq!((out.len(), out[0].events.len(), out[0].position), (1, 10, 10));
    assert_eq!(out[0].kind, Kind::AiBatch { gathered: 10 });
}

#[test]
fn who_may_hear_what_is_told_at_once_whoever_decided_it() {
    let mut batch = Batch::new(BatchSettings::default(), 0);
    let removed = Event { topics: vec!["project:1".into(), "user:ann".into()], ..ai(1, 1, "", "m") };
    assert_eq!(batch.accept(arcs(vec![removed]), 1, 0).len(), 1);
}

#[test]
fn fifty_leave_without_waiting_and_a_batch_is_never_larger_unless_a_transaction_is() {
    let mut batch = Batch::new(BatchSettings::default(), 0);
    let tick: Vec<Event> =
        (1..=120).map(|i| ai(i, u64::try_from(i).unwrap(), "p:1", &i.to_string())).collect();
    let out = batch.accept(arcs(tick), 120, 0);
    assert_eq!(out.iter().map(|d| (d.events.len(), d.position)).collect::<Vec<_>>(), [(50, 50), (50, 100)]);
    let large: Vec<Event> = (121..=200).map(|i| ai(i, 999, "p:1", &i.to_string())).collect();
    let out = batch.accept(arcs(large), 200, 1);
    assert_eq!(out.iter().map(|d| (d.events.len(), d.position)).collect::<Vec<_>>(), [(20, 120), (80, 200)]);
}

#[test]
fn a_persons_change_flushes_the_batch_it_would_overtake_and_only_that() {
    let mut batch = Batch::new(BatchSettings::default(), 0);
    batch.accept(arcs(vec![ai(1, 1, "p:1", "a"), ai(2, 2, "p:2", "z")]), 2, 0);
    let out = batch.accept(arcs(vec![event(3, 3, "p:1", "b")]), 3, 1);
    assert_eq!(out.iter().map(|d| (sequences(d), d.position)).collect::<Vec<_>>(), [(vec![3], 0)]);
    let out = batch.accept(arcs(vec![event(4, 4, "p:1", "a")]), 4, 2);
    assert_eq!(
        out.iter().map(|d| (sequences(d), d.position)).collect::<Vec<_>>(),
        [(vec![1], 3), (vec![4], 4)]
    );
    assert_eq!(batch.position(&"p:2".into()), 1);
}

#[test]
fn a_coalesced_change_of_a_person_flushes_waiting_rows_of_its_entity() {
    let mut batch = Batch::new(BatchSettings::default(), 0);
    batch.accept(arcs(vec![ai(1, 1, "p:1", "a")]), 1, 0);
    let many = Event { key: None, count: 5000, ..event(2, 2, "p:1", "") };
    assert_eq!(batch.accept(arcs(vec![many]), 2, 1).len(), 2);
}

#[test]
fn without_gathering_an_agent_is_treated_like_a_person() {
    let mut batch = Batch::new(BatchSettings { gather: Gather::Nobody, ..BatchSettings::default() }, 0);
    assert_eq!(batch.accept(arcs(vec![ai(1, 1, "p:1", "a")]), 1, 0).len(), 1);
}

/// One transaction of a random history: who, and which (topic, key) rows, in key order so that nobody deadlocks.
type Tx = (bool, Vec<(u8, u8)>);

/// One tick of a random history: the pause before it, its transactions, and how they interleave.
type Tick = (u64, Vec<Tx>, u64);

fn history() -> impl Strategy<Value = Vec<Tick>> {
    let rows =
        prop::collection::btree_set((0_u8..3, 0_u8..5), 1..6).prop_map(|rows| rows.into_iter().collect());
    let tick = prop::collection::vec((any::<bool>(), rows), 0..8);
    prop::collection::vec((0_u64..300, tick, any::<u64>()), 1..30)
}

/// Lets the transactions of one tick run interleaved, each row locked until its transaction ends.
fn run_tick(txs: &[Tx], mut dice: u64, xid: &mut u64, sequence: &mut i64) -> Vec<Arc<Event>> {
    let mut left: Vec<(u64, Tx)> = Vec::new();
    for (is_ai, rows) in txs {
        *xid += 1;
        left.push((*xid, (*is_ai, rows.iter().rev().copied().collect())));
    }
    let mut locks: HashMap<(u8, u8), u64> = HashMap::new();
    let mut events = Vec::new();
    while !left.is_empty() {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let at = usize::try_from(dice >> 33).unwrap() % left.len();
        let (id, (is_ai, rows)) = &mut left[at];
        let row = *rows.last().unwrap();
        if *locks.entry(row).or_insert(*id) != *id {
            continue;
        }
        rows.pop();
        *sequence += 1;
        let make = if *is_ai { ai } else { event };
        let mut made = make(*sequence, *id, &format!("p:{}", row.0), &format!("{}-{}", row.0, row.1));
        made.action = if dice & 0x700 == 0 { Action::Delete } else { Action::Update };
        events.push(Arc::new(made));
        if rows.is_empty() {
            let done = *id;
            locks.retain(|_, owner| *owner != done);
            left.remove(at);
        }
    }
    events
}

struct Ledger {
    /// Per topic: what was committed, and when it was fed.
    fed: HashMap<Topic, Vec<(Arc<Event>, Millis)>>,
    sent: HashMap<Topic, Vec<(Departure, Millis)>>,
}

/// Drives a batch through a history the way the publisher does: timers fire before the next tick.
fn drive(history: &[Tick], settings: BatchSettings) -> Ledger {
    let mut batch = Batch::new(settings, 0);
    let (mut now, mut xid, mut sequence) = (0, 0, 0);
    let mut ledger = Ledger { fed: HashMap::new(), sent: HashMap::new() };
    for (pause, txs, dice) in history {
        let until = now + pause;
        while let Some(deadline) = batch.deadline().filter(|deadline| *deadline <= until) {
            now = deadline;
            ledger.note(batch.due(now), now);
        }
        now = until;
        let events = run_tick(txs, *dice, &mut xid, &mut sequence);
        for event in &events {
            ledger.fed.entry(event.topics[0].clone()).or_default().push((event.clone(), now));
        }
        ledger.note(batch.accept(events, sequence, now), now);
    }
    ledger.note(batch.flush(), now);
    assert!(batch.held().is_empty() && batch.waiting_in.is_empty());
    ledger
}

impl Ledger {
    fn note(&mut self, departures: Vec<Departure>, now: Millis) {
        for departure in departures {
            self.sent.entry(departure.topic.clone()).or_default().push((departure, now));
        }
    }
}

fn settings() -> impl Strategy<Value = BatchSettings> {
    (1_u64..600, 1_usize..12).prop_map(|(window_ms, max_events)| BatchSettings {
        window_ms,
        max_events,
        gather: Gather::Everybody,
    })
}

proptest! {
    #[test]
    fn nothing_is_lost_nothing_doubled_and_the_order_per_entity_is_kept(h in history(), s in settings()) {
        let ledger = drive(&h, s);
        for (topic, fed) in &ledger.fed {
            let sent = &ledger.sent[topic];
            let mut seen = HashSet::new();
            let mut last: HashMap<&str, i64> = HashMap::new();
            for event in sent.iter().flat_map(|(departure, _)| &departure.events) {
                prop_assert!(seen.insert(event.sequence), "{} twice", event.sequence);
                let before = last.insert(event.key.as_deref().unwrap(), event.sequence);
                prop_assert!(before < Some(event.sequence), "order of {:?}", event.key);
            }
            for (event, _) in fed.iter().filter(|(event, _)| !seen.contains(&event.sequence)) {
                // Not sent itself: then a later event of the entity went out in the batch it waited in.
                let represented = sent.iter().any(|(departure, _)| {
                    matches!(departure.kind, Kind::AiBatch { .. }) && departure.first <= event.sequence
                        && departure.events.iter().any(|e| e.key == event.key && e.sequence > event.sequence)
                });
                prop_assert!(event.source == Source::McpAi && represented, "{} lost", event.sequence);
            }
        }
    }

    #[test]
    fn the_last_event_of_each_entity_always_leaves(h in history(), s in settings()) {
        let ledger = drive(&h, s);
        for (topic, fed) in &ledger.fed {
            let sent: HashSet<i64> = ledger.sent[topic].iter()
                .flat_map(|(departure, _)| sequences(departure)).collect();
            let mut last: HashMap<&str, &Event> = HashMap::new();
            for (event, _) in fed {
                last.insert(event.key.as_deref().unwrap(), event);
            }
            for event in last.values() {
                prop_assert!(sent.contains(&event.sequence), "{:?} {}", event.action, event.sequence);
            }
        }
    }

    #[test]
    fn the_position_never_decreases_and_never_passes_something_unsent(h in history(), s in settings()) {
        let ledger = drive(&h, s);
        for (topic, sent) in &ledger.sent {
            let mut position = 0;
            let mut accounted: HashSet<i64> = HashSet::new();
            for (departure, now) in sent {
                prop_assert!(departure.position >= position, "{topic}: {} after {position}", departure.position);
                position = departure.position;
                let keys: HashMap<_, _> =
                    departure.events.iter().map(|event| (event.key.clone(), event.sequence)).collect();
                accounted.extend(ledger.fed[topic].iter().filter(|(event, fed)| {
                    *fed <= *now && event.sequence >= departure.first
                        && keys.get(&event.key).is_some_and(|sequence| event.sequence <= *sequence)
                }).map(|(event, _)| event.sequence));
                for (event, _) in ledger.fed[topic].iter().filter(|(e, _)| e.sequence <= position) {
                    prop_assert!(accounted.contains(&event.sequence), "{topic}: {position} passes {}", event.sequence);
                }
            }
        }
    }

    #[test]
    fn people_do_not_wait_and_agents_never_longer_than_the_window(h in history(), s in settings()) {
        let ledger = drive(&h, s.clone());
        for (topic, sent) in &ledger.sent {
            let fed: HashMap<i64, Millis> =
                ledger.fed[topic].iter().map(|(event, now)| (event.sequence, *now)).collect();
            for (departure, now) in sent {
                let waited = now - fed[&departure.first];
                match departure.kind {
                    Kind::Transaction => prop_assert_eq!(waited, 0),
                    Kind::AiBatch { .. } => prop_assert!(waited <= s.window_ms, "waited {}", waited),
                }
            }
        }
    }

    #[test]
    fn a_transaction_is_never_split_on_a_topic(h in history(), s in settings()) {
        let ledger = drive(&h, s);
        for sent in ledger.sent.values() {
            let mut message_of: HashMap<&str, usize> = HashMap::new();
            for (number, (departure, _)) in sent.iter().enumerate() {
                for event in &departure.events {
                    prop_assert_eq!(*message_of.entry(&event.txid).or_insert(number), number);
                }
            }
        }
    }
}
