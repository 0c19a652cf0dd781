//! From a handshake to a session of the gateway.

use std::sync::Arc;

use axum::extract::ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection};
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::Shared;
use super::extract::shown;
use super::visitor::{Admitted, Visitor};
use crate::db::problem::Problem;
use crate::gateway::connections::Transport;
use crate::gateway::conversation;
use crate::gateway::session::admission::Hello;
use crate::gateway::socket::{MAX_TEXT, READ_BUFFER, WRITE_BUFFER};

type Upgrade = Result<WebSocketUpgrade, WebSocketUpgradeRejection>;

/// What a handshake's address may say.
#[derive(Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wishes {
    /// `none` for no first snapshot.
    sync: Option<String>,
    ticket: Option<String>,
}

/// `GET /ws`
#[utoipa::path(
    get,
    path = "/ws",
    tag = "service",
    params(Wishes),
    responses((status = 101, description = "WebSocket protocol 2.0 from here on"), (status = 426, description = "It speaks WebSocket only"))
)]
pub async fn open(
    State(shared): State<Arc<Shared>>,
    visitor: Visitor,
    Query(wishes): Query<Wishes>,
    headers: HeaderMap,
    upgrade: Upgrade,
) -> Response {
    begin(&shared, visitor, None, wishes, &headers, upgrade)
}

/// `GET /ws/{user_id}`
#[utoipa::path(
    get,
    path = "/ws/{user_id}",
    tag = "service",
    params(("user_id" = String, Path, description = "The caller's id or handle"), Wishes),
    responses((status = 101, description = "WebSocket protocol 2.0 from here on"), (status = 426, description = "It speaks WebSocket only"))
)]
pub async fn open_for(
    State(shared): State<Arc<Shared>>,
    visitor: Visitor,
    Path(user_id): Path<String>,
    Query(wishes): Query<Wishes>,
    headers: HeaderMap,
    upgrade: Upgrade,
) -> Response {
    begin(&shared, visitor, Some(user_id), wishes, &headers, upgrade)
}

fn begin(
    shared: &Arc<Shared>,
    visitor: Visitor,
    user_in_path: Option<String>,
    wishes: Wishes,
    headers: &HeaderMap,
    upgrade: Upgrade,
) -> Response {
    let Ok(upgrade) = upgrade else {
        let problem = Problem::new(426, "websocket_expected");
        return problem.with_detail("this address speaks WebSocket only").into_response();
    };
    let Admitted { guest, counted, seat } = match shared.admit(&visitor, headers, Transport::WebSocket) {
        Ok(admitted) => admitted,
        Err(problem) => return problem.into_response(),
    };
    let gateway = shared.gateway.clone();
    let hello = Hello {
        user_in_path,
        shown: shown(headers, wishes.ticket),
        wants_sync: wishes.sync.as_deref() != Some("none"),
        guest,
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
        sockets.track_future(conversation::serve(gateway, socket, hello, counted)).await;
        drop((visitor.place, seat));
    })
}
