//! `/alerts`, for administrators

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Router;
use crate::db::problem::Problem;
use crate::http::Shared;
use crate::http::body::{Asked, At};
use crate::http::openapi::{Reads, WriteHeaders, Writes};
use crate::monitor::model::{Alert, AlertQuery, Comment, NewComment, Silence};
use crate::monitor::store::{self, Shown};
use crate::rooms::model::{ById, Changed, Page};
use crate::rooms::{Read, Sent, Write};

pub(super) fn router() -> Router {
    OpenApiRouter::new()
        .routes(routes!(list_alerts))
        .routes(routes!(alert_summary))
        .routes(routes!(get_alert))
        .routes(routes!(acknowledge_alert))
        .routes(routes!(resolve_alert))
        .routes(routes!(silence_alert))
        .routes(routes!(comment_alert))
}

/// Alerts, newest first; those that are not resolved, unless `status` says otherwise.
#[utoipa::path(
    get,
    path = "/alerts",
    tag = "alerts",
    params(AlertQuery),
    responses((status = 200, description = "A page", body = Page<Alert>), (status = 403, description = "For administrators"), Reads)
)]
async fn list_alerts(Asked(asked): Asked<AlertQuery>, read: Read) -> Result<Response, Problem> {
    let place = asked.place()?;
    Ok(store::list_alerts(&read, &asked.filter(), place).await?.into_response())
}

/// How many alerts stand how, and how long people took.
#[utoipa::path(
    get,
    path = "/alerts/stats/summary",
    tag = "alerts",
    responses((status = 200, description = "It is so", body = serde_json::Value), (status = 403, description = "For administrators"), Reads)
)]
async fn alert_summary(State(shared): State<Arc<Shared>>, read: Read) -> Result<Response, Problem> {
    super::dashboard::part(&shared, &read, Shown::AlertSummary).await
}

/// An alert with its comments.
#[utoipa::path(
    get,
    path = "/alerts/{id}",
    tag = "alerts",
    params(ById),
    responses((status = 200, description = "It is so", body = Alert), (status = 304, description = "As `If-None-Match` says"), (status = 403, description = "For administrators"), Reads)
)]
async fn get_alert(At(at): At<ById>, read: Read) -> Result<Response, Problem> {
    let found = store::get_alert(&read, at.id).await?;
    Ok(read.show(found))
}

/// Somebody sees to it.
#[utoipa::path(
    post,
    path = "/alerts/{id}/ack",
    tag = "alerts",
    params(ById, WriteHeaders),
    responses((status = 200, description = "As it is now", body = Changed<Alert>), Writes)
)]
async fn acknowledge_alert(At(at): At<ById>, write: Write) -> Result<Response, Problem> {
    Ok(store::acknowledge_alert(write, at.id).await?.without_version().into_response())
}

/// It is over.
#[utoipa::path(
    post,
    path = "/alerts/{id}/resolve",
    tag = "alerts",
    params(ById, WriteHeaders),
    responses((status = 200, description = "As it is now", body = Changed<Alert>), Writes)
)]
async fn resolve_alert(At(at): At<ById>, write: Write) -> Result<Response, Problem> {
    Ok(store::resolve_alert(write, at.id).await?.without_version().into_response())
}

/// Keeps it, and what comes under its key, quiet for a while.
#[utoipa::path(
    post,
    path = "/alerts/{id}/silence",
    tag = "alerts",
    params(ById, WriteHeaders),
    request_body(content = Silence),
    responses((status = 200, description = "As it is now", body = Changed<Alert>), Writes)
)]
async fn silence_alert(At(at): At<ById>, sent: Sent<Silence>) -> Result<Response, Problem> {
    let written = store::silence_alert(sent.write, at.id, sent.data.seconds).await?;
    Ok(written.without_version().into_response())
}

/// Says something about it.
#[utoipa::path(
    post,
    path = "/alerts/{id}/comments",
    tag = "alerts",
    params(ById, WriteHeaders),
    request_body(content = NewComment),
    responses((status = 201, description = "Said", body = Changed<Comment>), Writes)
)]
async fn comment_alert(At(at): At<ById>, sent: Sent<NewComment>) -> Result<Response, Problem> {
    let written = store::comment_alert(sent.write, at.id, &sent.data.body).await?;
    Ok(written.without_version().created(&format!("/api/v1/alerts/{}/comments", at.id)))
}
