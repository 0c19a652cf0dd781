//! Who a socket is: by the credential of its handshake, or by a first message in time.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout};
use uuid::Uuid;

use super::super::protocol::{self, Goodbye, Request};
use super::super::socket::{Ear, End, Heard};
use super::super::{Gateway, Presence, store};
use crate::auth::{Claims, Refusal};

/// No socket lives longer by one credential: what a token says may be more than a clock can count.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

/// What is known when a socket opens.
#[derive(Debug)]
pub struct Hello {
    /// `/ws/{user_id}`: must be the caller's.
    pub user_in_path: Option<String>,
    /// The token of the handshake, if there was one.
    pub credential: Result<Option<String>, Refusal>,
    /// `?sync=none`: no topics until the client subscribes or resumes.
    pub wants_sync: bool,
}

/// Who speaks.
#[derive(Debug)]
pub(super) struct Caller {
    pub(super) user: store::User,
    pub(super) is_admin: bool,
    pub(super) expires: Instant,
    _presence: Presence,
}

/// Finds out who calls: by the handshake, or by a first message.
pub(super) async fn admit(
    gateway: &Arc<Gateway>,
    ear: &mut Ear,
    hello: &Hello,
) -> Result<(Caller, Option<Option<String>>), End> {
    let (token, correlation_id) = match &hello.credential {
        Ok(Some(token)) => (token.clone(), None),
        Ok(None) => {
            let first = tokio::select! {
                first = timeout(gateway.manners.auth_timeout, first_message(ear)) => first,
                () = gateway.draining.cancelled() => return Err(Goodbye::Restart.into()),
            };
            let (token, correlation_id) = first.map_err(|_| End::from(Goodbye::Unauthenticated))??;
            (token, Some(correlation_id))
        }
        Err(_) => return Err(Goodbye::Unauthenticated.into()),
    };
    let caller = identify(gateway, &token).await?;
    match &hello.user_in_path {
        Some(path) if !is_same(path, &caller.user) => Err(Goodbye::Forbidden.into()),
        _ => Ok((caller, correlation_id)),
    }
}

fn is_same(path: &str, user: &store::User) -> bool {
    path == user.handle || Uuid::parse_str(path).is_ok_and(|id| id == user.id)
}

async fn first_message(ear: &mut Ear) -> Result<(String, Option<String>), End> {
    loop {
        let Heard::Text(text) = ear.next().await? else { continue };
        let incoming = protocol::read(&text).map_err(|_| End::from(Goodbye::Malformed))?;
        return match incoming.request {
            Ok(Request::Auth { token }) => Ok((token, incoming.correlation_id)),
            _ => Err(Goodbye::Unauthenticated.into()),
        };
    }
}

async fn identify(gateway: &Arc<Gateway>, token: &str) -> Result<Caller, End> {
    let claims = gateway.tokens.verify(token).map_err(|_| End::from(Goodbye::Unauthenticated))?;
    let user = find_user(gateway, &claims).await?;
    let presence = gateway.enter(user.id).ok_or(End::from(Goodbye::TooMany))?;
    Ok(Caller { user, is_admin: claims.is_admin(), expires: expiry(&claims), _presence: presence })
}

/// When the credential ends, within a year.
pub(super) fn expiry(claims: &Claims) -> Instant {
    Instant::now() + claims.remaining().min(LONGEST)
}

async fn find_user(gateway: &Gateway, claims: &Claims) -> Result<store::User, End> {
    match store::user(&gateway.pool, &claims.sub).await {
        Ok(Some(user)) => Ok(user),
        Ok(None) => Err(Goodbye::Unauthenticated.into()),
        Err(_) => Err(Goodbye::Internal.into()),
    }
}
