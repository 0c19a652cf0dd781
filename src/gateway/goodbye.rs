//! Why a connection ends, as its client is told: a close code, a word, a sentence.

use std::collections::BTreeSet;

use crate::auth::Refusal;
use crate::db::problem::Problem;
use crate::stream::outbox::Ended;

/// Why a socket is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Goodbye {
    /// The service restarts.
    Restart,
    /// Bytes that are no frame of the WebSocket protocol.
    Misframed,
    /// A frame that is not JSON.
    Malformed,
    /// Credential missing, invalid or expired.
    Unauthenticated(Refusal),
    /// Not the caller's.
    Forbidden,
    /// An administrator closed it.
    Disconnected,
    /// No frame for too long.
    Silent,
    /// The queue overflowed.
    TooSlow,
    /// A frame larger than allowed.
    TooLarge,
    /// Too many sockets or messages.
    TooMany,
    /// Our fault.
    Internal,
}

impl Goodbye {
    /// One of each.
    pub const ALL: [Self; 11] = [
        Self::Restart,
        Self::Misframed,
        Self::Malformed,
        Self::Unauthenticated(Refusal::Invalid),
        Self::Forbidden,
        Self::Disconnected,
        Self::Silent,
        Self::TooSlow,
        Self::TooLarge,
        Self::TooMany,
        Self::Internal,
    ];

    /// The close codes, each once.
    pub fn codes() -> BTreeSet<u16> {
        Self::ALL.into_iter().map(Self::code).collect()
    }

    /// To somebody whose credential could not be accepted.
    pub fn refusing(problem: &Problem) -> Self {
        let refusal = Refusal::ALL.into_iter().find(|refusal| refusal.code() == problem.code);
        match refusal {
            Some(refusal) => Self::Unauthenticated(refusal),
            None if problem.status == 401 => Self::Unauthenticated(Refusal::Invalid),
            None => Self::Internal,
        }
    }

    /// The close code.
    pub fn code(self) -> u16 {
        match self {
            Self::Misframed => 1002,
            Self::Restart => 1012,
            Self::Internal => 1011,
            Self::Malformed => 4400,
            Self::Unauthenticated(_) => 4401,
            Self::Forbidden | Self::Disconnected => 4403,
            Self::Silent => 4408,
            Self::TooSlow => 4409,
            Self::TooLarge => 4413,
            Self::TooMany => 4429,
        }
    }

    /// The same as a stable word, for transports without close codes.
    pub fn word(self) -> &'static str {
        match self {
            Self::Restart => "restarting",
            Self::Misframed => "malformed_frame",
            Self::Malformed => "malformed_message",
            Self::Unauthenticated(refusal) => refusal.code(),
            Self::Forbidden => "forbidden",
            Self::Disconnected => "disconnected",
            Self::Silent => "silent",
            Self::TooSlow => "too_slow",
            Self::TooLarge => "too_large",
            Self::TooMany => "rate_limited",
            Self::Internal => "internal",
        }
    }

    /// The close frame's text; "resume" in it means: come back with `resume`.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Restart => "restarting: come back with resume",
            Self::Internal => "our fault: come back with resume",
            Self::Misframed => "not a WebSocket frame: come back with resume",
            Self::Malformed => "not a JSON object",
            Self::Unauthenticated(refusal) => refusal.sentence(),
            Self::Forbidden => "not yours",
            Self::Disconnected => "disconnected by an administrator",
            Self::Silent => "silent for too long: come back with resume",
            Self::TooSlow => "too slow: come back with resume",
            Self::TooLarge => "message too large",
            Self::TooMany => "too many",
        }
    }
}

impl From<Ended> for Goodbye {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Overflow => Self::TooSlow,
            Ended::Closed => Self::Disconnected,
        }
    }
}

impl From<Goodbye> for Problem {
    fn from(goodbye: Goodbye) -> Self {
        let problem = match goodbye {
            Goodbye::Restart | Goodbye::Silent | Goodbye::TooSlow => {
                Self::new(503, "restarting").retry_after(1)
            }
            Goodbye::Unauthenticated(refusal) => return refusal.into(),
            Goodbye::Forbidden | Goodbye::Disconnected => Self::new(403, goodbye.word()),
            Goodbye::Misframed | Goodbye::Malformed => Self::new(400, goodbye.word()),
            Goodbye::TooLarge => Self::new(413, goodbye.word()),
            Goodbye::TooMany => Self::new(429, goodbye.word()).retry_after(1),
            // What was wrong is logged where it was found.
            Goodbye::Internal => return Self::unavailable(),
        };
        problem.with_detail(goodbye.reason())
    }
}
