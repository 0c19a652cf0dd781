//! `/branches`, and those of a project

use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Router;
use crate::db::problem::Problem;
use crate::http::body::{Asked, At};
use crate::http::openapi::{IfMatch, ReadHeaders, Reads, WriteHeaders, Writes};
use crate::rooms::model::{ById, Changed, Page};
use crate::rooms::{Read, Sent, Write};
use crate::work::model::{Archiving, Branch, BranchMove, BranchPatch, ListQuery, NewBranch};
use crate::work::store;

pub(super) fn router() -> Router {
    OpenApiRouter::new()
        .routes(routes!(list_branches, create_branch))
        .routes(routes!(get_branch, update_branch, delete_branch))
        .routes(routes!(archive_branch))
        .routes(routes!(move_branch))
}

/// The branches of a project.
#[utoipa::path(
    get,
    path = "/projects/{id}/branches",
    tag = "branches",
    params(ById, ListQuery, ReadHeaders),
    responses((status = 200, description = "A page", body = Page<Branch>), Reads)
)]
async fn list_branches(
    At(at): At<ById>,
    Asked(asked): Asked<ListQuery>,
    read: Read,
) -> Result<Response, Problem> {
    let place = asked.place()?;
    Ok(store::list_branches(&read, at.id, asked.include_archived, place).await?.into_response())
}

/// A new branch.
#[utoipa::path(
    post,
    path = "/projects/{id}/branches",
    tag = "branches",
    params(ById, WriteHeaders),
    request_body(content = NewBranch),
    responses((status = 201, description = "Made", body = Changed<Branch>, headers(("Location" = String, description = "Where it is"), ("ETag" = String, description = "Its version"))), Writes)
)]
async fn create_branch(At(at): At<ById>, sent: Sent<NewBranch>) -> Result<Response, Problem> {
    let written = store::create_branch(sent.write, at.id, &sent.raw).await?;
    Ok(written.created("/api/v2/branches"))
}

/// A branch.
#[utoipa::path(
    get,
    path = "/branches/{id}",
    tag = "branches",
    params(ById, ReadHeaders),
    responses((status = 200, description = "It is so", body = Branch, headers(("ETag" = String, description = "Its version"))), (status = 304, description = "As `If-None-Match` says"), Reads)
)]
async fn get_branch(At(at): At<ById>, read: Read) -> Result<Response, Problem> {
    let found = store::get_branch(&read, at.id).await?;
    Ok(read.show(found))
}

/// Changes a branch.
#[utoipa::path(
    patch,
    path = "/branches/{id}",
    tag = "branches",
    params(ById, WriteHeaders, IfMatch),
    request_body(content = BranchPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "As it is now", body = Changed<Branch>, headers(("ETag" = String, description = "Its version"))), Writes)
)]
async fn update_branch(At(at): At<ById>, sent: Sent<BranchPatch>) -> Result<Response, Problem> {
    let written = store::update_branch(sent.write, at.id, &sent.raw).await?;
    Ok(written.into_response())
}

/// Deletes a branch with its tasks and contexts.
#[utoipa::path(
    delete,
    path = "/branches/{id}",
    tag = "branches",
    params(ById, WriteHeaders, IfMatch),
    responses((status = 200, description = "As it was", body = Changed<Branch>), Writes)
)]
async fn delete_branch(At(at): At<ById>, write: Write) -> Result<Response, Problem> {
    let written = store::delete_branch(write, at.id).await?;
    Ok(written.without_version().into_response())
}

/// Archives a branch, or brings it back.
#[utoipa::path(
    post,
    path = "/branches/{id}/archive",
    tag = "branches",
    params(ById, WriteHeaders, IfMatch),
    request_body(content = Archiving),
    responses((status = 200, description = "As it is now", body = Changed<Branch>, headers(("ETag" = String, description = "Its version"))), Writes)
)]
async fn archive_branch(At(at): At<ById>, sent: Sent<Archiving>) -> Result<Response, Problem> {
    let written = store::archive_branch(sent.write, at.id, sent.data.archived).await?;
    Ok(written.into_response())
}

/// Moves a branch with everything in it to another project.
#[utoipa::path(
    post,
    path = "/branches/{id}/move",
    tag = "branches",
    params(ById, WriteHeaders, IfMatch),
    request_body(content = BranchMove),
    responses((status = 200, description = "As it is now", body = Changed<Branch>, headers(("ETag" = String, description = "Its version"))), Writes)
)]
async fn move_branch(At(at): At<ById>, sent: Sent<BranchMove>) -> Result<Response, Problem> {
    let written = store::move_branch(sent.write, at.id, sent.data.project_id).await?;
    Ok(written.into_response())
}
