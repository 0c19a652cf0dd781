//! `/webhooks`

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
use crate::monitor::delivery::guard::{Forbidden, Guard};
use crate::monitor::model::{NewWebhook, Replay, Webhook};
use crate::monitor::store;
use crate::rooms::model::{ById, Changed, Page, PageQuery};
use crate::rooms::{Read, Sent, Write, Written};

pub(super) fn router() -> Router {
    OpenApiRouter::new()
        .routes(routes!(list_webhooks, create_webhook))
        .routes(routes!(get_webhook, update_webhook, delete_webhook))
        .routes(routes!(pause_webhook))
        .routes(routes!(resume_webhook))
        .routes(routes!(rotate_webhook_secret))
        .routes(routes!(test_webhook))
        .routes(routes!(replay_webhook))
}

/// The caller's webhooks; an administrator's view is everybody's.
#[utoipa::path(
    get,
    path = "/webhooks",
    tag = "webhooks",
    params(PageQuery),
    responses((status = 200, description = "A page", body = Page<Webhook>), Reads)
)]
async fn list_webhooks(Asked(asked): Asked<PageQuery>, read: Read) -> Result<Response, Problem> {
    let place = asked.place()?;
    Ok(store::list_webhooks(&read, place).await?.into_response())
}

/// A new webhook. Its `secret` is in the answer, and nowhere else.
#[utoipa::path(
    post,
    path = "/webhooks",
    tag = "webhooks",
    params(WriteHeaders),
    request_body(content = NewWebhook),
    responses((status = 201, description = "Made", body = Changed<Webhook>, headers(("Location" = String, description = "Where it is"))), Writes)
)]
async fn create_webhook(
    State(shared): State<Arc<Shared>>,
    sent: Sent<NewWebhook>,
) -> Result<Response, Problem> {
    check(&shared.monitor.guard, &sent.data.url).await?;
    let written = store::create_webhook(sent.write, &sent.raw).await?;
    shared.monitor.due.notify_one();
    Ok(written.without_version().created("/api/v1/webhooks"))
}

/// A webhook, with its position and what waits.
#[utoipa::path(
    get,
    path = "/webhooks/{id}",
    tag = "webhooks",
    params(ById),
    responses((status = 200, description = "It is so", body = Webhook, headers(("ETag" = String, description = "Its version"))), (status = 304, description = "As `If-None-Match` says"), Reads)
)]
async fn get_webhook(At(at): At<ById>, read: Read) -> Result<Response, Problem> {
    let found = store::get_webhook(&read, at.id).await?;
    Ok(read.show(found))
}

/// Replaces what a webhook is; secret, position and status stay.
#[utoipa::path(
    put,
    path = "/webhooks/{id}",
    tag = "webhooks",
    params(ById, WriteHeaders),
    request_body(content = NewWebhook),
    responses((status = 200, description = "As it is now", body = Changed<Webhook>), Writes)
)]
async fn update_webhook(
    State(shared): State<Arc<Shared>>,
    At(at): At<ById>,
    sent: Sent<NewWebhook>,
) -> Result<Response, Problem> {
    check(&shared.monitor.guard, &sent.data.url).await?;
    let written = store::update_webhook(sent.write, at.id, &sent.raw).await?;
    Ok(woken(&shared, written))
}

/// Deletes a webhook with its deliveries.
#[utoipa::path(
    delete,
    path = "/webhooks/{id}",
    tag = "webhooks",
    params(ById, WriteHeaders),
    responses((status = 200, description = "As it was", body = Changed<Webhook>), Writes)
)]
async fn delete_webhook(At(at): At<ById>, write: Write) -> Result<Response, Problem> {
    Ok(store::delete_webhook(write, at.id).await?.without_version().into_response())
}

/// Stops deliveries; what happens meanwhile stays in the log.
#[utoipa::path(
    post,
    path = "/webhooks/{id}/pause",
    tag = "webhooks",
    params(ById, WriteHeaders),
    responses((status = 200, description = "As it is now", body = Changed<Webhook>), Writes)
)]
async fn pause_webhook(At(at): At<ById>, write: Write) -> Result<Response, Problem> {
    Ok(store::pause_webhook(write, at.id, true).await?.without_version().into_response())
}

/// Goes on where deliveries stopped, at once; also with one that was disabled.
#[utoipa::path(
    post,
    path = "/webhooks/{id}/resume",
    tag = "webhooks",
    params(ById, WriteHeaders),
    responses((status = 200, description = "As it is now", body = Changed<Webhook>), Writes)
)]
async fn resume_webhook(
    State(shared): State<Arc<Shared>>,
    At(at): At<ById>,
    write: Write,
) -> Result<Response, Problem> {
    let written = store::pause_webhook(write, at.id, false).await?;
    Ok(woken(&shared, written))
}

/// A new secret, told once; the former one signs beside it for a day.
#[utoipa::path(
    post,
    path = "/webhooks/{id}/rotate-secret",
    tag = "webhooks",
    params(ById, WriteHeaders),
    responses((status = 200, description = "`{id, secret, former_expires_at, txid}`", body = serde_json::Value), Writes)
)]
async fn rotate_webhook_secret(At(at): At<ById>, write: Write) -> Result<Response, Problem> {
    Ok(store::rotate_webhook_secret(write, at.id).await?.without_version().into_response())
}

/// Sends a message of type `test`.
#[utoipa::path(
    post,
    path = "/webhooks/{id}/test",
    tag = "webhooks",
    params(ById, WriteHeaders),
    responses((status = 200, description = "The delivery", body = Changed<crate::monitor::model::Delivery>), Writes)
)]
async fn test_webhook(
    State(shared): State<Arc<Shared>>,
    At(at): At<ById>,
    write: Write,
) -> Result<Response, Problem> {
    let written = store::test_webhook(write, at.id).await?;
    Ok(woken(&shared, written))
}

/// Delivers everything after a sequence again, with the same ids.
#[utoipa::path(
    post,
    path = "/webhooks/{id}/replay",
    tag = "webhooks",
    params(ById, WriteHeaders),
    request_body(content = Replay),
    responses((status = 200, description = "`{id, after, head, txid}`", body = serde_json::Value), (status = 410, description = "The log does not reach back that far"), Writes)
)]
async fn replay_webhook(
    State(shared): State<Arc<Shared>>,
    At(at): At<ById>,
    sent: Sent<Replay>,
) -> Result<Response, Problem> {
    let written = store::replay_webhook(sent.write, at.id, sent.data.after).await?;
    Ok(woken(&shared, written))
}

/// Something is to be delivered that the stream does not tell of.
pub(super) fn woken(shared: &Shared, written: Written) -> Response {
    shared.monitor.due.notify_one();
    written.without_version().into_response()
}

async fn check(guard: &Guard, url: &str) -> Result<(), Problem> {
    guard.check(url).await.map_err(|forbidden| {
        let code = match forbidden {
            Forbidden::Malformed => "webhook_url_is_http",
            Forbidden::NotPublic => "webhook_url_is_public",
            Forbidden::Unknown => "webhook_url_is_reachable",
        };
        Problem::new(422, code).with_detail(forbidden.to_string()).with_field("url")
    })
}
