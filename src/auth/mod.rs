//! Credentials: who says to be whom, and for how long.
//!
//! - [`tokens`]: signed tokens; [`key_file`]: the public keys that verify somebody else's.
//! - [`secrets`], [`store`]: API keys and tickets, of which the database knows the hash.
//! - [`Authenticator`]: from any credential to the [`Principal`] behind it; the one place that every transport asks.
//! - `people`: who was found before, as long as it is true.
//! - [`principal`]: who that is, and as which source it may write.
//!
//! Invariant: whoever is not known for certain is nobody. What a credential says about rights is believed because we
//! made it or somebody whose key we were given signed it; what a client says elsewhere is not.

pub mod authenticator;
pub mod key_file;
mod people;
pub mod principal;
pub mod secrets;
mod store;
pub mod tokens;

pub use authenticator::Authenticator;
pub use principal::{Credential, Principal, Sources};
pub use tokens::{Claims, Tokens};

use std::fmt;

use crate::config::Secret;

/// What a request shows to say who it is.
#[derive(Debug, Clone)]
pub enum Shown {
    /// A token or a key.
    Bearer(Secret),
    /// A ticket, for those who cannot set a header.
    Ticket(Secret),
}

/// Why a credential is refused. The sentences go to the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// No credential.
    Missing,
    /// It was good once.
    Expired,
    /// It was taken back.
    Revoked,
    /// Not signed by whom we trust, malformed, not yet valid, for somebody else; an unknown key; a used ticket.
    Invalid,
    /// Whoever it names does not exist (any more).
    UnknownUser,
}

impl Refusal {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Missing, Self::Expired, Self::Revoked, Self::Invalid, Self::UnknownUser];

    /// The stable word for it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "credential_missing",
            Self::Expired => "credential_expired",
            Self::Revoked => "credential_revoked",
            Self::Invalid => "credential_invalid",
            Self::UnknownUser => "user_unknown",
        }
    }

    /// What is wrong and what to do; short enough for a close frame.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Missing => {
                "a credential is needed: Authorization: Bearer …, ?ticket= or a first message auth"
            }
            Self::Expired => "the credential has expired: get a new one",
            Self::Revoked => "the key has been revoked: use another one",
            Self::Invalid => "the credential is not valid: get a new one",
            Self::UnknownUser => "the credential's user is not known: use one of a user who exists",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sentence())
    }
}

impl std::error::Error for Refusal {}

/// The token of an `Authorization: Bearer …` header.
///
/// # Errors
/// [`Refusal::Invalid`] for any other scheme.
pub fn bearer(header: &str) -> Result<&str, Refusal> {
    let (scheme, token) = header.split_once(' ').ok_or(Refusal::Invalid)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim()) } else { Err(Refusal::Invalid) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_bearer_headers_carry_tokens() {
        assert_eq!(bearer("Bearer abc"), Ok("abc"));
        assert_eq!(bearer("bearer  abc"), Ok("abc"));
        assert_eq!(bearer("Basic abc"), Err(Refusal::Invalid));
    }
}
