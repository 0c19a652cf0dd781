//! `/dashboard`, for administrators: what was computed last, with `asOf`

use axum::Json;
use serde_json::value::RawValue;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Router;
use crate::db::problem::Problem;
use crate::http::openapi::Reads;
use crate::monitor::store;
use crate::work::store::Read;

type Shown = Result<Json<Box<RawValue>>, Problem>;

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
async fn dashboard(read: Read) -> Shown {
    store::dashboard(&read, None).await.map(Json)
}

/// What an operator wants to know first.
#[utoipa::path(
    get,
    path = "/dashboard/overview",
    tag = "dashboard",
    responses((status = 200, description = "As of `asOf`", body = serde_json::Value), (status = 403, description = "For administrators"), Reads)
)]
async fn overview(read: Read) -> Shown {
    store::dashboard(&read, Some("overview")).await.map(Json)
}

/// How every webhook does.
#[utoipa::path(
    get,
    path = "/dashboard/webhooks",
    tag = "dashboard",
    responses((status = 200, description = "As of `asOf`", body = serde_json::Value), (status = 403, description = "For administrators"), Reads)
)]
async fn webhooks(read: Read) -> Shown {
    store::dashboard(&read, Some("webhooks")).await.map(Json)
}

/// Metrics of the last five minutes, and by minute of the last hour.
#[utoipa::path(
    get,
    path = "/dashboard/performance",
    tag = "dashboard",
    responses((status = 200, description = "As of `asOf`", body = serde_json::Value), (status = 403, description = "For administrators"), Reads)
)]
async fn performance(read: Read) -> Shown {
    store::dashboard(&read, Some("performance")).await.map(Json)
}

/// What is not as usual, in sentences.
#[utoipa::path(
    get,
    path = "/dashboard/anomalies",
    tag = "dashboard",
    responses((status = 200, description = "As of `asOf`", body = serde_json::Value), (status = 403, description = "For administrators"), Reads)
)]
async fn anomalies(read: Read) -> Shown {
    store::dashboard(&read, Some("anomalies")).await.map(Json)
}
