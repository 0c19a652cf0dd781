//! `POST /api/v2/ws-ticket`: a credential that may stand in an address, for browsers, which cannot set a header on a
//! WebSocket.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;

use super::Shared;
use super::openapi::Reads;
use crate::auth::Principal;
use crate::db::problem::Problem;

/// A ticket for one handshake, for browsers: `{ticket, expires_in, expires_at, url}`.
#[utoipa::path(
    post,
    path = "/api/v2/ws-ticket",
    tag = "service",
    responses((status = 200, description = "It is good once, and not for long"), Reads)
)]
pub async fn create_ticket(
    State(shared): State<Arc<Shared>>,
    who: Principal,
) -> Result<impl IntoResponse, Problem> {
    let mut ticket = shared.gateway.authenticator.sell_ticket(&who).await?;
    let text = ticket["ticket"].as_str().unwrap_or_default();
    ticket["url"] = format!("/ws?ticket={text}").into();
    Ok(([(CACHE_CONTROL, "no-store")], Json(ticket)))
}
