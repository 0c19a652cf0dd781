//! Who gets what, how often.

use std::collections::HashMap;

use super::super::batch::{Departure, Kind};
use super::super::event::sample::event;
use super::*;

fn hub() -> Hub {
    Hub::new(1 << 20, Uuid::nil(), 10)
}

fn message(hub: &Hub, sequence: i64, topic: &str, key: &str) -> Arc<Message> {
    let departure = Departure {
        topic: topic.into(),
        events: vec![Arc::new(event(sequence, 1, topic, key))],
        kind: Kind::Transaction,
        first: sequence,
        position: sequence,
    };
    let previous = hub.previous(&topic.into());
    Arc::new(Message::new(departure, Uuid::nil(), previous, 0))
}

fn publish(hub: &Hub, sequence: i64, topic: &str, key: &str) {
    hub.publish(vec![message(hub, sequence, topic, key)], sequence, HashMap::new(), 0);
}

fn received(subscriber: &Subscriber) -> Vec<i64> {
    std::iter::from_fn(|| subscriber.outbox.take().unwrap())
        .map(|item| match item {
            Item::Message(message) => message.sequence,
            Item::Resync => -1,
        })
        .collect()
}

#[test]
fn a_message_reaches_each_subscriber_of_any_of_its_topics_once() {
    let hub = hub();
    let (wide, narrow, both, other) =
        (hub.subscriber(1 << 16), hub.subscriber(1 << 16), hub.subscriber(1 << 16), hub.subscriber(1 << 16));
    hub.register(&wide, &[("p:1".into(), 10)]);
    hub.register(&narrow, &[("task:a".into(), 10)]);
    hub.register(&both, &[("p:1".into(), 10), ("task:a".into(), 10)]);
    hub.register(&other, &[("p:2".into(), 10)]);
    publish(&hub, 11, "p:1", "a");
    publish(&hub, 12, "p:1", "b");
    assert_eq!(received(&wide), [11, 12]);
    assert_eq!(received(&narrow), [11]);
    assert_eq!(received(&both), [11, 12]);
    assert!(received(&other).is_empty());
    hub.leave(&both, &["task:a".into()]);
    publish(&hub, 13, "p:1", "a");
    assert_eq!(received(&both), [13]);
}

#[test]
fn the_chain_of_a_topic_begins_where_the_hub_began() {
    let hub = hub();
    assert_eq!(message(&hub, 11, "p:1", "a").previous, 10);
    publish(&hub, 11, "p:1", "a");
    assert_eq!((message(&hub, 12, "p:1", "a").previous, message(&hub, 12, "p:2", "a").previous), (11, 10));
}

#[test]
fn whoever_comes_back_gets_what_was_sent_meanwhile_and_then_what_comes() {
    let hub = hub();
    publish(&hub, 11, "p:1", "a");
    publish(&hub, 12, "p:1", "b");
    let back = hub.subscriber(1 << 16);
    let registration = hub.register(&back, &[("p:1".into(), 11)]);
    assert_eq!((registration.floor, registration.recent.len()), (10, 1));
    publish(&hub, 13, "p:1", "a");
    assert_eq!(received(&back), [13]);
}

#[test]
fn positions_stop_before_what_waits() {
    let hub = hub();
    publish(&hub, 11, "p:1", "a");
    publish(&hub, 12, "p:2", "a");
    hub.publish(vec![], 20, HashMap::from([("p:1".into(), 14)]), 0);
    let topics: Vec<Topic> = ["p:1", "p:2", "task:a"].map(Topic::from).to_vec();
    let positions = hub.positions(&topics);
    assert_eq!(topics.iter().map(|topic| positions[topic]).collect::<Vec<_>>(), [14, 20, 14]);
}

#[test]
fn a_turn_of_the_epoch_tells_everyone_once_and_forgets_the_past() {
    let hub = hub();
    let listener = hub.subscriber(1 << 16);
    hub.register(&listener, &[("p:1".into(), 10), ("p:2".into(), 10)]);
    publish(&hub, 11, "p:1", "a");
    hub.turn(Uuid::max(), 3);
    assert_eq!(received(&listener), [11, -1]);
    assert_eq!(hub.head(), (Uuid::max(), 3));
    let registration = hub.register(&listener, &[("p:1".into(), 3)]);
    assert!(registration.recent.is_empty() && registration.floor == 3);
}
