//! Whether a replica is worth a question. Pure.

use std::time::Duration;

use tokio::time::Instant;

use crate::stream::position::Position;

/// How long a replica is left alone the first time, and at most.
const AWAY: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(5));
/// The same of one that is there and behind: it will have caught up soon.
const BEHIND: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(5));

/// Why a replica gave no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Miss {
    /// It does not answer.
    Away,
    /// It has not replayed enough yet, only up to here.
    Behind(Option<Position>),
    /// It is there, and this question was not for it.
    Refused,
}

/// What is known of a replica.
///
/// Invariant: one that gave no answer is asked by one request at a time, after a while that doubles, until it answers. One
/// that was behind goes on answering whoever wants no more than it has: a client that names a position which nobody has
/// reached yet takes it from nobody else.
#[derive(Debug, Default)]
pub struct Standing {
    known: Option<Position>,
    is_away: bool,
    misses: u32,
    until: Option<Instant>,
}

/// Leave to ask, after so many misses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leave {
    misses: u32,
}

impl Standing {
    /// May it be asked for this now? With leave after a miss, nobody else gets it for the same while.
    pub fn may_ask(&mut self, wanted: Position, now: Instant) -> Option<Leave> {
        let leave = Leave { misses: self.misses };
        let Some(until) = self.until else { return Some(leave) };
        if !self.is_away && self.known.is_some_and(|known| known.reaches(wanted)) {
            return Some(leave);
        }
        if now < until {
            return None;
        }
        self.until = Some(now + self.pause());
        Some(leave)
    }

    /// It has answered, and stands here. True: it was away before.
    pub fn answered(&mut self, at: Position) -> bool {
        let was_away = self.is_away;
        let stands_still = self.until.is_some() && !was_away && self.known == Some(at);
        if !stands_still {
            *self = Self { known: Some(at), ..Self::default() };
        }
        was_away
    }

    /// It gave no answer to who had `leave`. True: that is news.
    pub fn missed(&mut self, miss: Miss, leave: Leave, now: Instant) -> bool {
        // Of many who asked at once, one counts.
        if miss == Miss::Refused || leave.misses != self.misses {
            return false;
        }
        let was_away = std::mem::replace(&mut self.is_away, miss == Miss::Away);
        if let Miss::Behind(at) = miss {
            let has_moved = at != self.known;
            self.known = at;
            if has_moved || was_away {
                self.misses = 0;
            }
        }
        self.misses += 1;
        self.until = Some(now + self.pause());
        self.is_away && !was_away
    }

    fn pause(&self) -> Duration {
        let (first, most) = if self.is_away { AWAY } else { BEHIND };
        let doubled = 2_u32.saturating_pow(self.misses.saturating_sub(1));
        first.saturating_mul(doubled).min(most)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn at(sequence: i64) -> Position {
        Position { epoch: Uuid::from_u128(1), sequence }
    }

    fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn who_is_away_is_left_alone_ever_longer_up_to_five_seconds_and_asked_by_one_at_a_time() {
        let (mut standing, mut now) = (Standing::default(), Instant::now());
        for pause in [1000, 2000, 4000, 5000, 5000] {
            let leave = standing.may_ask(at(1), now).unwrap();
            standing.missed(Miss::Away, leave, now);
            assert_eq!(standing.may_ask(at(1), now + millis(pause - 1)), None);
            now += millis(pause);
        }
        assert!(standing.may_ask(at(1), now).is_some(), "one may try");
        assert_eq!(standing.may_ask(at(1), now), None, "and the others wait for what comes of it");
        assert!(standing.answered(at(1)), "it is back");
        assert!(standing.may_ask(at(1), now).is_some());
    }

    #[test]
    fn many_misses_at_the_same_time_count_once() {
        let (mut standing, now) = (Standing::default(), Instant::now());
        let leaves: Vec<_> = (0..9).map(|_| standing.may_ask(at(1), now).unwrap()).collect();
        let news = leaves.iter().filter(|leave| standing.missed(Miss::Away, **leave, now)).count();
        assert_eq!(news, 1);
        assert!(standing.may_ask(at(1), now + millis(1000)).is_some());
    }

    #[test]
    fn who_is_behind_still_answers_whoever_wants_no_more_than_it_has() {
        let (mut standing, now) = (Standing::default(), Instant::now());
        let leave = standing.may_ask(at(9), now).unwrap();
        standing.missed(Miss::Behind(Some(at(5))), leave, now);
        assert!(standing.may_ask(at(5), now).is_some());
        standing.answered(at(5));
        assert_eq!(standing.may_ask(at(6), now), None, "it stands where it stood");
        standing.answered(at(6));
        assert!(standing.may_ask(at(7), now).is_some(), "it moves");
    }

    #[test]
    fn who_is_behind_and_stands_still_is_left_alone_longer_than_who_moves() {
        let (mut standing, mut now) = (Standing::default(), Instant::now());
        for (stands_at, pause) in [(5, 50), (5, 100), (5, 200), (6, 50)] {
            let leave = standing.may_ask(at(9), now).unwrap();
            standing.missed(Miss::Behind(Some(at(stands_at))), leave, now);
            assert_eq!(standing.may_ask(at(9), now + millis(pause - 1)), None, "{stands_at}");
            now += millis(pause);
        }
    }

    #[test]
    fn a_refusal_says_nothing_of_the_replica() {
        let (mut standing, now) = (Standing::default(), Instant::now());
        let leave = standing.may_ask(at(1), now).unwrap();
        standing.missed(Miss::Refused, leave, now);
        assert!(standing.may_ask(at(1), now).is_some());
    }
}
