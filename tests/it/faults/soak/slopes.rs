//! By how much a measure grows in an hour, over the second half of the samples: the median of the slopes between any two
//! of them (Theil and Sen), which a fault's peak does not move. Pure.

use super::samples::Sample;

/// One measure, and what of growth is none.
struct Measure {
    name: &'static str,
    of: fn(&Sample) -> f64,
    /// Growth in an hour that is tolerated whatever the measure is, …
    at_least: f64,
    /// … or as a share of its median.
    share: f64,
}

const MEASURES: [Measure; 11] = [
    Measure { name: "resident memory, MiB", of: |s| s.resident, at_least: 3.0, share: 0.05 },
    Measure { name: "proportional memory, MiB", of: |s| s.proportional, at_least: 3.0, share: 0.05 },
    Measure { name: "descriptors", of: |s| s.descriptors, at_least: 2.0, share: 0.0 },
    Measure { name: "threads", of: |s| s.threads, at_least: 1.0, share: 0.0 },
    Measure { name: "backlog, events", of: |s| s.backlog, at_least: 10.0, share: 0.0 },
    Measure { name: "tables without the log, MiB", of: |s| s.tables, at_least: 2.0, share: 0.05 },
    Measure { name: "dead rows", of: |s| s.dead_rows, at_least: 1000.0, share: 0.2 },
    Measure { name: "log, bytes per event", of: |s| s.log_bytes_per_event, at_least: 5.0, share: 0.05 },
    Measure { name: "notification queue, share", of: |s| s.queue, at_least: 0.001, share: 0.0 },
    Measure { name: "delay, median ms", of: |s| s.median, at_least: 10.0, share: 0.2 },
    Measure { name: "delay, p99 ms", of: |s| s.p99, at_least: 50.0, share: 0.2 },
];

/// Prints every measure with its slope; answers with those that grow.
pub(super) fn judge(samples: &[Sample]) -> Vec<&'static str> {
    let second_half = &samples[samples.len() / 2..];
    let deliveries: usize = samples.iter().map(|sample| sample.delivered).sum();
    let committed: usize = samples.iter().map(|sample| sample.committed).sum();
    let longest = samples.iter().map(|sample| sample.longest).fold(0.0, f64::max);
    println!(
        "\n{committed} tasks, {deliveries} deliveries: none lost, doubled or out of order, none that was not committed"
    );
    println!("the longest that one took, faults included: {:.1} s\n", longest / 1000.0);
    println!("| over the second half | median | most | growth in an hour | tolerated | |");
    println!("|---|---:|---:|---:|---:|---|");
    MEASURES.iter().filter(|measure| !measure.is_flat(second_half)).map(|measure| measure.name).collect()
}

impl Measure {
    fn is_flat(&self, samples: &[Sample]) -> bool {
        let points: Vec<(f64, f64)> =
            samples.iter().map(|sample| (sample.seconds / 3600.0, (self.of)(sample))).collect();
        let points: Vec<_> = points.into_iter().filter(|(_, value)| value.is_finite()).collect();
        let mut values: Vec<f64> = points.iter().map(|(_, value)| *value).collect();
        let most = values.iter().copied().fold(0.0, f64::max);
        let (middle, slope) = (median(&mut values), slope(&points));
        let tolerated = self.at_least.max(self.share * middle);
        let is_flat = slope <= tolerated;
        let verdict = if is_flat { "near zero" } else { "**grows**" };
        println!("| {} | {middle:.3} | {most:.3} | {slope:+.3} | {tolerated:.3} | {verdict} |", self.name);
        is_flat
    }
}

/// The median of the slopes between any two points.
fn slope(points: &[(f64, f64)]) -> f64 {
    let pairs =
        points.iter().enumerate().flat_map(|(at, from)| points[at + 1..].iter().map(move |to| (from, to)));
    let mut slopes: Vec<f64> = pairs
        .filter(|(from, to)| to.0 > from.0)
        .map(|(from, to)| (to.1 - from.1) / (to.0 - from.0))
        .collect();
    median(&mut slopes)
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// The checker is proved: what leaks is found, and what only wavers is not.
mod proofs {
    use super::*;

    /// An hour of samples, each ten seconds.
    fn hour(resident: impl Fn(usize) -> f64) -> Vec<Sample> {
        let sample =
            |n: usize| Sample { seconds: n as f64 * 10.0, resident: resident(n), ..Sample::default() };
        (0..360).map(sample).collect()
    }

    #[test]
    fn a_leak_of_seven_mebibytes_in_an_hour_is_found_under_noise() {
        let leaking = hour(|n| 40.0 + n as f64 * 7.0 / 360.0 + (n % 7) as f64);
        assert_eq!(judge(&leaking), ["resident memory, MiB"]);
    }

    #[test]
    fn what_wavers_and_has_peaks_and_grew_in_the_first_half_passes() {
        let busy = hour(|n| (n as f64).min(100.0) + if n % 40 == 0 { 500.0 } else { (n % 11) as f64 });
        assert!(judge(&busy).is_empty());
    }
}
