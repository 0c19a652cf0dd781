//! What a subscriber gets, once, and can prove.

use std::sync::Arc;

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::stream::batch::{Batch, BatchSettings};
use crate::stream::event::sample::{ai, event};
use crate::stream::event::{Event, Source};
use crate::stream::hub::Hub;
/// Drives batch and chain the way the publisher does.
struct Road {
    batch: Batch,
    hub: Hub,
    sent: Vec<Arc<Message>>,
}

impl Road {
    fn new() -> Self {
        Self {
            batch: Batch::new(BatchSettings::default(), 0),
            hub: Hub::new(1 << 24, Uuid::nil(), 0),
            sent: Vec::new(),
        }
    }

    fn tick(&mut self, events: Vec<Event>, now: u64) {
        let last = events.last().unwrap().sequence;
        let events = events.into_iter().map(Arc::new).collect();
        let mut departures = self.batch.due(now);
        departures.extend(self.batch.accept(events, last, now));
        for departure in departures {
            let previous = self.hub.previous(&departure.topic);
            let message = Message::new(departure, Uuid::nil(), previous, 0);
            let message = Arc::new(message);
            self.sent.push(message.clone());
            self.hub.publish(vec![message], last, self.batch.held(), 0);
        }
    }
}

fn subscribed(topics: &[(&str, i64)]) -> Subscriptions {
    let mut subscriptions = Subscriptions::default();
    for (topic, floor) in topics {
        subscriptions.begin((*topic).into(), *floor);
    }
    subscriptions
}

#[test]
fn who_missed_nothing_gets_the_shared_view() {
    let mut road = Road::new();
    road.tick(vec![event(1, 1, "p:1", "a")], 0);
    road.tick(vec![event(2, 2, "p:1", "b")], 1);
    let mut subscriptions = subscribed(&[("p:1", 0)]);
    for message in &road.sent {
        assert_eq!(subscriptions.view(message), Some(message.whole()));
    }
}

#[test]
fn what_the_snapshot_covers_does_not_come_again() {
    let mut road = Road::new();
    road.tick(vec![event(1, 1, "p:1", "a"), event(2, 2, "p:1", "b")], 0);
    road.tick(vec![event(3, 3, "p:1", "a"), event(4, 3, "p:1", "b")], 1);
    let mut subscriptions = subscribed(&[("p:1", 3)]);
    let views: Vec<_> = road.sent.iter().map(|message| subscriptions.view(message)).collect();
    assert!(views[0].is_none() && views[1].is_none());
    let view = views[2].clone().unwrap();
    assert_eq!((view.previous, view.position, road.sent[2].sequence_of(&view)), (2, 4, 4));
    assert_ne!(view.keep, Keep::All);
}

#[test]
fn a_snapshot_may_lie_ahead_of_messages_still_to_come() {
    let mut road = Road::new();
    for sequence in 1..=6 {
        road.tick(vec![event(sequence, 1, "p:1", "a")], 0);
    }
    let mut subscriptions = subscribed(&[("p:1", 5)]);
    let hub = HashMap::from([(Topic::from("p:1"), 1)]);
    assert_eq!(subscriptions.positions(&hub)["p:1"], 5, "not lower than the snapshot");
    for covered in &road.sent[..5] {
        assert_eq!(subscriptions.view(covered), None);
    }
    let view = subscriptions.view(&road.sent[5]).unwrap();
    assert_eq!((view.previous, view.position), (5, 6));
}

#[test]
fn an_agents_event_that_waited_does_not_lower_the_position_of_a_later_snapshot() {
    let mut road = Road::new();
    road.tick(vec![ai(1, 1, "p:1", "a")], 0);
    road.tick(vec![event(2, 2, "p:1", "b")], 1);
    assert_eq!(road.sent[0].position, 0);
    let mut subscriptions = subscribed(&[("p:1", 1)]);
    assert_eq!(subscriptions.view(&road.sent[0]).unwrap().position, 1);
}

#[test]
fn a_narrower_topic_filters_and_both_together_get_each_event_once() {
    let mut road = Road::new();
    road.tick(vec![event(1, 1, "p:1", "a"), event(2, 1, "p:1", "b"), event(3, 2, "p:1", "b")], 0);
    let mut narrow = subscribed(&[("task:a", 0)]);
    let view = narrow.view(&road.sent[0]).unwrap();
    assert_eq!(road.sent[0].sequence_of(&view), 1);
    assert!(narrow.view(&road.sent[1]).is_none());
    let mut both = subscribed(&[("task:a", 0), ("p:1", 0)]);
    assert_eq!(both.view(&road.sent[0]).unwrap().keep, Keep::All);
}

#[test]
fn a_moved_row_reaches_subscribers_of_both_carriers_on_each_and_others_once() {
    let mut moved = event(1, 1, "p:2", "a");
    moved.topics = ["p:2", "task:a", "p:1"].map(Topic::from).to_vec();
    let mut road = Road::new();
    road.tick(vec![moved], 0);
    let count = |topics: &[(&str, i64)]| {
        let mut subscriptions = subscribed(topics);
        road.sent.iter().filter(|message| subscriptions.view(message).is_some()).count()
    };
    assert_eq!((count(&[("p:1", 0)]), count(&[("p:2", 0)]), count(&[("task:a", 0)])), (1, 1, 1));
    assert_eq!(count(&[("p:1", 0), ("p:2", 0)]), 2);
}

/// The pause before a tick and its events: topic, key, by an agent?
type Tick = (u64, Vec<(u8, u8, bool)>);

fn histories() -> impl Strategy<Value = Vec<Tick>> {
    prop::collection::vec((0_u64..300, prop::collection::vec((0_u8..2, 0_u8..4, any::<bool>()), 1..5)), 1..40)
}

fn play(history: &[Tick]) -> Road {
    let (mut road, mut now, mut sequence) = (Road::new(), 0, 0);
    for (pause, rows) in history {
        now += pause;
        let tick = rows.iter().map(|(topic, key, is_ai)| {
            sequence += 1;
            let made = event(
                sequence,
                u64::try_from(sequence).unwrap(),
                &format!("p:{topic}"),
                &format!("{topic}{key}"),
            );
            Event { source: if *is_ai { Source::McpAi } else { Source::User }, ..made }
        });
        let tick = tick.collect();
        road.tick(tick, now);
    }
    road
}

proptest! {
    #[test]
    fn chains_have_no_gaps_positions_do_not_decrease_and_events_come_once(
        history in histories(), floor in 0_i64..60, joined in 0_usize..40, narrow in any::<bool>(),
    ) {
        let road = play(&history);
        let topic = if narrow { "task:01" } else { "p:0" };
        let mut subscriptions = subscribed(&[(topic, floor)]);
        let mut last: HashMap<Topic, (i64, i64)> = HashMap::new();
        let mut seen = HashSet::new();
        for message in road.sent.iter().skip(joined) {
            let Some(view) = subscriptions.view(message) else { continue };
            if let Some((sequence, position)) = last.get(&message.topic) {
                prop_assert_eq!(view.previous, *sequence);
                prop_assert!(view.position >= *position);
            } else {
                prop_assert!(view.previous <= floor);
            }
            last.insert(message.topic.clone(), (message.sequence_of(&view), view.position));
            let text: serde_json::Value = serde_json::from_str(&message.text(&view)).unwrap();
            prop_assert_eq!(text["sequence"].as_i64(), Some(message.sequence_of(&view)));
            for event in message.events.iter().filter(|e| view.keep == Keep::All || e.sequence > floor) {
                if event.topics.iter().any(|t| t.as_str() == topic) {
                    prop_assert!(event.sequence > floor && seen.insert(event.sequence));
                }
            }
        }
    }

    #[test]
    fn whoever_leaves_anywhere_and_resumes_from_the_position_has_every_last_state(
        history in histories(), cut in 0_usize..40, capacity in 2_000_usize..40_000,
    ) {
        let mut road = play(&history);
        let cut = cut.min(road.sent.len());
        let mut subscriptions = subscribed(&[("p:0", 0)]);
        let mut state: HashMap<String, i64> = HashMap::new();
        let mut position = 0;
        let mut apply = |message: &Message, view: &View, position: &mut i64| {
            *position = view.position;
            for event in &message.events {
                let newest = state.entry(event.key.as_deref().unwrap().to_owned()).or_default();
                *newest = event.sequence.max(*newest);
            }
        };
        for message in &road.sent[..cut] {
            if let Some(view) = subscriptions.view(message) {
                apply(message, &view, &mut position);
            }
        }
        // It comes back when everything else was sent.
        let hub = Hub::new(capacity, Uuid::nil(), 0);
        for message in &road.sent {
            hub.publish(vec![message.clone()], message.sequence, HashMap::new(), 0);
        }
        let back = hub.subscriber(1 << 20);
        let registration = hub.register(&back, &[("p:0".into(), position)]);
        prop_assume!(registration.floor <= position);
        let mut subscriptions = subscribed(&[("p:0", position)]);
        for message in &registration.recent {
            if let Some(view) = subscriptions.view(message) {
                apply(message, &view, &mut position);
            }
        }
        for departure in road.batch.flush() {
            let message = Message::new(departure, Uuid::nil(), 0, 0);
            if let Some(view) = subscriptions.view(&message) {
                apply(&message, &view, &mut position);
            }
        }
        let mut expected: HashMap<String, i64> = HashMap::new();
        let mut sequence = 0;
        for (topic, key, _) in history.iter().flat_map(|(_, rows)| rows) {
            sequence += 1;
            if *topic == 0 {
                expected.insert(format!("{topic}{key}"), sequence);
            }
        }
        prop_assert_eq!(state, expected);
    }
}

#[test]
fn of_a_held_topic_nothing_gets_through_and_its_chain_goes_on_afterwards() {
    let mut road = Road::new();
    for sequence in 1..=4 {
        road.tick(vec![event(sequence, 1, "p:1", "a")], 0);
    }
    let mut subscriptions = subscribed(&[("p:1", 0)]);
    assert!(subscriptions.view(&road.sent[0]).is_some());
    subscriptions.hold(&"p:1".into(), 2);
    assert_eq!(subscriptions.view(&road.sent[3]), None, "it comes live");
    assert_eq!(subscriptions.positions(&HashMap::from([("p:1".into(), 4)]))["p:1"], 2);
    subscriptions.go_on(&"p:1".into());
    assert_eq!(subscriptions.view(&road.sent[1]), None, "that was told");
    assert_eq!(subscriptions.view(&road.sent[2]).map(|view| view.previous), Some(1));
}
