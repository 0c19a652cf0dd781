//! What random secrets look like, and what is known of them elsewhere: a hash.
//!
//! Invariant: the text of a key or a ticket stays in this process. Parameters of statements may be logged, by the
//! driver and by Postgres; a hash may be.

use sha2::{Digest, Sha256};

/// Whether a bearer credential is an API key (`tg_<prefix>_<secret>`); else it is a token.
pub fn is_key(credential: &str) -> bool {
    credential.starts_with("tg_")
}

/// What the database knows a key or a ticket by (`work._hash_of`).
pub fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}
