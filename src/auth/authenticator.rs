//! From a credential to the person behind it.

use std::time::Duration;

use tokio::time::Instant;

use super::{Claims, Credential, Principal, Refusal, Tokens};
use crate::db::pool::Pool;
use crate::db::problem::Problem;
use crate::gateway::store;

/// No session lives longer by one credential: what a token says may be more than a clock can count.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

/// Finds out who calls.
#[derive(Debug)]
pub struct Authenticator {
    tokens: Tokens,
    pool: Pool,
}

impl Authenticator {
    /// With what verifies tokens and where people are.
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
            sources: claims.sources().ok_or(Refusal::Invalid)?,
            credential: Credential::Token,
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
