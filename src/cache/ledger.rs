//! Which check saw a topic change last. Pure.
//!
//! Checks are numbered 1, 2, 3 …; each tells the topics that were committed on since the one before. What was read
//! after check `n` had ended has seen all that `n` saw, so it is still true while no later check has told one of the
//! topics that it depends on.

use std::collections::HashMap;

use crate::stream::event::Topic;

/// Topics remembered; beyond this all of them are forgotten, and what is kept with them.
const MANY: usize = 100_000;

/// What a check saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// Commits on these topics, and on no others.
    Topics(Vec<Topic>),
    /// Anything may have changed.
    Anything,
}

/// The memory of the checks.
#[derive(Debug, Default)]
pub struct Ledger {
    /// The last check that succeeded.
    latest: u64,
    /// The last one that saw a change at all.
    changed: u64,
    /// What was read before this check may be anything but true.
    floor: u64,
    topics: HashMap<Topic, u64>,
}

impl Ledger {
    /// The last check that succeeded. What is read from now on is read after it.
    pub fn latest(&self) -> u64 {
        self.latest
    }

    /// One more check has ended.
    pub fn accept(&mut self, check: u64, changed: Changed) {
        self.latest = check;
        match changed {
            Changed::Anything => self.forget(check),
            Changed::Topics(topics) if topics.is_empty() => {}
            Changed::Topics(topics) => {
                self.changed = check;
                self.topics.extend(topics.into_iter().map(|topic| (topic, check)));
                if self.topics.len() > MANY {
                    self.forget(check);
                }
            }
        }
    }

    /// A check failed, or told that anything may have changed: nothing read before it counts.
    pub fn forget(&mut self, check: u64) {
        self.floor = check;
        self.changed = check;
        self.topics.clear();
    }

    /// Whether what was read after check `since`, and depends on `topics`, is as true as at the latest check.
    pub fn holds(&self, since: u64, topics: &[Topic]) -> bool {
        since >= self.floor
            && (since >= self.changed
                || topics.iter().all(|topic| self.topics.get(topic).is_none_or(|at| *at <= since)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn topics(names: &[&str]) -> Vec<Topic> {
        names.iter().map(|name| Topic::from(*name)).collect()
    }

    #[test]
    fn an_answer_holds_until_one_of_its_topics_changes() {
        let mut ledger = Ledger::default();
        ledger.accept(1, Changed::Anything);
        assert!(ledger.holds(1, &topics(&["a", "b"])));
        ledger.accept(2, Changed::Topics(topics(&["c"])));
        assert!(ledger.holds(1, &topics(&["a", "b"])));
        ledger.accept(3, Changed::Topics(topics(&["b"])));
        assert!(!ledger.holds(1, &topics(&["a", "b"])) && ledger.holds(1, &topics(&["a"])));
        assert!(ledger.holds(3, &topics(&["a", "b"])), "read after it");
    }

    #[test]
    fn after_a_failure_nothing_holds_until_a_check_succeeds() {
        let mut ledger = Ledger::default();
        ledger.accept(1, Changed::Anything);
        ledger.forget(2);
        assert!(!ledger.holds(1, &[]) && !ledger.holds(ledger.latest(), &[]));
        ledger.accept(3, Changed::Anything);
        assert!(ledger.holds(3, &[]));
    }

    proptest! {
        /// Against the plain truth: the last check that told one of the topics.
        #[test]
        fn it_never_says_yes_to_what_has_changed(
            checks in prop::collection::vec(
                prop::option::of(prop::collection::vec(0..4_u8, 0..3)), 1..30),
            since in 0..30_usize,
            depends in prop::collection::vec(0..4_u8, 0..3),
        ) {
            let name = |at: &u8| Topic::from(["a", "b", "c", "d"][usize::from(*at)]);
            let mut ledger = Ledger::default();
            for (at, told) in checks.iter().enumerate() {
                let changed = told.as_ref().map_or(Changed::Anything, |told| Changed::Topics(told.iter().map(name).collect()));
                ledger.accept(at as u64 + 1, changed);
            }
            let since = since.min(checks.len());
            let touched = checks[since..].iter().any(|told| told.as_ref().is_none_or(|told| told.iter().any(|t| depends.contains(t))));
            let depends: Vec<Topic> = depends.iter().map(name).collect();
            prop_assert_eq!(ledger.holds(since as u64, &depends), !touched);
        }
    }
}
