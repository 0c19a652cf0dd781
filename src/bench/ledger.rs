//! What was committed against what was heard. Pure.
//!
//! Invariant: every commit must be heard by every client of its project exactly once. What is missing or doubled shows
//! here by its transaction id, and in each client's diary by a chain of `previous` that does not fit.

use std::collections::HashMap;
use std::time::Duration;

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
    let (mut delays, mut after) = (Vec::new(), Vec::new());
    for diary in diaries {
        found.count(diary);
        let expected = per_project.get(&diary.project).copied().unwrap_or(0);
        let mut told = Vec::with_capacity(diary.heard.len());
        for (at, micros) in diary.heard.iter().filter_map(|(txid, at)| Some((*by_txid.get(txid)?, *at))) {
            told.push(at);
            delays.push(micros.saturating_sub(commits[at].begun));
            after.push(micros.saturating_sub(commits[at].acknowledged));
        }
        let all = told.len();
        told.sort_unstable();
        told.dedup();
        found.expected += expected;
        found.delivered += told.len();
        found.doubled += all - told.len();
        found.lost += expected.saturating_sub(told.len());
    }
    let last = last_client(commits, diaries).into_iter().zip(commits);
    let last = last.filter_map(|(at, commit)| Some(at?.saturating_sub(commit.begun)));
    found.last_client_ms = figures::percentiles(&mut last.collect::<Vec<_>>());
    found.latency_ms = figures::percentiles(&mut delays);
    found.histogram = figures::histogram(&delays);
    found.from_acknowledged_ms = figures::percentiles(&mut after);
    found
}

/// A piece of time, from the first commit on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub(super) struct Moment {
    pub(super) ends_ms: f64,
    /// Events per second that were committed.
    pub(super) committed: f64,
    /// Events per second of which the last client heard.
    pub(super) told: f64,
    /// Events that were committed by its end, and not yet told to everyone.
    pub(super) waiting: usize,
    /// From just before COMMIT to the last client, of what was told.
    pub(super) latency_ms: Percentiles,
}

/// How it went: in pieces of time, until everybody has heard of every commit of so many rows.
#[allow(clippy::cast_precision_loss, reason = "figures for people")]
pub(super) fn course(commits: &[Commit], diaries: &[Diary], rows: usize, piece: Duration) -> Vec<Moment> {
    let piece = Micros::try_from(piece.as_micros()).unwrap_or(Micros::MAX);
    let told: Vec<(&Commit, Micros)> =
        commits.iter().zip(last_client(commits, diaries)).filter_map(|(c, at)| Some((c, at?))).collect();
    let began = commits.iter().map(|commit| commit.begun).min().unwrap_or(0);
    let ended = told.iter().map(|(_, at)| *at).max().unwrap_or(began);
    let pieces = (ended - began) / piece + 1;
    let per_second = |count: usize| (count * rows) as f64 * 1e6 / piece as f64;
    let moment = |number: Micros| {
        let (from, until) = (began + number * piece, began + (number + 1) * piece);
        let within = |at: Micros| (from..until).contains(&at);
        let mut late: Vec<Micros> =
            told.iter().filter(|(_, at)| within(*at)).map(|(c, at)| at.saturating_sub(c.begun)).collect();
        let waiting = commits.iter().filter(|commit| commit.acknowledged < until).count();
        Moment {
            ends_ms: figures::millis((number + 1) * piece),
            committed: per_second(commits.iter().filter(|commit| within(commit.acknowledged)).count()),
            told: per_second(late.len()),
            waiting: waiting.saturating_sub(told.iter().filter(|(_, at)| *at < until).count()) * rows,
            latency_ms: figures::percentiles(&mut late),
        }
    };
    (0..pieces).map(moment).collect()
}

/// When the last of its clients heard of each commit.
fn last_client(commits: &[Commit], diaries: &[Diary]) -> Vec<Option<Micros>> {
    let by_txid: HashMap<u64, usize> = commits.iter().enumerate().map(|(at, c)| (c.txid, at)).collect();
    let mut last = vec![None; commits.len()];
    for (txid, micros) in diaries.iter().flat_map(|diary| &diary.heard) {
        if let Some(at) = by_txid.get(txid) {
            last[*at] = last[*at].max(Some(*micros));
        }
    }
    last
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
    fn a_course_tells_what_waits_until_everyone_has_it() {
        let told = [diary(0, &[(1, 3000), (2, 25_000)]), diary(0, &[(1, 4000), (2, 31_000)])];
        let found = course(&[commit(0, 1), commit(0, 2)], &told, 5, Duration::from_millis(10));
        let waiting: Vec<_> = found.iter().map(|moment| (moment.ends_ms, moment.waiting)).collect();
        assert_eq!(waiting, [(10.0, 5), (20.0, 5), (30.0, 5), (40.0, 0)]);
        assert_eq!((found[0].committed, found[0].told, found[3].latency_ms.max), (1000.0, 500.0, 30.0));
    }

    #[test]
    fn what_is_missing_and_what_came_twice_do_not_make_up_for_each_other() {
        let found = balance(&[commit(0, 1), commit(0, 2)], &[diary(0, &[(1, 3000), (1, 3000)])]);
        assert_eq!((found.lost, found.doubled, found.delivered), (1, 1, 1));
    }
}
