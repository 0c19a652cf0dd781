//! `/subtasks`, and those of a task

use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Router;
use crate::db::problem::Problem;
use crate::http::body::{Asked, At};
use crate::http::openapi::{IfMatch, ReadHeaders, Reads, WriteHeaders, Writes};
use crate::rooms::model::{ById, Changed, Page, PageQuery};
use crate::rooms::{Read, Sent, Write};
use crate::work::model::{NewSubtask, Subtask, SubtaskPatch};
use crate::work::store;

pub(super) fn router() -> Router {
    OpenApiRouter::new().routes(routes!(list_subtasks, create_subtask)).routes(routes!(
        get_subtask,
        update_subtask,
        delete_subtask
    ))
}

/// The subtasks of a task.
#[utoipa::path(
    get,
    path = "/tasks/{id}/subtasks",
    tag = "subtasks",
    params(ById, PageQuery, ReadHeaders),
    responses((status = 200, description = "A page", body = Page<Subtask>), Reads)
)]
async fn list_subtasks(
    At(at): At<ById>,
    Asked(asked): Asked<PageQuery>,
    read: Read,
) -> Result<Response, Problem> {
    let place = asked.place()?;
    Ok(store::list_subtasks(&read, at.id, place).await?.into_response())
}

/// A new subtask.
#[utoipa::path(
    post,
    path = "/tasks/{id}/subtasks",
    tag = "subtasks",
    params(ById, WriteHeaders),
    request_body(content = NewSubtask),
    responses((status = 201, description = "Made", body = Changed<Subtask>, headers(("Location" = String, description = "Where it is"), ("ETag" = String, description = "Its version"))), Writes)
)]
async fn create_subtask(At(at): At<ById>, sent: Sent<NewSubtask>) -> Result<Response, Problem> {
    let written = store::create_subtask(sent.write, at.id, &sent.raw).await?;
    Ok(written.created("/api/v2/subtasks"))
}

/// A subtask.
#[utoipa::path(
    get,
    path = "/subtasks/{id}",
    tag = "subtasks",
    params(ById, ReadHeaders),
    responses((status = 200, description = "It is so", body = Subtask, headers(("ETag" = String, description = "Its version"))), (status = 304, description = "As `If-None-Match` says"), Reads)
)]
async fn get_subtask(At(at): At<ById>, read: Read) -> Result<Response, Problem> {
    let found = store::get_subtask(&read, at.id).await?;
    Ok(read.show(found))
}

/// Changes a subtask.
#[utoipa::path(
    patch,
    path = "/subtasks/{id}",
    tag = "subtasks",
    params(ById, WriteHeaders, IfMatch),
    request_body(content = SubtaskPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "As it is now", body = Changed<Subtask>, headers(("ETag" = String, description = "Its version"))), Writes)
)]
async fn update_subtask(At(at): At<ById>, sent: Sent<SubtaskPatch>) -> Result<Response, Problem> {
    let written = store::update_subtask(sent.write, at.id, &sent.raw).await?;
    Ok(written.into_response())
}

/// Deletes a subtask.
#[utoipa::path(
    delete,
    path = "/subtasks/{id}",
    tag = "subtasks",
    params(ById, WriteHeaders, IfMatch),
    responses((status = 200, description = "As it was", body = Changed<Subtask>), Writes)
)]
async fn delete_subtask(At(at): At<ById>, write: Write) -> Result<Response, Problem> {
    let written = store::delete_subtask(write, at.id).await?;
    Ok(written.without_version().into_response())
}
