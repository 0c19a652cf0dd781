//! What was committed against what was heard. Pure.
//!
//! Invariant: every commit must be heard by every client of its project exactly once. What is missing or doubled shows
//! here by its transaction id, and in each client's diary by a chain of `previous` that does not fit.

use std::collections::HashMap;

use serde::Serialize;

use super::figures::{self, Bucket, Micros, Percentiles};

/// One transaction of a writer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Commit {
    pub(super) project: usize,
    pub(super) txid: u64,
    /// Just before COMMIT was sent.
    pub(super) begun: Micros,
    /// When its answer was there.
    pub(super) acknowledged: Micros,
}

/// What one client heard.
#[derive(Debug, Default)]
pub(super) struct Diary {
    pub(super) project: usize,
    /// Transaction, and when it was told.
    pub(super) heard: Vec<(u64, Micros)>,
    /// Messages whose `previous` was not what came before.
    pub(super) gaps: usize,
    pub(super) messages: usize,
    pub(super) bytes: u64,
    /// Why it ended before it was told to.
    pub(super) ended: Option<String>,
}

/// The balance.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Balance {
    pub(super) commits: usize,
    pub(super) expected: usize,
    pub(super) delivered: usize,
    pub(super) lost: usize,
    pub(super) doubled: usize,
    pub(super) gaps: usize,
    /// Clients that ended early.
    pub(super) ended: usize,
    pub(super) messages: usize,
    pub(super) bytes: u64,
    /// From just before COMMIT is sent to the client.
    pub(super) latency_ms: Percentiles,
    /// From the answer to COMMIT.
    pub(super) from_acknowledged_ms: Percentiles,
    /// Of each commit, the last client that heard it.
    pub(super) last_client_ms: Percentiles,
    pub(super) histogram: Vec<Bucket>,
}

impl Balance {
    /// Whatever is not as it was promised.
    pub(super) fn wrong(&self) -> usize {
        self.lost + self.doubled + self.gaps + self.ended
    }
}

/// Adds everything up.
pub(super) fn balance(commits: &[Commit], diaries: &[Diary]) -> Balance {
    let by_txid: HashMap<u64, usize> = commits.iter().enumerate().map(|(at, c)| (c.txid, at)).collect();
    let mut per_project: HashMap<usize, usize> = HashMap::new();
    for commit in commits {
        *per_project.entry(commit.project).or_default() += 1;
    }
    let mut found = Balance { commits: commits.len(), ..Balance::default() };
    let mut last = vec![None; commits.len()];
    let (mut delays, mut after) = (Vec::new(), Vec::new());
    for diary in diaries {
        found.count(diary);
        let expected = per_project.get(&diary.project).copied().unwrap_or(0);
        let mut told = Vec::with_capacity(diary.heard.len());
        for (at, micros) in diary.heard.iter().filter_map(|(txid, at)| Some((*by_txid.get(txid)?, *at))) {
            told.push(at);
            delays.push(micros.saturating_sub(commits[at].begun));
            after.push(micros.saturating_sub(commits[at].acknowledged));
            last[at] = last[at].max(Some(micros));
        }
        let all = told.len();
        told.sort_unstable();
        told.dedup();
        found.expected += expected;
        found.delivered += told.len();
        found.doubled += all - told.len();
        found.lost += expected.saturating_sub(told.len());
    }
    let last = last.iter().zip(commits).filter_map(|(at, commit)| Some((*at)?.saturating_sub(commit.begun)));
    found.last_client_ms = figures::percentiles(&mut last.collect::<Vec<_>>());
    found.latency_ms = figures::percentiles(&mut delays);
    found.histogram = figures::histogram(&delays);
    found.from_acknowledged_ms = figures::percentiles(&mut after);
    found
}

impl Balance {
    fn count(&mut self, diary: &Diary) {
        self.gaps += diary.gaps;
        self.messages += diary.messages;
        self.bytes += diary.bytes;
        self.ended += usize::from(diary.ended.is_some());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit(project: usize, txid: u64) -> Commit {
        Commit { project, txid, begun: 1000, acknowledged: 2000 }
    }

    fn diary(project: usize, heard: &[(u64, Micros)]) -> Diary {
        Diary { project, heard: heard.to_vec(), ..Diary::default() }
    }

    #[test]
    fn what_everyone_heard_once_is_balanced() {
        let found = balance(
            &[commit(0, 1), commit(1, 2)],
            &[diary(0, &[(1, 3000)]), diary(1, &[(2, 5000), (99, 1)]), diary(1, &[(2, 3000)])],
        );
        assert_eq!((found.wrong(), found.expected, found.delivered), (0, 3, 3));
        assert_eq!((found.last_client_ms.max, found.latency_ms.p50), (4.0, 2.0));
    }

    #[test]
    fn what_is_missing_and_what_came_twice_do_not_make_up_for_each_other() {
        let found = balance(&[commit(0, 1), commit(0, 2)], &[diary(0, &[(1, 3000), (1, 3000)])]);
        assert_eq!((found.lost, found.doubled, found.delivered), (1, 1, 1));
    }
}
