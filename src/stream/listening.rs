//! Which topics anybody hears. Pure: instants are given.
//!
//! Making messages is most of the work of a tick, so the feed asks only for what is heard. Invariant: a topic counts as
//! heard since a position after which every tick has made its messages; whoever waits for that before reading a
//! snapshot misses nothing. Place in the path: the hub keeps it, the feed asks it before each tick, the publisher tells
//! it what was heard.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::event::Topic;

/// With more topics than this everything is heard: telling them apart would cost more than it saves.
const MOST: usize = 1000;
/// How long a topic that everybody left is still heard, for those who come back.
const LINGER: Duration = Duration::from_secs(60);

/// What one tick has to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Grows with each new topic.
    pub generation: u64,
    /// `None`: everything.
    pub topics: Option<Vec<String>>,
}

impl Filter {
    /// For someone without a hub.
    pub const EVERYTHING: Self = Self { generation: 0, topics: None };
}

/// The topics that are heard, and since when.
#[derive(Debug, Default)]
pub struct Listening {
    generation: u64,
    topics: HashMap<Topic, Heard>,
}

#[derive(Debug)]
struct Heard {
    generation: u64,
    /// Every event after this position is told; `None` until a tick was made with this topic.
    since: Option<i64>,
    left: Option<Instant>,
}

impl Listening {
    /// Topics to be heard from now on; the generation of ticks that tell them all.
    pub fn begin<'t>(&mut self, topics: impl IntoIterator<Item = &'t Topic>) -> u64 {
        let next = self.generation + 1;
        let mut needed = 0;
        for topic in topics {
            let heard = self.topics.entry(topic.clone()).or_insert_with(|| {
                self.generation = next;
                Heard { generation: next, since: None, left: None }
            });
            heard.left = None;
            needed = needed.max(heard.generation);
        }
        needed
    }

    /// Nobody is subscribed to the topic any more.
    pub fn leave(&mut self, topic: &Topic, now: Instant) {
        if let Some(heard) = self.topics.get_mut(topic) {
            heard.left = Some(now);
        }
    }

    /// What the next tick has to tell.
    pub fn filter(&mut self, now: Instant) -> Filter {
        self.topics.retain(|_, heard| heard.left.is_none_or(|left| now.duration_since(left) < LINGER));
        let few = self.topics.len() <= MOST;
        let topics = few.then(|| self.topics.keys().map(Topic::to_string).collect());
        Filter { generation: self.generation, topics }
    }

    /// What happened after `from` was told to all topics up to a generation.
    pub fn told(&mut self, generation: u64, from: i64) {
        for heard in self.topics.values_mut().filter(|heard| heard.generation <= generation) {
            heard.since.get_or_insert(from);
        }
    }

    /// Positions from before mean nothing any more.
    pub fn turn(&mut self, from: i64) {
        for heard in self.topics.values_mut().filter(|heard| heard.since.is_some()) {
            heard.since = Some(from);
        }
    }

    /// Since when all of these topics have been heard; nothing is known of topics that never were.
    pub fn since<'t>(&self, topics: impl IntoIterator<Item = &'t Topic>) -> Option<i64> {
        topics.into_iter().filter_map(|topic| self.topics.get(topic)?.since).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topics(names: &[&str]) -> Vec<Topic> {
        names.iter().map(|name| (*name).into()).collect()
    }

    #[test]
    fn a_new_topic_is_heard_since_the_first_tick_that_knew_it() {
        let (mut listening, now) = (Listening::default(), Instant::now());
        let a = topics(&["a"]);
        assert_eq!(listening.begin(&a), 1);
        listening.told(0, 10);
        assert_eq!(listening.since(&a), None, "that tick did not know it yet");
        let filter = listening.filter(now);
        assert_eq!(filter, Filter { generation: 1, topics: Some(vec!["a".to_owned()]) });
        listening.told(filter.generation, 12);
        listening.told(filter.generation, 15);
        assert_eq!(listening.since(&a), Some(12));
        assert_eq!(listening.begin(&a), 1, "it needs no other tick");
    }

    #[test]
    fn several_topics_are_heard_since_the_latest_of_them() {
        let mut listening = Listening::default();
        listening.begin(&topics(&["a"]));
        listening.told(1, 10);
        assert_eq!(listening.begin(&topics(&["a", "b"])), 2);
        listening.told(2, 20);
        assert_eq!(listening.since(&topics(&["a", "b"])), Some(20));
        listening.turn(3);
        assert_eq!(listening.since(&topics(&["a", "b"])), Some(3));
    }

    #[test]
    fn who_comes_back_soon_finds_the_topic_still_heard_and_later_begins_anew() {
        let (mut listening, now) = (Listening::default(), Instant::now());
        let a = topics(&["a"]);
        listening.begin(&a);
        listening.told(1, 10);
        listening.leave(&a[0], now);
        assert_eq!(listening.filter(now + LINGER / 2).topics.map(|t| t.len()), Some(1));
        assert_eq!((listening.begin(&a), listening.since(&a)), (1, Some(10)));
        listening.leave(&a[0], now);
        assert_eq!(listening.filter(now + LINGER).topics, Some(vec![]));
        assert_eq!((listening.begin(&a), listening.since(&a)), (2, None));
    }

    #[test]
    fn of_very_many_topics_everything_is_heard() {
        let mut listening = Listening::default();
        let many: Vec<Topic> = (0..=MOST).map(|n| format!("t:{n}").as_str().into()).collect();
        listening.begin(&many);
        assert_eq!(listening.filter(Instant::now()).topics, None);
    }
}
