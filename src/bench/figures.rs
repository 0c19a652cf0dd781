//! Percentiles and a histogram of many small numbers. Pure.

use serde::Serialize;

/// Microseconds.
pub(super) type Micros = u64;

/// Exact percentiles, in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub(super) struct Percentiles {
    pub(super) count: usize,
    pub(super) p50: f64,
    pub(super) p95: f64,
    pub(super) p99: f64,
    pub(super) max: f64,
}

/// How many samples lie at or below a bound.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Bucket {
    pub(super) at_most_ms: f64,
    pub(super) count: usize,
}

/// Sorts the samples and reads its percentiles.
pub(super) fn percentiles(samples: &mut [Micros]) -> Percentiles {
    samples.sort_unstable();
    let Some(last) = samples.len().checked_sub(1) else { return Percentiles::default() };
    let at = |hundredths: usize| millis(samples[last * hundredths / 100]);
    Percentiles { count: samples.len(), p50: at(50), p95: at(95), p99: at(99), max: millis(samples[last]) }
}

/// Cumulative counts at 1, 2, 5, 10 … milliseconds, up to the largest sample. `sorted` is ascending.
pub(super) fn histogram(sorted: &[Micros]) -> Vec<Bucket> {
    let Some(largest) = sorted.last() else { return vec![] };
    let mut buckets = Vec::new();
    let mut decade = 1000;
    loop {
        for bound in [decade, 2 * decade, 5 * decade] {
            let count = sorted.partition_point(|sample| *sample <= bound);
            buckets.push(Bucket { at_most_ms: millis(bound), count });
            if bound >= *largest {
                return buckets;
            }
        }
        decade *= 10;
    }
}

/// The middle one, or what is between the middle two.
pub(super) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    Some(values[last / 2].midpoint(values[values.len() / 2]))
}

#[allow(clippy::cast_precision_loss, reason = "a figure for people")]
pub(super) fn millis(micros: Micros) -> f64 {
    micros as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_samples_and_nothing_has_none() {
        let mut samples: Vec<Micros> = (1..=100).rev().map(|n| n * 1000).collect();
        let found = percentiles(&mut samples);
        assert_eq!((found.p50, found.p95, found.max, found.count), (50.0, 95.0, 100.0, 100));
        assert_eq!(percentiles(&mut []), Percentiles::default());
    }

    #[test]
    fn a_median_is_the_middle_or_between_the_middle_two() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!((median(vec![1.0, 2.0]), median(vec![])), (Some(1.5), None));
    }

    #[test]
    fn a_histogram_ends_with_all_of_them() {
        let buckets = histogram(&[500, 1500, 7000]);
        let counts: Vec<_> = buckets.iter().map(|bucket| (bucket.at_most_ms, bucket.count)).collect();
        assert_eq!(counts, [(1.0, 1), (2.0, 2), (5.0, 2), (10.0, 3)]);
    }
}
