//! Every task that somebody made against the diary of everybody who may hear of it. What is settled is forgotten on both
//! sides, so that hours of it fit into memory.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::faults::follower::{Follower, Settlement};
use crate::faults::sea::Sea;

/// Who has not heard of a commit by then has lost it: longer than any fault and its recovery, on a busy machine too.
const GRACE: Duration = Duration::from_secs(60);

/// Somebody who stays, and hears of one project.
pub(super) struct Followed {
    pub(super) project: usize,
    pub(super) follower: Follower,
}

#[derive(Clone)]
struct Entry {
    project: usize,
    /// Just before it was sent.
    begun: Instant,
    acknowledged: bool,
}

/// What was written and is not settled yet.
#[derive(Default)]
pub(super) struct Ledger(Mutex<BTreeMap<String, Entry>>);

/// What was settled at once.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Tasks that were committed.
    pub(super) committed: usize,
    /// Deliveries of them.
    pub(super) delivered: usize,
    /// From before COMMIT was sent to the client, of each delivery.
    pub(super) delays: Vec<Duration>,
}

impl Ledger {
    /// Enters tasks before they are written: nobody can hear of one that is not here.
    pub(super) fn enter(&self, project: usize, ids: &[String], begun: Instant) {
        let entry = Entry { project, begun, acknowledged: false };
        self.0.lock().unwrap().extend(ids.iter().map(|id| (id.clone(), entry.clone())));
    }

    pub(super) fn acknowledge(&self, ids: &[String]) {
        let mut entries = self.0.lock().unwrap();
        for id in ids {
            entries.get_mut(id).expect("it was entered and is not due yet").acknowledged = true;
        }
    }

    pub(super) fn is_settled(&self) -> bool {
        self.0.lock().unwrap().is_empty()
    }

    /// Settles what everybody has had time to hear of. Panics with what is lost, doubled, or told and never committed.
    pub(super) async fn settle(&self, sea: &Sea, followers: &[Followed]) -> Told {
        let due = self.take_due(sea).await;
        let mut per_project: HashMap<usize, BTreeSet<String>> = HashMap::new();
        for (id, entry) in &due {
            per_project.entry(entry.project).or_default().insert(id.clone());
        }
        let mut told = Told { committed: due.len(), ..Told::default() };
        for followed in followers {
            let theirs = per_project.entry(followed.project).or_default();
            let settlement = followed.follower.settle(theirs);
            assert_eq!(followed.follower.complaints(), Vec::<String>::new());
            told.add(&settlement, &due);
            self.assert_nothing_else(followed.project, &settlement);
        }
        told
    }

    /// What is due and was committed; of what was not acknowledged the table knows.
    async fn take_due(&self, sea: &Sea) -> BTreeMap<String, Entry> {
        let now = Instant::now();
        let mut due = BTreeMap::new();
        self.0.lock().unwrap().retain(|id, entry| {
            let is_due = now - entry.begun > GRACE;
            if is_due {
                due.insert(id.clone(), entry.clone());
            }
            !is_due
        });
        let unknown: Vec<String> =
            due.iter().filter(|(_, entry)| !entry.acknowledged).map(|(id, _)| id.clone()).collect();
        let sql = "select id::text from work.tasks where id::text = any ($1)";
        let there = sea.sql().await.query(sql, &[&unknown]).await.unwrap();
        let there: BTreeSet<String> = there.iter().map(|row| row.get(0)).collect();
        due.retain(|id, entry| entry.acknowledged || there.contains(id));
        due
    }

    /// What else is in a diary is on its way to everybody.
    fn assert_nothing_else(&self, project: usize, settlement: &Settlement) {
        let entries = self.0.lock().unwrap();
        let expected = |id: &&String| entries.get(*id).is_some_and(|entry| entry.project == project);
        let phantom: Vec<_> = settlement.others.iter().filter(|id| !expected(id)).collect();
        assert!(phantom.is_empty(), "told in project {project}, and never committed there: {phantom:?}");
    }
}

impl Told {
    fn add(&mut self, settlement: &Settlement, due: &BTreeMap<String, Entry>) {
        assert!(settlement.lost.is_empty(), "lost: {:?}", settlement.lost);
        self.delivered += settlement.heard.len();
        let delays =
            settlement.heard.iter().map(|(id, heard)| heard.saturating_duration_since(due[id].begun));
        self.delays.extend(delays);
    }
}

/// The checker is proved: what it is there for, it finds.
mod proofs {
    use super::*;

    fn told(lost: &[&str], others: &[&str]) -> Settlement {
        let owned = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        Settlement { lost: owned(lost), heard: vec![], others: owned(others) }
    }

    #[test]
    #[should_panic = "lost: [\"a\"]"]
    fn what_was_committed_and_not_told_is_found() {
        Told::default().add(&told(&["a"], &[]), &BTreeMap::new());
    }

    #[test]
    fn what_is_on_its_way_passes() {
        let ledger = Ledger::default();
        ledger.enter(1, &["a".to_owned()], Instant::now());
        ledger.assert_nothing_else(1, &told(&[], &["a"]));
    }

    #[test]
    #[should_panic = "never committed there: [\"b\"]"]
    fn what_nobody_committed_is_found() {
        Ledger::default().assert_nothing_else(1, &told(&[], &["b"]));
    }

    #[test]
    #[should_panic = "told in project 2"]
    fn what_is_told_to_somebody_of_another_project_is_found() {
        let ledger = Ledger::default();
        ledger.enter(1, &["a".to_owned()], Instant::now());
        ledger.assert_nothing_else(2, &told(&[], &["a"]));
    }
}
