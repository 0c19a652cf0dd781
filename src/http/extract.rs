//! What handlers take from a request.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Query, Request, State};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use serde::Deserialize;

use super::Shared;
use crate::auth::{self, Principal, Refusal, Shown};
use crate::cache::freshness::Seen;
use crate::config::Secret;
use crate::db::problem::Problem;

/// `Authorization: Bearer …`, and the person behind it.
impl FromRequestParts<Arc<Shared>> for Principal {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Problem> {
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(known.clone());
        }
        let shown = shown(&parts.headers, None)?.ok_or(Refusal::Missing)?;
        let Ok(Look(seen)) = Look::from_request_parts(parts, shared).await;
        shared.gateway.authenticator.identify(&shown, seen).await
    }
}

/// A look at what was committed before the request came: one for all that is kept and used for it.
#[derive(Debug, Clone, Copy)]
pub struct Look(pub Option<Seen>);

impl FromRequestParts<Arc<Shared>> for Look {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Infallible> {
        if let Some(taken) = parts.extensions.get::<Self>() {
            return Ok(*taken);
        }
        let look = Self(shared.cache.freshness.look().await);
        parts.extensions.insert(look);
        Ok(look)
    }
}

/// Who wants to listen: as [`Principal`], or by `?ticket=…`, for browsers.
#[derive(Debug)]
pub struct Listener(pub Principal);

impl FromRequestParts<Arc<Shared>> for Listener {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Problem> {
        #[derive(Deserialize)]
        struct Ticket {
            ticket: Option<String>,
        }
        let ticket = Query::<Ticket>::try_from_uri(&parts.uri).ok().and_then(|query| query.0.ticket);
        let shown = shown(&parts.headers, ticket)?.ok_or(Refusal::Missing)?;
        shared.gateway.authenticator.identify(&shown, None).await.map(Self)
    }
}

/// What a request shows: a ticket in its address, else its header. A ticket comes first, because a proxy may add a
/// header of its own.
///
/// # Errors
/// [`Refusal::Invalid`] for a header that is not a bearer's.
pub fn shown(headers: &HeaderMap, ticket: Option<String>) -> Result<Option<Shown>, Refusal> {
    if let Some(ticket) = ticket {
        return Ok(Some(Shown::Ticket(Secret::new(ticket))));
    }
    let Some(header) = headers.get("authorization") else { return Ok(None) };
    let text = header.to_str().map_err(|_| Refusal::Invalid)?;
    auth::bearer(text).map(|credential| Some(Shown::Bearer(Secret::new(credential))))
}

/// Around routes for people alone: who is nobody learns nothing, not even what is wrong with the question.
pub async fn known_people_only(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let principal = Principal::from_request_parts(&mut parts, &shared).await?;
    parts.extensions.insert(principal);
    Ok(next.run(Request::from_parts(parts, body)).await)
}
