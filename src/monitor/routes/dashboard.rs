//! `/dashboard`, for administrators: kept, and exact about alerts, webhooks and anomalies; each part says its `asOf`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Router;
use crate::db::problem::Problem;
use crate::http::Shared;
use crate::http::openapi::Reads;
use crate::monitor::store::{self, Shown};
use crate::rooms::Read;

type Told = Result<Response, Problem>;

pub(super) fn router() -> Router {
    OpenApiRouter::new()
        .routes(routes!(dashboard))
        .routes(routes!(overview))
        .routes(routes!(webhooks))
        .routes(routes!(performance))
        .routes(routes!(anomalies))
}

/// All of it.
#[utoipa::path(
    get,
    path = "/dashboard",
    tag = "dashboard",
    responses((status = 200, description = "`{overview, webhooks, performance, anomalies, asOf}`", body = serde_json::Value), (status = 403, description = "For administrators"), Reads)
)]
async fn dashboard(State(shared): State<Arc<Shared>>, read: Read) -> Told {
    let (cache, subject) = (&shared.cache, read.caller.subject());
    let whole = store::whole_dashboard(cache, subject, read.look).await?;
    Ok(Json(whole.body).into_response())
}

/// What an operator wants to know first.
#[utoipa::path(
    get,
    path = "/dashboard/overview",
    tag = "dashboard",
    responses((status = 200, description = "As of `asOf`", body = serde_json::Value), (status = 304, description = "As `If-None-Match` says"), (status = 403, description = "For administrators"), Reads)
)]
async fn overview(State(shared): State<Arc<Shared>>, read: Read) -> Told {
    part(&shared, &read, Shown::Overview).await
}

/// How every webhook does.
#[utoipa::path(
    get,
    path = "/dashboard/webhooks",
    tag = "dashboard",
    responses((status = 200, description = "As of `asOf`", body = serde_json::Value), (status = 304, description = "As `If-None-Match` says"), (status = 403, description = "For administrators"), Reads)
)]
async fn webhooks(State(shared): State<Arc<Shared>>, read: Read) -> Told {
    part(&shared, &read, Shown::Webhooks).await
}

/// Metrics of the last five minutes, and by minute of the last hour.
#[utoipa::path(
    get,
    path = "/dashboard/performance",
    tag = "dashboard",
    responses((status = 200, description = "As of `asOf`", body = serde_json::Value), (status = 304, description = "As `If-None-Match` says"), (status = 403, description = "For administrators"), Reads)
)]
async fn performance(State(shared): State<Arc<Shared>>, read: Read) -> Told {
    part(&shared, &read, Shown::Performance).await
}

/// What is not as usual, in sentences.
#[utoipa::path(
    get,
    path = "/dashboard/anomalies",
    tag = "dashboard",
    responses((status = 200, description = "As of `asOf`", body = serde_json::Value), (status = 304, description = "As `If-None-Match` says"), (status = 403, description = "For administrators"), Reads)
)]
async fn anomalies(State(shared): State<Arc<Shared>>, read: Read) -> Told {
    part(&shared, &read, Shown::Anomalies).await
}

/// One part, or that the caller has it already.
pub(super) async fn part(shared: &Shared, read: &Read, part: Shown) -> Told {
    let found = store::shown(&shared.cache, read.caller.subject(), part, read.look).await?;
    let answer = found.answer();
    Ok(read.tell(&answer.version, found.position(), || answer.body.clone()))
}
