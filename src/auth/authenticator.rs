//! From a credential to the person behind it, and again while a connection lives.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use super::people::People;
use super::store::{self, Holder, KeyName};
use super::{Claims, Credential, Principal, Refusal, Shown, Tokens, secrets};
use crate::cache::freshness::{Freshness, Seen};
use crate::db::pool::Pool;
use crate::db::problem::Problem;
use crate::gateway::{self, store::User};

/// No session lives longer by one credential: what a token says may be more than a clock can count.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

/// Finds out who calls.
#[derive(Debug)]
pub struct Authenticator {
    tokens: Tokens,
    pool: Pool,
    ticket_lifetime: Duration,
    people: People,
}

impl Authenticator {
    /// With what verifies tokens, where people, keys and tickets are, how long a ticket is good, and what tells whether
    /// what was found before is still true.
    pub fn new(tokens: Tokens, pool: Pool, ticket_lifetime: Duration, freshness: Arc<Freshness>) -> Self {
        Self { tokens, pool, ticket_lifetime, people: People::new(freshness) }
    }

    /// The person behind what a request shows, as of `seen` or later; without that, asked of the database.
    ///
    /// # Errors
    /// As [`Self::authenticate`].
    pub async fn identify(&self, shown: &Shown, seen: Option<Seen>) -> Result<Principal, Problem> {
        match (shown, seen) {
            (Shown::Ticket(ticket), _) => self.redeem(ticket.expose()).await,
            (Shown::Bearer(credential), None) => self.authenticate(credential.expose()).await,
            (Shown::Bearer(credential), Some(_)) => self.recognise(credential.expose().trim()).await,
        }
    }

    /// The person behind a token or a key.
    ///
    /// # Errors
    /// 401 with a [`Refusal`]'s code, or the database's.
    pub async fn authenticate(&self, credential: &str) -> Result<Principal, Problem> {
        let credential = credential.trim();
        if secrets::is_key(credential) {
            self.by_key(secrets::hash(credential)).await
        } else {
            let claims = self.tokens.verify(credential)?;
            claims.held_by(self.find_user(&claims.sub).await?)
        }
    }

    /// The same, from what is known of them. A token's signature and a credential's end are looked at each time.
    async fn recognise(&self, credential: &str) -> Result<Principal, Problem> {
        if secrets::is_key(credential) {
            let hash = secrets::hash(credential);
            let who = self.people.by_key(&hash, self.by_key(hash)).await?;
            if who.expires <= Instant::now() { Err(Refusal::Expired.into()) } else { Ok(who) }
        } else {
            let claims = self.tokens.verify(credential)?;
            claims.held_by(self.people.by_name(&claims.sub, self.find_user(&claims.sub)).await?)
        }
    }

    async fn find_user(&self, id_or_handle: &str) -> Result<User, Problem> {
        Ok(gateway::store::user(&self.pool, id_or_handle).await?.ok_or(Refusal::UnknownUser)?)
    }

    async fn by_key(&self, hash: [u8; 32]) -> Result<Principal, Problem> {
        let found = store::find_key(&self.pool, KeyName::Hash(hash)).await?;
        let holder = found.ok_or(Refusal::Invalid)?;
        if holder.is_due {
            self.note_use(&holder);
        }
        Ok(holder.into())
    }

    /// Nobody waits for it, and nothing depends on it.
    fn note_use(&self, holder: &Holder) {
        let (pool, key_id) = (self.pool.clone(), holder.key_id);
        tokio::spawn(async move {
            if let Some(key_id) = key_id {
                let _ = store::touch_key(&pool, key_id).await;
            }
        });
    }

    async fn redeem(&self, ticket: &str) -> Result<Principal, Problem> {
        let claimed = store::claim_ticket(&self.pool, secrets::hash(ticket)).await?;
        Ok(claimed.ok_or(Refusal::Invalid)?.into())
    }

    /// The same person by the same credential, as things stand now: still there, not revoked, with the rights of now.
    ///
    /// # Errors
    /// As [`Self::authenticate`].
    pub async fn again(&self, known: &Principal) -> Result<Principal, Problem> {
        match known.credential {
            Credential::Token => {
                let user = self.find_user(&known.user_id.to_string()).await?;
                Ok(Principal { handle: user.handle, ..known.clone() })
            }
            Credential::Key(id) => {
                let found = store::find_key(&self.pool, KeyName::Id(id)).await?;
                Ok(found.ok_or(Refusal::Revoked)?.into())
            }
        }
    }

    /// A single-use ticket for whoever calls: `{ticket, expires_in, expires_at}`.
    ///
    /// # Errors
    /// The database's.
    pub async fn sell_ticket(&self, who: &Principal) -> Result<Value, Problem> {
        let left = who.expires.saturating_duration_since(Instant::now());
        store::create_ticket(&self.pool, who, left.as_secs_f64(), self.ticket_lifetime.as_secs_f64()).await
    }
}

impl Claims {
    /// The person who shows them.
    fn held_by(&self, user: User) -> Result<Principal, Problem> {
        Ok(Principal {
            user_id: user.id,
            handle: user.handle,
            is_admin: self.is_admin(),
            sources: self.sources().ok_or(Refusal::Invalid)?,
            credential: Credential::Token,
            expires: Instant::now() + self.remaining().min(LONGEST),
        })
    }
}

impl From<Holder> for Principal {
    fn from(holder: Holder) -> Self {
        let left = holder
            .seconds_left
            .map_or(LONGEST, |seconds| Duration::try_from_secs_f64(seconds).unwrap_or_default().min(LONGEST));
        Self {
            user_id: holder.user_id,
            handle: holder.handle,
            is_admin: holder.is_admin,
            sources: holder.sources,
            credential: holder.key_id.map_or(Credential::Token, Credential::Key),
            expires: Instant::now() + left,
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::new(401, refusal.code()).with_detail(refusal.to_string())
    }
}
