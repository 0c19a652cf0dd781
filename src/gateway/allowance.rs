//! How many messages a client may send. Pure: instants are given.
//!
//! A bucket that fills evenly. When it is empty a message is refused, and the client told when to try again; who goes on
//! regardless runs up a debt, and at a full bucket's worth of it the connection ends.

use std::time::{Duration, Instant};

/// What a message may cost.
#[derive(Debug, Clone, Copy)]
pub struct Rate {
    /// Messages that come back each second.
    pub per_second: f64,
    /// Messages at once.
    pub burst: f64,
}

/// What becomes of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is answered.
    Fine,
    /// It is refused; another one may come after this long.
    Later(Duration),
    /// The client does not listen to refusals.
    Abuse,
}

/// What is left to one client.
#[derive(Debug)]
pub struct Allowance {
    left: f64,
    at: Instant,
}

impl Allowance {
    /// A full one.
    pub fn new(rate: Rate, now: Instant) -> Self {
        Self { left: rate.burst, at: now }
    }

    /// One more message.
    pub fn spend(&mut self, rate: Rate, now: Instant) -> Verdict {
        let back = now.duration_since(self.at).as_secs_f64() * rate.per_second;
        self.left = (self.left + back).min(rate.burst) - 1.0;
        self.at = now;
        match self.left {
            left if left >= 0.0 => Verdict::Fine,
            left if left >= -rate.burst => {
                // Until there is a whole one again, at the latest within a day.
                let seconds = ((1.0 - left) / rate.per_second).min(86_400.0);
                Verdict::Later(Duration::from_secs_f64(seconds))
            }
            _ => Verdict::Abuse,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { per_second: 10.0, burst: 5.0 };

    #[test]
    fn a_burst_is_fine_then_each_must_wait_and_who_waits_may_go_on() {
        let start = Instant::now();
        let mut allowance = Allowance::new(RATE, start);
        assert!((0..5).all(|_| allowance.spend(RATE, start) == Verdict::Fine));
        let Verdict::Later(after) = allowance.spend(RATE, start) else { panic!() };
        assert_eq!(after, Duration::from_millis(200));
        assert_eq!(allowance.spend(RATE, start + after), Verdict::Fine);
    }

    #[test]
    fn who_does_not_wait_is_told_so_many_times_and_then_no_more() {
        let start = Instant::now();
        let mut allowance = Allowance::new(RATE, start);
        let verdicts: Vec<_> = (0..11).map(|_| allowance.spend(RATE, start)).collect();
        assert!(verdicts[5..10].iter().all(|verdict| matches!(verdict, Verdict::Later(_))));
        assert_eq!(verdicts[10], Verdict::Abuse);
    }

    #[test]
    fn a_long_silence_fills_the_bucket_and_no_more() {
        let start = Instant::now();
        let mut allowance = Allowance::new(RATE, start);
        let later = start + Duration::from_secs(3600);
        let fine = (0..10).filter(|_| allowance.spend(RATE, later) == Verdict::Fine).count();
        assert_eq!(fine, 5);
    }
}
