//! `/webhooks/{id}/deliveries`

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Router;
use super::webhooks::woken;
use crate::db::problem::Problem;
use crate::http::Shared;
use crate::http::body::{Asked, At};
use crate::http::openapi::{Reads, WriteHeaders, Writes};
use crate::monitor::model::{ByDelivery, Delivery, DeliveryQuery};
use crate::monitor::store;
use crate::rooms::model::{ById, Page};
use crate::rooms::{Read, Write};

pub(super) fn router() -> Router {
    OpenApiRouter::new()
        .routes(routes!(list_deliveries))
        .routes(routes!(get_delivery))
        .routes(routes!(redeliver))
        .routes(routes!(redeliver_dead))
}

/// A webhook's deliveries, newest first.
#[utoipa::path(
    get,
    path = "/webhooks/{id}/deliveries",
    tag = "webhooks",
    params(ById, DeliveryQuery),
    responses((status = 200, description = "A page", body = Page<Delivery>), Reads)
)]
async fn list_deliveries(
    At(at): At<ById>,
    Asked(asked): Asked<DeliveryQuery>,
    read: Read,
) -> Result<Response, Problem> {
    let place = asked.place()?;
    Ok(store::list_deliveries(&read, at.id, &asked.filter(), place).await?.into_response())
}

/// A delivery with its body and every attempt.
#[utoipa::path(
    get,
    path = "/webhooks/{id}/deliveries/{delivery_id}",
    tag = "webhooks",
    params(ByDelivery),
    responses((status = 200, description = "It is so", body = Delivery), (status = 304, description = "As `If-None-Match` says"), Reads)
)]
async fn get_delivery(At(at): At<ByDelivery>, read: Read) -> Result<Response, Problem> {
    let found = store::get_delivery(&read, at.id, at.delivery_id).await?;
    Ok(read.show(found))
}

/// Sends one delivery again, whatever became of it.
#[utoipa::path(
    post,
    path = "/webhooks/{id}/deliveries/{delivery_id}/redeliver",
    tag = "webhooks",
    params(ByDelivery, WriteHeaders),
    responses((status = 200, description = "`{queued, txid}`", body = serde_json::Value), Writes)
)]
async fn redeliver(
    State(shared): State<Arc<Shared>>,
    At(at): At<ByDelivery>,
    write: Write,
) -> Result<Response, Problem> {
    let written = store::redeliver(write, at.id, Some(at.delivery_id)).await?;
    Ok(woken(&shared, written))
}

/// Sends every dead letter again.
#[utoipa::path(
    post,
    path = "/webhooks/{id}/redeliver-dead",
    tag = "webhooks",
    params(ById, WriteHeaders),
    responses((status = 200, description = "`{queued, txid}`", body = serde_json::Value), Writes)
)]
async fn redeliver_dead(
    State(shared): State<Arc<Shared>>,
    At(at): At<ById>,
    write: Write,
) -> Result<Response, Problem> {
    let written = store::redeliver(write, at.id, None).await?;
    Ok(woken(&shared, written))
}
