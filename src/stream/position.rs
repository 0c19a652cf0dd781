//! Up to where somebody has everything, as a client carries it from one transport to the next. Pure.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// (epoch, sequence): everything up to it has been said, on all of somebody's topics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The stretch of history in which the sequence means something.
    pub epoch: Uuid,
    /// The lowest over the topics.
    pub sequence: i64,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.epoch, self.sequence)
    }
}

impl Position {
    /// Whoever has everything up to here has everything up to `other`. Positions of two epochs say nothing of each other.
    pub fn reaches(self, other: Self) -> bool {
        self.epoch == other.epoch && self.sequence >= other.sequence
    }
}

/// It is not `epoch:sequence`, so it was not ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable;

impl FromStr for Position {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let (epoch, sequence) = text.trim().rsplit_once(':').ok_or(Unreadable)?;
        let epoch = Uuid::parse_str(epoch).map_err(|_| Unreadable)?;
        let sequence = sequence.parse().map_err(|_| Unreadable)?;
        Ok(Self { epoch, sequence })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_reaches_those_before_it_in_its_own_epoch() {
        let at = |epoch, sequence| Position { epoch: Uuid::from_u128(epoch), sequence };
        assert!(at(7, 42).reaches(at(7, 42)) && at(7, 42).reaches(at(7, 0)));
        assert!(!at(7, 42).reaches(at(7, 43)) && !at(7, 42).reaches(at(8, 1)));
    }

    #[test]
    fn a_position_is_read_as_it_was_written_and_nothing_else_is_one() {
        let position = Position { epoch: Uuid::from_u128(7), sequence: 42 };
        assert_eq!(position.to_string().parse(), Ok(position));
        for text in ["", "42", "x:42", "00000000-0000-0000-0000-000000000007:", ":1"] {
            assert_eq!(text.parse::<Position>(), Err(Unreadable), "{text}");
        }
    }
}
