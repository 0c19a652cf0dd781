//! What one subscriber has had, and what it therefore gets. Pure.
//!
//! Invariants, per subscriber:
//! - an event reaches it at most once, and only if it lies after what its snapshot or its resume covered;
//! - `previous` of each message is the `sequence` of the message it got before on that carrier topic, or, for the
//!   first one, nothing later than what it already covered: missing a message would show;
//! - `position` never decreases on a carrier topic;
//! - of a topic that is held nothing that comes live gets through: what was missed before it is still being told.
//!
//! Place in the path: between the outbox, which has messages as the hub made them, and the transport.

use std::collections::{HashMap, HashSet};

use crate::stream::event::Topic;
use crate::stream::message::{Keep, Message, View};

/// The floor of a topic that has not begun.
const NOT_YET: i64 = i64::MAX;

/// Topics with what is covered on each, and the chains of messages sent.
#[derive(Debug, Default)]
pub struct Subscriptions {
    /// Everything up to here was in a snapshot, or the client had it.
    floors: HashMap<Topic, i64>,
    chains: HashMap<Topic, Chain>,
    /// Topics of which more was missed than was told yet.
    held: HashSet<Topic>,
    without_cascades: bool,
}

#[derive(Debug, Clone, Copy, Default)]
struct Chain {
    last: Option<i64>,
    position: i64,
}

impl Subscriptions {
    /// The topics.
    pub fn topics(&self) -> impl Iterator<Item = &Topic> {
        self.floors.keys()
    }

    /// How many topics.
    pub fn len(&self) -> usize {
        self.floors.len()
    }

    /// No topics.
    pub fn is_empty(&self) -> bool {
        self.floors.is_empty()
    }

    /// Whether a topic is among them.
    pub fn contains(&self, topic: &str) -> bool {
        self.floors.contains_key(topic)
    }

    /// Topics that are wanted as soon as it is known from where; nothing of new ones until then.
    pub fn expect(&mut self, topics: &[Topic]) {
        for topic in topics {
            self.floors.entry(topic.clone()).or_insert(NOT_YET);
        }
    }

    /// Topics that were expected and have not begun.
    pub fn expected(&self) -> Vec<Topic> {
        let expected = self.floors.iter().filter(|(_, floor)| **floor == NOT_YET);
        expected.map(|(topic, _)| topic.clone()).collect()
    }

    /// From now on events of `topic` after `floor` are wanted; its chain begins anew there.
    pub fn begin(&mut self, topic: Topic, floor: i64) {
        self.chains.remove(&topic);
        self.held.remove(&topic);
        self.floors.insert(topic, floor);
    }

    /// Covered up to `floor` by other means than messages; the chain goes on.
    pub fn raise(&mut self, topic: &Topic, floor: i64) {
        if let Some(known) = self.floors.get_mut(topic) {
            *known = floor.max(*known);
        }
    }

    /// Told up to `floor`, and nothing more until [`Self::go_on`].
    pub fn hold(&mut self, topic: &Topic, floor: i64) {
        self.raise(topic, floor);
        self.held.insert(topic.clone());
    }

    /// Whether a topic is held.
    pub fn is_held(&self, topic: &Topic) -> bool {
        self.held.contains(topic)
    }

    /// Wanted again from where it was told; the chain goes on.
    pub fn go_on(&mut self, topic: &Topic) {
        self.held.remove(topic);
    }

    /// Not wanted any more.
    pub fn end(&mut self, topic: &str) {
        self.held.remove(topic);
        self.floors.remove(topic);
        self.chains.remove(topic);
    }

    /// Whether messages bring what changes moved upstream, from now on.
    pub fn show_cascades(&mut self, are_shown: bool) {
        self.without_cascades = !are_shown;
    }

    /// Whatever was sent means nothing any more (another epoch).
    pub fn forget_chains(&mut self) {
        self.chains.clear();
    }

    /// Up to where everything on each topic was sent, given up to where the hub has sent it.
    pub fn positions(&self, hub: &HashMap<Topic, i64>) -> HashMap<Topic, i64> {
        let sent = |topic: &Topic| self.chains.get(topic).map_or(0, |chain| chain.position);
        let live = |topic: &Topic| if self.is_held(topic) { None } else { hub.get(topic).copied() };
        let at = |topic: &Topic, floor: i64| floor.max(sent(topic)).max(live(topic).unwrap_or(0));
        self.floors.iter().map(|(topic, floor)| (topic.clone(), at(topic, *floor))).collect()
    }

    /// How the subscriber sees a message, if there is anything in it for it; counts as sent.
    pub fn view(&mut self, message: &Message) -> Option<View> {
        let carrier = self.floor_of(&message.topic);
        let keep = match carrier {
            Some(floor) if floor < message.first => Keep::All,
            _ => self.keep(message)?,
        };
        let covered = carrier.or_else(|| self.floors.values().copied().min())?;
        if !self.chains.contains_key(&message.topic) {
            self.chains.insert(message.topic.clone(), Chain { last: None, position: covered });
        }
        let chain = self.chains.get_mut(&message.topic)?;
        let previous = chain.last.unwrap_or_else(|| message.previous.min(covered));
        let position = chain.position.max(message.position).max(carrier.unwrap_or(0));
        let view = View { keep, previous, position, cascade: !self.without_cascades };
        *chain = Chain { last: Some(message.sequence_of(&view)), position };
        Some(view)
    }

    fn floor_of(&self, topic: &Topic) -> Option<i64> {
        let is_held = !self.held.is_empty() && self.held.contains(topic);
        if is_held { None } else { self.floors.get(topic).copied() }
    }

    fn keep(&self, message: &Message) -> Option<Keep> {
        let wanted =
            |topic: &Topic, sequence: i64| self.floor_of(topic).is_some_and(|floor| sequence > floor);
        Keep::collect(
            message
                .events
                .iter()
                .map(|event| event.addressed(&message.topic).any(|topic| wanted(topic, event.sequence))),
        )
    }
}

#[cfg(test)]
#[path = "subscriptions_tests.rs"]
mod tests;
