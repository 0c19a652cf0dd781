//! What the stream counts; `/metrics` shows it. Plain atomics: counting never waits.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// More.
    pub fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    /// How many so far.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A number that goes up and down.
#[derive(Debug, Default)]
pub struct Gauge(AtomicI64);

impl Gauge {
    /// Up or down; answers with the new value.
    pub fn add(&self, more: i64) -> i64 {
        self.0.fetch_add(more, Ordering::Relaxed) + more
    }

    /// The value from now on.
    pub fn set(&self, value: i64) {
        self.0.store(value, Ordering::Relaxed);
    }

    /// The value.
    pub fn get(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Upper bounds of a histogram's buckets, in milliseconds.
pub const BOUNDS_MS: [u64; 12] = [1, 2, 5, 10, 20, 35, 50, 100, 200, 500, 1000, 5000];

/// A distribution of durations.
#[derive(Debug, Default)]
pub struct Histogram {
    buckets: [AtomicU64; BOUNDS_MS.len()],
    count: AtomicU64,
    micros: AtomicU64,
}

impl Histogram {
    /// One more.
    pub fn observe(&self, duration: Duration) {
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        if let Some(at) = BOUNDS_MS.iter().position(|bound| micros <= bound * 1000) {
            self.buckets[at].fetch_add(1, Ordering::Relaxed);
        }
        self.count.fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(micros, Ordering::Relaxed);
    }

    /// (upper bound in seconds, observations up to it), then all observations and their sum in seconds.
    #[allow(clippy::cast_precision_loss, reason = "a figure for people")]
    pub fn read(&self) -> (Vec<(f64, u64)>, u64, f64) {
        let mut below = 0;
        let buckets = BOUNDS_MS.iter().zip(&self.buckets).map(|(bound, bucket)| {
            below += bucket.load(Ordering::Relaxed);
            (*bound as f64 / 1000.0, below)
        });
        (
            buckets.collect(),
            self.count.load(Ordering::Relaxed),
            self.micros.load(Ordering::Relaxed) as f64 / 1e6,
        )
    }
}

/// The stream's figures.
#[derive(Debug, Default)]
#[allow(missing_docs, reason = "the names of /metrics")]
pub struct Counters {
    pub ticks: Counter,
    /// From `begin` to the acknowledged `commit` of a tick.
    pub tick: Histogram,
    pub events: Counter,
    pub backlog: Gauge,
    /// Share of the server's notification queue in use, in millionths.
    pub notify_queue: Gauge,
    pub messages: Counter,
    /// AI events that came in, and messages they left in.
    pub ai_events: Counter,
    pub ai_batches: Counter,
    /// From a person's write to handing it to the sockets.
    pub commit_to_send: Histogram,
    /// Of a tick: adding events to the stored summaries.
    pub fold: Histogram,
    /// Of a tick: what its changes moved upstream.
    pub cascade: Histogram,
    /// Of the listener's last notification to itself, in microseconds.
    pub round_trip: Gauge,
}

/// What a histogram saw between two looks at it.
#[derive(Debug, Default)]
pub struct Window(Vec<u64>, u64);

impl Window {
    /// The 95th percentile in milliseconds of what came since the last look, between the bounds of its bucket; `None`
    /// when nothing came.
    #[allow(clippy::cast_precision_loss, reason = "a figure for people")]
    pub fn p95(&mut self, histogram: &Histogram) -> Option<f64> {
        let (buckets, count, _) = histogram.read();
        let below: Vec<u64> = buckets.iter().map(|(_, below)| *below).collect();
        let before = std::mem::replace(&mut self.0, below.clone());
        let all = count.saturating_sub(std::mem::replace(&mut self.1, count));
        if all == 0 {
            return None;
        }
        let rank = all as f64 * 0.95;
        let (mut bound, mut seen) = (0.0, 0.0);
        for (at, upper) in BOUNDS_MS.iter().enumerate() {
            let upto = below[at].saturating_sub(before.get(at).copied().unwrap_or(0)) as f64;
            if upto >= rank {
                let share = (rank - seen) / (upto - seen);
                return Some(bound + (*upper as f64 - bound) * share);
            }
            (bound, seen) = (*upper as f64, upto);
        }
        Some(bound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_of_what_came_since_the_last_look() {
        let (histogram, mut window) = (Histogram::default(), Window::default());
        assert_eq!(window.p95(&histogram), None);
        (0..100).for_each(|_| histogram.observe(Duration::from_millis(900)));
        assert!((window.p95(&histogram).unwrap() - 975.0).abs() < 1e-9);
        (0..10).for_each(|_| histogram.observe(Duration::from_millis(3)));
        assert!((window.p95(&histogram).unwrap() - 4.85).abs() < 1e-9);
        histogram.observe(Duration::from_secs(60));
        assert_eq!(window.p95(&histogram), Some(5000.0));
    }

    #[test]
    fn buckets_are_cumulative() {
        let histogram = Histogram::default();
        for ms in [1, 4, 4, 9000] {
            histogram.observe(Duration::from_millis(ms));
        }
        let (buckets, count, sum) = histogram.read();
        assert_eq!((buckets[0], buckets[2], buckets[11]), ((0.001, 1), (0.005, 3), (5.0, 3)));
        assert_eq!(count, 4);
        assert!((sum - 9.009).abs() < 1e-9);
    }
}
