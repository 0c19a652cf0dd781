//! From a credential to the person behind it.

use std::time::Duration;

use tokio::time::Instant;
use uuid::Uuid;

use super::{Claims, Refusal, Tokens};
use crate::db::pool::Pool;
use crate::db::problem::Problem;
use crate::gateway::store;

/// No session lives longer by one credential: what a token says may be more than a clock can count.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

/// Who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The user's id.
    pub user_id: Uuid,
    /// The user's name in credentials.
    pub handle: String,
    /// May do what only administrators may.
    pub is_admin: bool,
    /// When the credential ends.
    pub expires: Instant,
}

impl Principal {
    /// The user whose rights limit what is read; `None` for an administrator.
    pub fn limited_to(&self) -> Option<Uuid> {
        (!self.is_admin).then_some(self.user_id)
    }

    /// Whether a text in an address names this user, by id or handle.
    pub fn is(&self, id_or_handle: &str) -> bool {
        id_or_handle == self.handle || Uuid::parse_str(id_or_handle).is_ok_and(|id| id == self.user_id)
    }
}

/// Finds out who calls.
#[derive(Debug)]
pub struct Authenticator {
    tokens: Tokens,
    pool: Pool,
}

impl Authenticator {
    /// With what signs tokens and where people are.
    pub fn new(tokens: Tokens, pool: Pool) -> Self {
        Self { tokens, pool }
    }

    /// The person behind a credential.
    ///
    /// # Errors
    /// 401 with a [`Refusal`]'s code, or the database's.
    pub async fn authenticate(&self, credential: &str) -> Result<Principal, Problem> {
        let claims = self.tokens.verify(credential)?;
        let user = store::user(&self.pool, &claims.sub).await?.ok_or(Refusal::UnknownUser)?;
        Ok(Principal {
            user_id: user.id,
            handle: user.handle,
            is_admin: claims.is_admin(),
            expires: expiry(&claims),
        })
    }
}

fn expiry(claims: &Claims) -> Instant {
    Instant::now() + claims.remaining().min(LONGEST)
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::new(401, refusal.code()).with_detail(refusal.to_string())
    }
}
