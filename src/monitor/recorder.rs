//! The service's own figures, recorded every ten seconds: what its counters have grown by, as `monitor.record_all`
//! takes it. On a connection of the pool, in a transaction of its own: nobody waits for it.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::delivery::sender::Figures;
use super::store;
use crate::db::pool::Pool;
use crate::gateway::Gateway;
use crate::http::traffic::Traffic;
use crate::stream::counters::{Counter, Counters, Histogram};

const EVERY: Duration = Duration::from_secs(10);

/// The recorder's task.
#[derive(Debug)]
pub struct Recorder {
    /// Where it records.
    pub pool: Pool,
    /// The stream's figures.
    pub counters: Arc<Counters>,
    /// The sockets'.
    pub gateway: Arc<Gateway>,
    /// The requests'.
    pub traffic: Arc<Traffic>,
    /// The deliveries'.
    pub figures: Arc<Figures>,
}

/// One number, so many times.
#[derive(Debug, Serialize)]
struct Point {
    name: &'static str,
    value: f64,
    count: u64,
}

/// What was recorded already.
#[derive(Debug, Default)]
struct Recorded {
    counts: [u64; 7],
    durations: [Vec<u64>; 4],
}

impl Recorder {
    /// Runs until told to stop. What could not be recorded is in the next ten seconds.
    pub async fn run(self, shutdown: CancellationToken) {
        let mut rounds = interval(EVERY);
        rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut recorded = Recorded::default();
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                _ = rounds.tick() => {}
            }
            let (points, now) = self.points(&recorded);
            match store::record_all(&self.pool, &points).await {
                Ok(()) => recorded = now,
                Err(problem) => tracing::debug!(code = problem.code, "Figures wait for the database"),
            }
        }
    }

    /// What is new, and what is recorded with it.
    #[allow(clippy::cast_precision_loss, reason = "figures for people")]
    fn points(&self, recorded: &Recorded) -> (Vec<Point>, Recorded) {
        let counters: [(&'static str, &Counter); 7] = [
            ("events", &self.counters.events),
            ("messages", &self.counters.messages),
            ("sent", &self.gateway.counters.sent),
            ("requests", &self.traffic.requests),
            ("request_errors", &self.traffic.errors),
            ("deliveries", &self.figures.taken),
            ("delivery_failures", &self.figures.failed),
        ];
        let durations: [(&'static str, &Histogram); 4] = [
            ("commit_to_send", &self.counters.commit_to_send),
            ("tick", &self.counters.tick),
            ("request_duration", &self.traffic.latency),
            ("delivery_duration", &self.figures.duration),
        ];
        let mut points = vec![
            Point { name: "connections", value: self.gateway.counters.listening() as f64, count: 1 },
            Point { name: "backlog", value: self.counters.backlog.get() as f64, count: 1 },
        ];
        let mut now = Recorded::default();
        for (at, (name, counter)) in counters.into_iter().enumerate() {
            now.counts[at] = counter.get();
            let value = now.counts[at].saturating_sub(recorded.counts[at]) as f64;
            points.push(Point { name, value, count: 1 });
        }
        for (at, (name, histogram)) in durations.into_iter().enumerate() {
            let (more, read) = grown(name, histogram, &recorded.durations[at]);
            points.extend(more);
            now.durations[at] = read;
        }
        (points, now)
    }
}

/// Durations in milliseconds since the last look, each as the middle of its bucket; and what was read.
#[allow(clippy::cast_precision_loss, reason = "figures for people")]
fn grown(name: &'static str, histogram: &Histogram, before: &[u64]) -> (Vec<Point>, Vec<u64>) {
    let (buckets, all, _) = histogram.read();
    let highest = buckets.last().map_or(0.0, |(bound, _)| *bound);
    let mut read: Vec<u64> = buckets.iter().map(|(_, below)| *below).collect();
    read.push(all);
    let bounds = buckets.iter().map(|(bound, _)| *bound).chain([2.0 * highest]);
    let (mut points, mut lower, mut so_far) = (Vec::new(), 0.0, 0);
    for (at, upper) in bounds.enumerate() {
        let more = read[at].saturating_sub(before.get(at).copied().unwrap_or(0));
        let count = more.saturating_sub(so_far);
        if count > 0 {
            points.push(Point { name, value: (lower + upper) / 2.0 * 1000.0, count });
        }
        so_far = more;
        lower = upper;
    }
    (points, read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_new_is_recorded() {
        let histogram = Histogram::default();
        let observe = |millis| histogram.observe(Duration::from_millis(millis));
        observe(1);
        observe(4);
        let (points, before) = grown("tick", &histogram, &[]);
        assert_eq!(points.iter().map(|p| (p.value, p.count)).collect::<Vec<_>>(), [(0.5, 1), (3.5, 1)]);
        observe(4);
        observe(4);
        observe(9000);
        let (points, _) = grown("tick", &histogram, &before);
        assert_eq!(points.iter().map(|p| (p.value, p.count)).collect::<Vec<_>>(), [(3.5, 2), (7500.0, 1)]);
    }
}
