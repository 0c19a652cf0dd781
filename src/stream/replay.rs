//! Recent messages, for clients that come back. Pure.
//!
//! Invariant: for every topic and every position at or above [`Ring::floor`], the ring holds every message sent so far
//! that contains an event after that position. Below the floor it says so instead of answering with gaps: older
//! events are in the log.
//!
//! Bounded in bytes; when it is full the oldest messages go and the floor rises. Place in the path: the hub puts in
//! what it sends, under the same lock under which it registers subscribers, so that what a client gets from here and
//! what it gets live are complete and disjoint.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use super::event::Topic;
use super::message::Message;

/// The ring.
#[derive(Debug)]
pub struct Ring {
    capacity: usize,
    bytes: usize,
    floor: i64,
    oldest: u64,
    messages: VecDeque<Arc<Message>>,
    /// Numbers of messages by every topic that can ask for them, ascending. The number of the front of `messages` is
    /// `oldest`.
    by_topic: HashMap<Topic, VecDeque<u64>>,
}

impl Ring {
    /// Empty; what was sent up to `floor` is not in it.
    pub fn new(capacity: usize, floor: i64) -> Self {
        Self { capacity, bytes: 0, floor, oldest: 0, messages: VecDeque::new(), by_topic: HashMap::new() }
    }

    /// From this position on the ring's answers are complete.
    pub fn floor(&self) -> i64 {
        self.floor
    }

    /// Bytes and messages.
    pub fn held(&self) -> (usize, usize) {
        (self.bytes, self.messages.len())
    }

    /// Keeps a message; drops the oldest ones when it gets too much.
    pub fn push(&mut self, message: Arc<Message>) {
        let number = self.oldest + self.messages.len() as u64;
        for topic in message.topics() {
            self.by_topic.entry(topic.clone()).or_default().push_back(number);
        }
        self.bytes += message.weight();
        self.messages.push_back(message);
        while self.bytes > self.capacity && self.drop_oldest() {}
    }

    /// The messages with an event after its topic's position, each once, in the order in which they were sent.
    pub fn after(&self, wanted: &[(Topic, i64)]) -> Vec<Arc<Message>> {
        let mut numbers = HashSet::new();
        for (topic, position) in wanted {
            let numbered = self.by_topic.get(topic).into_iter().flatten();
            numbers.extend(numbered.filter(|number| self.message(**number).sequence > *position));
        }
        let mut numbers: Vec<u64> = numbers.into_iter().copied().collect();
        numbers.sort_unstable();
        numbers.into_iter().map(|number| self.message(number).clone()).collect()
    }

    fn message(&self, number: u64) -> &Arc<Message> {
        let at = usize::try_from(number - self.oldest).expect("the ring is held in memory");
        &self.messages[at]
    }

    fn drop_oldest(&mut self) -> bool {
        let Some(message) = self.messages.pop_front() else { return false };
        for topic in message.topics() {
            if let Some(numbers) = self.by_topic.get_mut(topic) {
                numbers.pop_front();
                if numbers.is_empty() {
                    self.by_topic.remove(topic);
                }
            }
        }
        self.oldest += 1;
        self.bytes -= message.weight();
        self.floor = self.floor.max(message.sequence);
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::super::batch::{Departure, Kind};
    use super::super::event::sample::event;
    use super::*;

    /// A message on one of three topics with events that lie anywhere behind the newest.
    fn message(topic: u8, sequences: &[i64]) -> Arc<Message> {
        let topic = format!("p:{topic}");
        let events =
            sequences.iter().map(|s| Arc::new(event(*s, 1, &topic, &format!("k{}", s % 4)))).collect();
        let departure = Departure {
            topic: topic.as_str().into(),
            events,
            kind: Kind::Transaction,
            first: sequences[0],
            position: 0,
        };
        Arc::new(Message::new(departure, Uuid::nil(), 0, 0))
    }

    #[test]
    fn a_narrower_topic_finds_its_messages_once_even_beside_the_wider_one() {
        let mut ring = Ring::new(1 << 20, 0);
        ring.push(message(0, &[1]));
        ring.push(message(0, &[2, 3]));
        let both = ring.after(&[("p:0".into(), 1), ("task:k3".into(), 0)]);
        assert_eq!(both.iter().map(|m| m.sequence).collect::<Vec<_>>(), [3]);
        assert_eq!(ring.after(&[("task:k1".into(), 0)]).len(), 1);
        assert!(ring.after(&[("task:k1".into(), 1)]).is_empty());
    }

    proptest! {
        #[test]
        fn at_or_above_the_floor_nothing_is_missing_and_the_bytes_stay_bounded(
            sent in prop::collection::vec((0_u8..3, 1_usize..5, 0_i64..6), 1..60),
            capacity in 1_000_usize..30_000,
            asked in 0_i64..200,
        ) {
            let mut ring = Ring::new(capacity, 0);
            let mut all = Vec::new();
            let mut sequence = 10;
            for (topic, count, lag) in sent {
                sequence += i64::try_from(count).unwrap();
                let mut sequences: Vec<i64> = (0..i64::try_from(count).unwrap()).map(|i| sequence - i - lag).collect();
                sequences.sort_unstable();
                let made = message(topic, &sequences);
                all.push(made.clone());
                ring.push(made);
                prop_assert!(ring.bytes <= capacity);
            }
            let position = asked.max(ring.floor());
            for topic in ["p:0", "p:1", "p:2", "task:k0", "task:k3"] {
                let got = ring.after(&[(topic.into(), position)]);
                let want: Vec<_> = all.iter()
                    .filter(|m| m.sequence > position && m.topics().iter().any(|t| t.as_str() == topic)).collect();
                prop_assert_eq!(got.len(), want.len());
                prop_assert!(got.iter().zip(want).all(|(a, b)| Arc::ptr_eq(a, b)));
            }
        }
    }
}
