//! From a handshake to a session of the gateway.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hyper::upgrade::OnUpgrade;
use serde::Deserialize;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::Shared;
use super::accept;
use super::extract::shown;
use super::visitor::{Admitted, Visitor};
use crate::db::problem::Problem;
use crate::gateway::connections::Transport;
use crate::gateway::conversation;
use crate::gateway::session::admission::Hello;
use crate::gateway::socket::Socket;
use crate::monitor::socket::{self as dashboard, Since};

/// A checked handshake, and the connection that it will free. The handshake alone would wrap the connection, and a
/// session wants it bare: see [`crate::gateway::socket`].
type Upgrade = (Option<Extension<OnUpgrade>>, Handshake);
type Handshake = Result<WebSocketUpgrade, WebSocketUpgradeRejection>;

/// What a socket is for.
enum Shows {
    Stream,
    Dashboard(Since),
}

const KEY: header::HeaderName = header::SEC_WEBSOCKET_KEY;

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
    connection: Option<Extension<OnUpgrade>>,
    handshake: Handshake,
) -> Response {
    begin(&shared, visitor, (None, Shows::Stream), wishes, &headers, (connection, handshake))
}

/// `GET /ws/dashboard`: what operators see change. For administrators.
#[utoipa::path(
    get,
    path = "/ws/dashboard",
    tag = "dashboard",
    params(Wishes, Since),
    responses((status = 101, description = "`dashboard`, then `metrics_update`, `alert_new`, `webhook_status_changed`, `anomaly`, `update`"), (status = 426, description = "It speaks WebSocket only"))
)]
pub async fn open_dashboard(
    State(shared): State<Arc<Shared>>,
    visitor: Visitor,
    Query(wishes): Query<Wishes>,
    Query(since): Query<Since>,
    headers: HeaderMap,
    connection: Option<Extension<OnUpgrade>>,
    handshake: Handshake,
) -> Response {
    begin(&shared, visitor, (None, Shows::Dashboard(since)), wishes, &headers, (connection, handshake))
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
    connection: Option<Extension<OnUpgrade>>,
    handshake: Handshake,
) -> Response {
    begin(&shared, visitor, (Some(user_id), Shows::Stream), wishes, &headers, (connection, handshake))
}

/// The key, if it is 16 bytes in base64.
fn key(headers: &HeaderMap) -> Option<&HeaderValue> {
    headers.get(KEY).filter(|key| BASE64.decode(key).is_ok_and(|bytes| bytes.len() == 16))
}

/// What this address speaks, and which version of it.
fn no_handshake() -> Response {
    let problem = Problem::new(426, "websocket_expected").with_detail("this address speaks WebSocket only");
    let spoken = [(header::UPGRADE, "websocket"), (header::SEC_WEBSOCKET_VERSION, "13")];
    (spoken, problem).into_response()
}

fn begin(
    shared: &Arc<Shared>,
    visitor: Visitor,
    (user_in_path, shows): (Option<String>, Shows),
    wishes: Wishes,
    headers: &HeaderMap,
    upgrade: Upgrade,
) -> Response {
    let (Some(Extension(connection)), Ok(_), Some(key)) = (upgrade.0, upgrade.1, key(headers)) else {
        return no_handshake();
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
    let (counters, monitor) = (shared.counters.clone(), shared.monitor.clone());
    tokio::spawn(async move {
        let limit = gateway.manners.max_message_bytes;
        let Some((stream, early)) = connection.await.ok().and_then(accept::bare) else { return };
        let socket = Socket::open(stream, early, limit).await;
        let sockets = gateway.sockets.clone();
        match shows {
            Shows::Stream => {
                sockets.track_future(conversation::serve(gateway, socket, hello, counted)).await;
            }
            Shows::Dashboard(since) => {
                let show = dashboard::serve(gateway, counters, monitor, socket, (hello, since), counted);
                sockets.track_future(Box::pin(show)).await;
            }
        }
        drop((visitor.place, seat));
    });
    let accepted = [
        (header::CONNECTION, "upgrade"),
        (header::UPGRADE, "websocket"),
        (header::SEC_WEBSOCKET_ACCEPT, &derive_accept_key(key.as_bytes())),
    ];
    (StatusCode::SWITCHING_PROTOCOLS, accepted, Body::empty()).into_response()
}
