//! `/api/v2/admin`: a handler extracts, calls the store function of its own name, and answers.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use serde_json::value::RawValue;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{
    Advanced, AuditEntry, AuditQuery, ByName, ByUser, Disabled, FeatureList, FeaturePatch, FeatureState,
    NewRollout, Override, RolloutPatch,
};
use super::store;
use crate::auth::Principal;
use crate::db::problem::Problem;
use crate::http::Shared;
use crate::http::body::{Asked, At};
use crate::http::openapi::{Reads, WriteHeaders, Writes};
use crate::rooms::model::{Changed, Page};
use crate::rooms::{Sent, Write, Written};

/// Every route, for administrators alone.
pub fn router(shared: &Arc<Shared>) -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .routes(routes!(features))
        .routes(routes!(disable_all_features))
        .routes(routes!(show_feature, update_feature))
        .routes(routes!(override_feature, forget_override))
        .routes(routes!(begin_rollout, set_rollout_state))
        .routes(routes!(advance_rollout))
        .routes(routes!(list_audit))
        .merge(super::engine::router())
        .layer(middleware::from_fn_with_state(shared.clone(), administrators_only))
}

/// Before anything of the request is looked at.
async fn administrators_only(
    State(_): State<Arc<Shared>>,
    who: Principal,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    if !who.is_admin {
        return Err(Problem::new(403, "forbidden").with_detail("this is for administrators"));
    }
    Ok(next.run(request).await)
}

/// All features, with for whom they are on.
#[utoipa::path(
    get,
    path = "/flags",
    tag = "admin",
    responses((status = 200, description = "As they are now", body = FeatureList), (status = 403, description = "You are no administrator"), Reads)
)]
async fn features(State(shared): State<Arc<Shared>>) -> Result<Json<Box<RawValue>>, Problem> {
    store::features(&shared.gateway.pool).await.map(Json)
}

/// A feature, with its overrides and its rollout.
#[utoipa::path(
    get,
    path = "/flags/{name}",
    tag = "admin",
    params(ByName),
    responses((status = 200, description = "As it is now", body = FeatureState), (status = 403, description = "You are no administrator"), Reads)
)]
async fn show_feature(
    State(shared): State<Arc<Shared>>,
    At(at): At<ByName>,
) -> Result<Json<Box<RawValue>>, Problem> {
    store::show_feature(&shared.gateway.pool, &at.name).await.map(Json)
}

/// Switches a feature, for a share of users. Nodes follow within three seconds.
#[utoipa::path(
    patch,
    path = "/flags/{name}",
    tag = "admin",
    params(ByName, WriteHeaders),
    request_body(content = FeaturePatch),
    responses((status = 200, description = "As it is from now on", body = Changed<FeatureState>), Writes)
)]
async fn update_feature(At(at): At<ByName>, sent: Sent<FeaturePatch>) -> Result<Written, Problem> {
    store::update_feature(sent.write, &at.name, &sent.raw).await.map(Written::without_version)
}

/// Switches a feature for one user, whatever its flag says.
#[utoipa::path(
    put,
    path = "/flags/{name}/overrides/{user}",
    tag = "admin",
    params(ByUser, WriteHeaders),
    request_body(content = Override),
    responses((status = 200, description = "The feature", body = Changed<FeatureState>), Writes)
)]
async fn override_feature(At(at): At<ByUser>, sent: Sent<Override>) -> Result<Written, Problem> {
    let Override { enabled } = sent.data;
    let written = store::override_feature(sent.write, &at.name, &at.user, Some(enabled)).await?;
    Ok(written.without_version())
}

/// Takes a user's override back.
#[utoipa::path(
    delete,
    path = "/flags/{name}/overrides/{user}",
    tag = "admin",
    params(ByUser, WriteHeaders),
    responses((status = 200, description = "The feature", body = Changed<FeatureState>), Writes)
)]
async fn forget_override(At(at): At<ByUser>, write: Write) -> Result<Written, Problem> {
    let written = store::override_feature(write, &at.name, &at.user, None).await?;
    Ok(written.without_version())
}

/// Switches every feature off, for everybody, at once.
#[utoipa::path(
    post,
    path = "/flags/disable-all",
    tag = "admin",
    params(WriteHeaders),
    responses((status = 200, description = "Done", body = Disabled), Writes)
)]
async fn disable_all_features(write: Write) -> Result<Written, Problem> {
    store::disable_all_features(write).await.map(Written::without_version)
}

/// Begins a rollout: the first stage at once, the next ones by themselves while requests do not fail.
#[utoipa::path(
    post,
    path = "/flags/{name}/rollout",
    tag = "admin",
    params(ByName, WriteHeaders),
    request_body(content = NewRollout),
    responses((status = 200, description = "The feature", body = Changed<FeatureState>), Writes)
)]
async fn begin_rollout(At(at): At<ByName>, sent: Sent<NewRollout>) -> Result<Written, Problem> {
    store::begin_rollout(sent.write, &at.name, &sent.data).await.map(Written::without_version)
}

/// Stops a rollout, rolls it back, or lets it go on.
#[utoipa::path(
    patch,
    path = "/flags/{name}/rollout",
    tag = "admin",
    params(ByName, WriteHeaders),
    request_body(content = RolloutPatch),
    responses((status = 200, description = "The feature", body = Changed<FeatureState>), Writes)
)]
async fn set_rollout_state(At(at): At<ByName>, sent: Sent<RolloutPatch>) -> Result<Written, Problem> {
    let RolloutPatch { state, reason } = sent.data;
    let written = store::set_rollout_state(sent.write, &at.name, &state, reason.as_deref()).await?;
    Ok(written.without_version())
}

/// Looks at a rollout now: the nodes do so every minute.
#[utoipa::path(
    post,
    path = "/flags/{name}/rollout/advance",
    tag = "admin",
    params(ByName, WriteHeaders),
    responses((status = 200, description = "What came of it", body = Advanced), Writes)
)]
async fn advance_rollout(At(at): At<ByName>, write: Write) -> Result<Written, Problem> {
    store::advance_rollout(write, &at.name).await.map(Written::without_version)
}

/// Who did what about the service itself, the newest first.
#[utoipa::path(
    get,
    path = "/audit",
    tag = "admin",
    params(AuditQuery),
    responses((status = 200, description = "A page", body = Page<AuditEntry>), (status = 403, description = "You are no administrator"), Reads)
)]
async fn list_audit(
    State(shared): State<Arc<Shared>>,
    Asked(asked): Asked<AuditQuery>,
) -> Result<Response, Problem> {
    let place = asked.place()?;
    Ok(store::list_audit(&shared.gateway.pool, &asked.filter(), place).await?.into_response())
}
