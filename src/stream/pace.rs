//! When the feed looks next. Pure: times are passed in.
//!
//! At rest a doorbell is answered at once; under load ticks are no closer than the interval, because each costs a
//! flush and shares the cores with the writers. While a transaction that the last tick saw is open, the feed looks
//! again by itself: that transaction may have found the doorbell taken. Without any of this it still looks now and
//! then: a notification is never what correctness rests on.

use std::time::Duration;

use super::batch::Millis;

/// The distances between looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaceSettings {
    /// Least distance of ticks under load.
    pub tick_interval: Duration,
    /// First look after a tick that saw transactions in flight; doubles while nothing changes …
    pub look_again: Duration,
    /// … up to this.
    pub look_again_max: Duration,
    /// Distance of looks without a doorbell.
    pub idle: Duration,
}

impl Default for PaceSettings {
    fn default() -> Self {
        Self {
            tick_interval: Duration::from_millis(20),
            look_again: Duration::from_millis(2),
            look_again_max: Duration::from_millis(50),
            idle: Duration::from_millis(500),
        }
    }
}

/// What a look found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Look {
    /// Events came.
    pub found: bool,
    /// So many that there are probably more: a backlog.
    pub full: bool,
    /// Some transaction was in flight that may still add events.
    pub in_flight: bool,
}

/// Remembers the last ticks and says when to look next.
#[derive(Debug)]
pub struct Pace {
    settings: PaceSettings,
    last_tick: Option<Millis>,
    loaded: bool,
    backoff: Duration,
}

impl Pace {
    /// At rest.
    pub fn new(settings: PaceSettings) -> Self {
        Self { settings, last_tick: None, loaded: false, backoff: settings.look_again }
    }

    /// New distances, from the next look on.
    pub fn configure(&mut self, settings: PaceSettings) {
        self.settings = settings;
        self.backoff = self.backoff.clamp(settings.look_again, settings.look_again_max);
    }

    /// Takes note of a look at `now` and says when the next one is due if nothing rings.
    pub fn after(&mut self, look: Look, now: Millis) -> Millis {
        if look.found {
            let interval = millis(self.settings.tick_interval);
            self.loaded = self.last_tick.is_some_and(|last| now.saturating_sub(last) < 2 * interval);
            self.last_tick = Some(now);
            self.backoff = self.settings.look_again;
        }
        if look.full {
            return now;
        }
        if look.in_flight {
            let wait = self.backoff;
            self.backoff = (self.backoff * 2).min(self.settings.look_again_max);
            return self.earliest(now + millis(wait));
        }
        self.backoff = self.settings.look_again;
        if look.found {
            // A tick stops before a transaction that would make it too large: look once more soon.
            return now + millis(self.settings.tick_interval);
        }
        now + millis(self.settings.idle)
    }

    /// The earliest moment, not before `at`, at which the doorbell may be answered.
    pub fn earliest(&self, at: Millis) -> Millis {
        match self.last_tick {
            Some(last) if self.loaded => at.max(last + millis(self.settings.tick_interval)),
            _ => at,
        }
    }
}

fn millis(duration: Duration) -> Millis {
    Millis::try_from(duration.as_millis()).unwrap_or(Millis::MAX / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOUND: Look = Look { found: true, full: false, in_flight: false };
    const NOTHING: Look = Look { found: false, full: false, in_flight: false };
    const OPEN: Look = Look { found: false, full: false, in_flight: true };

    #[test]
    fn at_rest_the_doorbell_is_answered_at_once() {
        let mut pace = Pace::new(PaceSettings::default());
        assert_eq!(pace.after(NOTHING, 0), 500);
        assert_eq!(pace.earliest(77), 77);
        pace.after(FOUND, 77);
        assert_eq!(pace.earliest(79), 79);
    }

    #[test]
    fn under_load_ticks_keep_their_distance_until_it_is_quiet_again() {
        let mut pace = Pace::new(PaceSettings::default());
        pace.after(FOUND, 100);
        pace.after(FOUND, 103);
        assert_eq!(pace.earliest(104), 123);
        pace.after(FOUND, 123);
        assert_eq!(pace.earliest(125), 143);
        pace.after(FOUND, 400);
        assert_eq!(pace.earliest(401), 401);
    }

    #[test]
    fn an_open_transaction_is_looked_at_again_ever_less_often() {
        let mut pace = Pace::new(PaceSettings::default());
        let mut now = 0;
        let mut gaps = Vec::new();
        for _ in 0..7 {
            let next = pace.after(OPEN, now);
            gaps.push(next - now);
            now = next;
        }
        assert_eq!(gaps, [2, 4, 8, 16, 32, 50, 50]);
        assert_eq!(pace.after(Look { found: true, in_flight: true, full: false }, now), now + 2);
    }

    #[test]
    fn a_backlog_is_worked_off_without_pause() {
        let mut pace = Pace::new(PaceSettings::default());
        let full = Look { found: true, full: true, in_flight: true };
        assert_eq!((pace.after(full, 5), pace.after(full, 6)), (5, 6));
    }
}
