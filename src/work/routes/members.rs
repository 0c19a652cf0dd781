//! `/projects/{id}/members`

use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Router;
use crate::db::problem::Problem;
use crate::http::body::{Asked, At};
use crate::http::openapi::{ReadHeaders, Reads, WriteHeaders, Writes};
use crate::rooms::model::{ById, Changed, Page, PageQuery};
use crate::rooms::{Read, Sent, Write};
use crate::work::model::{ByMember, Member, MemberRole, NewMember, PlainMember};
use crate::work::store;

pub(super) fn router() -> Router {
    OpenApiRouter::new().routes(routes!(list_members, add_member)).routes(routes!(set_member, remove_member))
}

/// The members of a project, with their names.
#[utoipa::path(
    get,
    path = "/projects/{id}/members",
    tag = "projects",
    params(ById, PageQuery, ReadHeaders),
    responses((status = 200, description = "A page", body = Page<Member>), Reads)
)]
async fn list_members(
    At(at): At<ById>,
    Asked(asked): Asked<PageQuery>,
    read: Read,
) -> Result<Response, Problem> {
    let place = asked.place()?;
    Ok(store::list_members(&read, at.id, place).await?.into_response())
}

/// Makes a user a member, or gives a member another role. Admins may.
#[utoipa::path(
    post,
    path = "/projects/{id}/members",
    tag = "projects",
    params(ById, WriteHeaders),
    request_body(content = NewMember),
    responses((status = 201, description = "A member", body = Changed<PlainMember>, headers(("Location" = String, description = "Where it is"))), Writes)
)]
async fn add_member(At(at): At<ById>, sent: Sent<NewMember>) -> Result<Response, Problem> {
    let NewMember { user_id, role } = sent.data;
    let role = role.as_deref().unwrap_or("viewer");
    let written = store::add_member(sent.write, at.id, user_id, role).await?;
    Ok(written.without_version().created(&format!("/api/v2/projects/{}/members", at.id)))
}

/// Makes a user a member with this role. Admins may.
#[utoipa::path(
    put,
    path = "/projects/{id}/members/{user_id}",
    tag = "projects",
    params(ByMember, WriteHeaders),
    request_body(content = MemberRole),
    responses((status = 200, description = "A member", body = Changed<PlainMember>), Writes)
)]
async fn set_member(At(at): At<ByMember>, sent: Sent<MemberRole>) -> Result<Response, Problem> {
    let written = store::add_member(sent.write, at.id, at.user_id, &sent.data.role).await?;
    Ok(written.without_version().into_response())
}

/// Ends a membership. Admins may.
#[utoipa::path(
    delete,
    path = "/projects/{id}/members/{user_id}",
    tag = "projects",
    params(ByMember, WriteHeaders),
    responses((status = 200, description = "As it was", body = Changed<PlainMember>), Writes)
)]
async fn remove_member(At(at): At<ByMember>, write: Write) -> Result<Response, Problem> {
    let written = store::remove_member(write, at.id, at.user_id).await?;
    Ok(written.without_version().into_response())
}
