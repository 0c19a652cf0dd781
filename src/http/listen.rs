//! Listening without a WebSocket: `GET /api/v2/stream` and `GET /api/v2/changes`.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use serde::Deserialize;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use uuid::Uuid;

use super::Shared;
use super::extract::Listener;
use super::openapi::Reads;
use super::visitor::{Admitted, Visitor, too_many_of_user};
use crate::auth::Principal;
use crate::db::problem::Problem;
use crate::gateway::connections::Transport;
use crate::gateway::session::Session;
use crate::gateway::session::admission::Caller;
use crate::gateway::{event_stream, poll};
use crate::stream::position::Position;

/// Chunks on their way to the connection, which has a buffer of its own.
const CHUNKS: usize = 1;
/// Messages of a page, unless the client says how many …
const PAGE: usize = 100;
/// … which may be no more than this.
const LARGEST_PAGE: usize = 1000;
/// Seconds that a poll waits, unless the client says how long …
const WAIT: u64 = 25;
/// … which may be no longer than this.
const LONGEST_WAIT: u64 = 60;

/// What the address of a stream may say.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StreamQuery {
    /// With commas; all your projects when it is left out.
    topics: Option<String>,
    /// `none` for no first snapshot.
    sync: Option<String>,
    /// As the header `Last-Event-ID`.
    last_event_id: Option<String>,
}

/// What the address of a poll may say.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ChangesQuery {
    /// With commas; all your projects when it is left out.
    topics: Option<String>,
    /// `none` for no first snapshot.
    sync: Option<String>,
    /// Of the answer before.
    epoch: Option<String>,
    /// `position` of the answer before.
    after: Option<i64>,
    /// Messages at most.
    limit: Option<usize>,
    /// Seconds to wait for something new.
    wait: Option<u64>,
}

/// `GET /api/v2/stream`
///
/// # Errors
/// Whoever may not listen.
#[utoipa::path(
    get,
    path = "/api/v2/stream",
    tag = "service",
    params(StreamQuery),
    responses(
        (status = 200, description = "Server-Sent Events"),
        (status = 410, description = "The position is not available any more: begin with a snapshot"),
        (status = 429, description = "As many connections as there may be"),
        Reads
    )
)]
pub async fn stream(
    State(shared): State<Arc<Shared>>,
    visitor: Visitor,
    Listener(who): Listener,
    query: Result<Query<StreamQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|rejection| unreadable(&rejection))?;
    let admitted = shared.admit(&visitor, &headers, Transport::Sse)?;
    let mut session = session(&shared, who, &admitted)?;
    let in_header = headers.get("last-event-id").map(|id| id.to_str().unwrap_or_default().to_owned());
    let last_event = in_header.or(query.last_event_id).filter(|id| !id.is_empty());
    let wishes = event_stream::Wishes {
        topics: names(query.topics.as_deref()),
        last_event: last_event.map(|id| id.parse().ok()),
        wants_sync: wants_sync(query.sync.as_deref()),
    };
    event_stream::begin(&mut session, wishes).await?;
    let (chunks, written) = mpsc::channel(CHUNKS);
    let gateway = shared.gateway.clone();
    shared.gateway.sockets.spawn(async move {
        let Admitted { counted, seat, .. } = admitted;
        event_stream::serve(gateway, session, chunks, counted).await;
        drop(seat);
    });
    let headers = [
        ("content-type", "text/event-stream; charset=utf-8"),
        ("cache-control", "no-store, no-transform"),
        // A proxy that gathers what it passes on would hold it back.
        ("x-accel-buffering", "no"),
    ];
    let body = Body::from_stream(ReceiverStream::new(written).map(Ok::<_, Infallible>));
    Ok((headers, body).into_response())
}

/// `GET /api/v2/changes`
///
/// # Errors
/// `position_not_available`, and whoever may not listen.
#[utoipa::path(
    get,
    path = "/api/v2/changes",
    tag = "service",
    params(ChangesQuery),
    responses(
        (status = 200, description = "The messages after a position"),
        (status = 410, description = "The position is not available any more: begin with a snapshot"),
        (status = 429, description = "As many connections as there may be"),
        Reads
    )
)]
pub async fn changes(
    State(shared): State<Arc<Shared>>,
    visitor: Visitor,
    Listener(who): Listener,
    query: Result<Query<ChangesQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|rejection| unreadable(&rejection))?;
    let after = position(&query)?;
    let admitted = shared.admit(&visitor, &headers, Transport::Poll)?;
    let mut session = session(&shared, who, &admitted)?;
    let wishes = poll::Wishes {
        topics: names(query.topics.as_deref()),
        after,
        wants_sync: wants_sync(query.sync.as_deref()),
        limit: query.limit.unwrap_or(PAGE).clamp(1, LARGEST_PAGE),
        wait: Duration::from_secs(query.wait.unwrap_or(WAIT).min(LONGEST_WAIT)),
    };
    let page = poll::answer(&shared.gateway, &mut session, wishes).await?;
    let headers = [("content-type", "application/json"), ("cache-control", "no-store")];
    Ok((headers, written(&page)).into_response())
}

fn session(shared: &Shared, who: Principal, admitted: &Admitted) -> Result<Session, Problem> {
    let caller = Caller::enter(&shared.gateway, who).ok_or_else(too_many_of_user)?;
    Ok(Session::new(&shared.gateway, caller, admitted.guest))
}

/// `?topics=a,b`; without any it is the caller's projects.
fn names(topics: Option<&str>) -> Option<Vec<String>> {
    let names = topics?.split(',').map(str::trim).filter(|name| !name.is_empty());
    let names: Vec<String> = names.map(str::to_owned).collect();
    (!names.is_empty()).then_some(names)
}

fn wants_sync(sync: Option<&str>) -> bool {
    sync != Some("none")
}

/// An epoch that cannot be read is another one.
fn position(query: &ChangesQuery) -> Result<Option<Position>, Problem> {
    let Some(sequence) = query.after else { return Ok(None) };
    let epoch = query.epoch.as_deref().ok_or_else(|| {
        Problem::new(422, "value_missing")
            .with_field("epoch")
            .with_detail("a position is `epoch` and `after`")
    })?;
    Ok(Some(Position { epoch: Uuid::parse_str(epoch).unwrap_or_default(), sequence }))
}

fn unreadable(rejection: &QueryRejection) -> Problem {
    Problem::new(400, "malformed_value").with_detail(rejection.body_text())
}

/// The messages are JSON texts already.
fn written(page: &poll::Page) -> String {
    let messages: Vec<&str> = page.messages.iter().map(|text| text.as_str()).collect();
    format!(
        r#"{{"messages":[{}],"epoch":"{}","position":{},"more":{}}}"#,
        messages.join(","),
        page.position.epoch,
        page.position.sequence,
        page.more
    )
}
