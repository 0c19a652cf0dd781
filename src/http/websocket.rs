//! From a handshake to a session of the gateway.

use std::sync::Arc;

use axum::Extension;
use axum::extract::ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection};
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::Shared;
use super::accept::Place;
use crate::auth::{self, Refusal};
use crate::db::problem::Problem;
use crate::gateway::connections::{Guest, Transport};
use crate::gateway::conversation;
use crate::gateway::session::admission::Hello;
use crate::gateway::socket::{MAX_TEXT, READ_BUFFER, WRITE_BUFFER};

type Upgrade = Result<WebSocketUpgrade, WebSocketUpgradeRejection>;

/// What a handshake's address may say.
#[derive(Debug, Default, Deserialize)]
pub struct Wishes {
    sync: Option<String>,
}

/// `GET /ws`
pub async fn open(
    State(shared): State<Arc<Shared>>,
    place: Option<Extension<Place>>,
    Query(wishes): Query<Wishes>,
    headers: HeaderMap,
    upgrade: Upgrade,
) -> Response {
    begin(&shared, place, None, &wishes, &headers, upgrade)
}

/// `GET /ws/{user_id}`
pub async fn open_for(
    State(shared): State<Arc<Shared>>,
    place: Option<Extension<Place>>,
    Path(user_id): Path<String>,
    Query(wishes): Query<Wishes>,
    headers: HeaderMap,
    upgrade: Upgrade,
) -> Response {
    begin(&shared, place, Some(user_id), &wishes, &headers, upgrade)
}

fn begin(
    shared: &Arc<Shared>,
    place: Option<Extension<Place>>,
    user_in_path: Option<String>,
    wishes: &Wishes,
    headers: &HeaderMap,
    upgrade: Upgrade,
) -> Response {
    let Ok(upgrade) = upgrade else {
        let problem = Problem::new(426, "websocket_expected");
        return problem.with_detail("this address speaks WebSocket only").into_response();
    };
    if !shared.origins.allow(headers) {
        let problem = Problem::new(403, "origin_not_allowed");
        return problem.with_detail("set TIDEGATE_ALLOWED_ORIGINS").into_response();
    }
    let gateway = shared.gateway.clone();
    if gateway.draining.is_cancelled() {
        return Problem::new(503, "restarting").retry_after(5).into_response();
    }
    let open = usize::try_from(gateway.counters.connections.get()).unwrap_or(0);
    if open >= gateway.manners.max_connections {
        return Problem::new(503, "too_many_connections").retry_after(5).into_response();
    }
    let hello = Hello {
        user_in_path,
        credential: credential(headers),
        wants_sync: wishes.sync.as_deref() != Some("none"),
        guest: Guest { transport: Transport::WebSocket, address: None },
    };
    let limit = gateway.manners.max_message_bytes;
    let upgrade = upgrade
        .max_message_size(limit)
        .max_frame_size(limit)
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_write_buffer_size(MAX_TEXT + (1 << 20));
    upgrade.on_upgrade(move |socket| async move {
        let sockets = gateway.sockets.clone();
        sockets.track_future(conversation::serve(gateway, socket, hello)).await;
        drop(place);
    })
}

fn credential(headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    let Some(header) = headers.get("authorization") else { return Ok(None) };
    let text = header.to_str().map_err(|_| Refusal::Invalid)?;
    auth::bearer(text).map(|token| Some(token.to_owned()))
}
