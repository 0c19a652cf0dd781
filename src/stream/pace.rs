//! When the feed looks next. Pure: times are passed in, as the time since the feed began.
//!
//! While it is calm (fewer than [`CALM`] events per interval) a doorbell is answered at once; under load ticks are no
//! closer than the interval, because each costs a flush and shares the cores with the writers. While a transaction
//! that the last tick saw is open, the feed looks again by itself: that transaction may have found the doorbell taken.
//! Without any of this it still looks now and then: a notification is never what correctness rests on.

use std::time::Duration;

/// Events per interval up to which every doorbell gets a tick of its own: 200 a second with the default interval.
const CALM: f64 = 4.0;
/// After finding something that nobody rang for: any role can hold the lock that ringers take turns with.
const WARY: Duration = Duration::from_secs(10);

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
    /// So many events came.
    pub found: usize,
    /// So many that there are probably more: a backlog.
    pub full: bool,
    /// Some transaction was in flight that may still add events.
    pub in_flight: bool,
    /// Something rang before it.
    pub rung: bool,
}

/// Remembers the last ticks and says when to look next.
#[derive(Debug)]
pub struct Pace {
    settings: PaceSettings,
    last_tick: Duration,
    /// Events of late: each tick adds its own, [`CALM`] of them drain per interval.
    level: f64,
    backoff: Duration,
    /// The last answer was the idle distance.
    idling: bool,
    /// Until then it does not wait for the doorbell.
    wary_until: Duration,
}

impl Pace {
    /// At rest.
    pub fn new(settings: PaceSettings) -> Self {
        let (last_tick, wary_until) = (Duration::ZERO, Duration::ZERO);
        Self { settings, last_tick, level: 0.0, backoff: settings.look_again, idling: false, wary_until }
    }

    /// New distances, from the next look on.
    pub fn configure(&mut self, settings: PaceSettings) {
        self.settings = settings;
        self.backoff = self.backoff.clamp(settings.look_again, settings.look_again_max);
    }

    /// Takes note of a look at `now` and says when the next one is due if nothing rings.
    pub fn after(&mut self, look: Look, now: Duration) -> Duration {
        let was_idling = std::mem::take(&mut self.idling);
        if look.found > 0 {
            self.note_tick(look.found, now);
            if was_idling && !look.rung {
                self.wary_until = now + WARY;
            }
        }
        if look.full {
            return now;
        }
        if look.in_flight {
            let wait = self.backoff;
            self.backoff = (self.backoff * 2).min(self.settings.look_again_max);
            return self.earliest(now + wait);
        }
        self.backoff = self.settings.look_again;
        if look.found > 0 {
            // A tick stops before a transaction that would make it too large: look once more soon.
            return now + self.settings.tick_interval;
        }
        self.idling = true;
        now + if now < self.wary_until {
            self.settings.idle.min(self.settings.look_again_max)
        } else {
            self.settings.idle
        }
    }

    /// The earliest moment, not before `at`, at which the doorbell may be answered.
    pub fn earliest(&self, at: Duration) -> Duration {
        if self.level > CALM { at.max(self.last_tick + self.settings.tick_interval) } else { at }
    }

    #[allow(clippy::cast_precision_loss, reason = "a few events more or less")]
    fn note_tick(&mut self, found: usize, now: Duration) {
        let interval = self.settings.tick_interval.as_secs_f64().max(1e-6);
        let drained = CALM * now.saturating_sub(self.last_tick).as_secs_f64() / interval;
        // However large a tick was, one quiet interval is enough to be calm again.
        self.level = ((self.level - drained).max(0.0) + found as f64).min(2.0 * CALM);
        self.last_tick = now;
        self.backoff = self.settings.look_again;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Look = Look { found: 0, full: false, in_flight: false, rung: false };
    const OPEN: Look = Look { in_flight: true, ..NOTHING };

    fn found(events: usize) -> Look {
        Look { found: events, ..NOTHING }
    }

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn at_rest_the_doorbell_is_answered_at_once() {
        let mut pace = Pace::new(PaceSettings::default());
        assert_eq!(pace.after(NOTHING, ms(0)), ms(500));
        assert_eq!(pace.earliest(ms(77)), ms(77));
        pace.after(found(1), ms(77));
        assert_eq!(pace.earliest(ms(79)), ms(79));
    }

    #[test]
    fn a_hundred_single_changes_a_second_are_no_load() {
        let mut pace = Pace::new(PaceSettings::default());
        for at in (0..5_000).step_by(10) {
            pace.after(found(1), ms(at));
            assert_eq!(pace.earliest(ms(at + 1)), ms(at + 1));
        }
    }

    #[test]
    fn under_load_ticks_keep_their_distance_until_it_is_quiet_again() {
        let mut pace = Pace::new(PaceSettings::default());
        for at in [100, 120, 140] {
            pace.after(found(260), ms(at));
            assert_eq!(pace.earliest(ms(at + 1)), ms(at + 20));
        }
        pace.after(found(1), ms(170));
        assert_eq!(pace.earliest(ms(171)), ms(171));
    }

    #[test]
    fn many_small_ticks_are_load_too() {
        let mut pace = Pace::new(PaceSettings::default());
        (100..110).for_each(|at| {
            pace.after(found(1), ms(at));
        });
        assert_eq!(pace.earliest(ms(110)), ms(129));
    }

    #[test]
    fn an_open_transaction_is_looked_at_again_ever_less_often() {
        let mut pace = Pace::new(PaceSettings::default());
        let mut now = ms(0);
        let mut gaps = Vec::new();
        for _ in 0..7 {
            let next = pace.after(OPEN, now);
            gaps.push((next - now).as_millis());
            now = next;
        }
        assert_eq!(gaps, [2, 4, 8, 16, 32, 50, 50]);
        assert_eq!(pace.after(Look { found: 1, ..OPEN }, now), now + ms(2));
    }

    #[test]
    fn who_keeps_the_doorbell_quiet_is_not_waited_for() {
        let mut pace = Pace::new(PaceSettings::default());
        assert_eq!(pace.after(NOTHING, ms(0)), ms(500));
        pace.after(Look { rung: true, ..found(1) }, ms(100));
        assert_eq!(pace.after(NOTHING, ms(120)), ms(620), "somebody rang");
        pace.after(found(1), ms(620));
        assert_eq!(pace.after(NOTHING, ms(640)), ms(690), "nobody did");
        assert_eq!(pace.after(NOTHING, ms(20_000)), ms(20_500));
    }

    #[test]
    fn a_backlog_is_worked_off_without_pause() {
        let mut pace = Pace::new(PaceSettings::default());
        let full = Look { found: 5000, full: true, in_flight: true, rung: false };
        assert_eq!((pace.after(full, ms(5)), pace.after(full, ms(6))), (ms(5), ms(6)));
    }
}
