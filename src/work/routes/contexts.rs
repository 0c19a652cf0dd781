//! `/contexts`, and those of a project

use axum::response::{IntoResponse, Response};
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Router;
use crate::db::problem::Problem;
use crate::http::body::{Asked, At};
use crate::http::openapi::{IfMatch, ReadHeaders, Reads, WriteHeaders, Writes};
use crate::rooms::model::{ById, Changed, Page};
use crate::rooms::{Read, Sent, Write};
use crate::work::model::{Context, ContextPatch, ContextQuery, NewContext};
use crate::work::store;

pub(super) fn router() -> Router {
    OpenApiRouter::new().routes(routes!(list_contexts, set_context)).routes(routes!(
        get_context,
        update_context,
        delete_context
    ))
}

/// What is known of a project and of everything in it.
#[utoipa::path(
    get,
    path = "/projects/{id}/contexts",
    tag = "contexts",
    params(ById, ContextQuery, ReadHeaders),
    responses((status = 200, description = "A page", body = Page<Context>), Reads)
)]
async fn list_contexts(
    At(at): At<ById>,
    Asked(asked): Asked<ContextQuery>,
    read: Read,
) -> Result<Response, Problem> {
    let place = asked.place()?;
    Ok(store::list_contexts(&read, at.id, &asked.filter(), place).await?.into_response())
}

/// Writes what is known under a key; what is there under the key is replaced.
#[utoipa::path(
    post,
    path = "/projects/{id}/contexts",
    tag = "contexts",
    params(ById, WriteHeaders),
    request_body(content = NewContext),
    responses((status = 201, description = "Made", body = Changed<Context>, headers(("Location" = String, description = "Where it is"), ("ETag" = String, description = "Its version"))), Writes)
)]
async fn set_context(At(at): At<ById>, sent: Sent<NewContext>) -> Result<Response, Problem> {
    let NewContext { key, branch_id, task_id, .. } = sent.data;
    let nothing = json!({});
    let body = sent.raw.get("body").unwrap_or(&nothing);
    let written = store::set_context(sent.write, at.id, &key, body, (branch_id, task_id)).await?;
    Ok(written.created("/api/v2/contexts"))
}

/// A context.
#[utoipa::path(
    get,
    path = "/contexts/{id}",
    tag = "contexts",
    params(ById, ReadHeaders),
    responses((status = 200, description = "It is so", body = Context, headers(("ETag" = String, description = "Its version"))), (status = 304, description = "As `If-None-Match` says"), Reads)
)]
async fn get_context(At(at): At<ById>, read: Read) -> Result<Response, Problem> {
    let found = store::get_context(&read, at.id).await?;
    Ok(read.show(found))
}

/// Changes a context; objects in its body merge.
#[utoipa::path(
    patch,
    path = "/contexts/{id}",
    tag = "contexts",
    params(ById, WriteHeaders, IfMatch),
    request_body(content = ContextPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "As it is now", body = Changed<Context>, headers(("ETag" = String, description = "Its version"))), Writes)
)]
async fn update_context(At(at): At<ById>, sent: Sent<ContextPatch>) -> Result<Response, Problem> {
    let written = store::update_context(sent.write, at.id, &sent.raw).await?;
    Ok(written.into_response())
}

/// Deletes a context.
#[utoipa::path(
    delete,
    path = "/contexts/{id}",
    tag = "contexts",
    params(ById, WriteHeaders, IfMatch),
    responses((status = 200, description = "As it was", body = Changed<Context>), Writes)
)]
async fn delete_context(At(at): At<ById>, write: Write) -> Result<Response, Problem> {
    let written = store::delete_context(write, at.id).await?;
    Ok(written.without_version().into_response())
}
