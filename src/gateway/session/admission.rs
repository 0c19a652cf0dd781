//! Who a socket is: by the credential of its handshake, or by a first message in time.

use std::sync::Arc;

use tokio::time::timeout;

use super::super::Gateway;
use super::super::connections::{Guest, Presence};
use super::super::protocol::{self, Goodbye, Request};
use super::super::socket::{Ear, End, Heard};
use crate::auth::{Principal, Refusal, Shown};
use crate::config::Secret;

/// What is known when a socket opens.
#[derive(Debug)]
pub struct Hello {
    /// `/ws/{user_id}`: must be the caller's.
    pub user_in_path: Option<String>,
    /// The credential of the handshake, if there was one.
    pub shown: Result<Option<Shown>, Refusal>,
    /// `?sync=none`: no topics until the client subscribes or resumes.
    pub wants_sync: bool,
    /// From where.
    pub guest: Guest,
}

/// Who speaks.
#[derive(Debug)]
pub struct Caller {
    pub(super) who: Principal,
    _presence: Presence,
}

impl Caller {
    /// Who it is.
    pub fn who(&self) -> &Principal {
        &self.who
    }

    /// One more connection of theirs; `None` when there are too many.
    pub fn enter(gateway: &Gateway, who: Principal) -> Option<Self> {
        let presence = gateway.connections.enter(who.user_id, gateway.manners.max_connections_per_user)?;
        Some(Self { who, _presence: presence })
    }
}

/// Finds out who calls: by the handshake, or by a first message, whose correlation id is to be acknowledged.
///
/// # Errors
/// The end of the socket.
pub async fn admit(
    gateway: &Arc<Gateway>,
    ear: &mut Ear,
    hello: &Hello,
) -> Result<(Caller, Option<Option<String>>), End> {
    let (shown, correlation_id) = match &hello.shown {
        Ok(Some(shown)) => (shown.clone(), None),
        Ok(None) => {
            let first = tokio::select! {
                first = timeout(gateway.manners.auth_timeout, first_message(ear)) => first,
                () = gateway.draining.cancelled() => return Err(Goodbye::Restart.into()),
            };
            let (token, correlation_id) =
                first.map_err(|_| End::from(Goodbye::Unauthenticated(Refusal::Missing)))??;
            (Shown::Bearer(token), Some(correlation_id))
        }
        Err(refusal) => return Err(Goodbye::Unauthenticated(*refusal).into()),
    };
    let caller = identify(gateway, &shown).await?;
    match &hello.user_in_path {
        Some(path) if !caller.who.is(path) && !caller.who.is_admin => Err(Goodbye::Forbidden.into()),
        _ => Ok((caller, correlation_id)),
    }
}

async fn first_message(ear: &mut Ear) -> Result<(Secret, Option<String>), End> {
    loop {
        let Heard::Text(text) = ear.next().await? else { continue };
        let incoming = protocol::read(&text).map_err(|_| End::from(Goodbye::Malformed))?;
        return match incoming.request {
            Ok(Request::Auth { token }) => Ok((token, incoming.correlation_id)),
            _ => Err(Goodbye::Unauthenticated(Refusal::Missing).into()),
        };
    }
}

async fn identify(gateway: &Arc<Gateway>, shown: &Shown) -> Result<Caller, End> {
    let found = gateway.authenticator.identify(shown, None).await;
    let who = found.map_err(|problem| End::from(Goodbye::refusing(&problem)))?;
    Caller::enter(gateway, who).ok_or(Goodbye::TooMany.into())
}
