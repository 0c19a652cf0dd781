//! `POST /api/v2/ws-ticket`: a credential that may stand in an address, for browsers, which cannot set a header on a
//! WebSocket.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;

use super::Shared;
use crate::auth::Principal;
use crate::db::problem::Problem;

/// `POST /api/v2/ws-ticket`: `{ticket, expires_in, expires_at, url}`
pub async fn create_ticket(
    State(shared): State<Arc<Shared>>,
    who: Principal,
) -> Result<impl IntoResponse, Problem> {
    let mut ticket = shared.gateway.authenticator.sell_ticket(&who).await?;
    let text = ticket["ticket"].as_str().unwrap_or_default();
    ticket["url"] = format!("/ws?ticket={text}").into();
    Ok(([(CACHE_CONTROL, "no-store")], Json(ticket)))
}
