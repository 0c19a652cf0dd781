//! Who listens: `GET /ws/stats`, and `DELETE /ws/connections/{id}`. Of this node.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Shared;
use crate::admin;
use crate::auth::Principal;
use crate::db::problem::Problem;
use crate::db::session::Caller;
use crate::gateway::connections::Connection;
use crate::gateway::protocol::Goodbye;
use crate::stream::hub::Hub;
use crate::stream::log::epoch_millis;

/// What the address may say.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StatsQuery {
    /// Each connection, for administrators.
    #[serde(default)]
    connections: bool,
}

/// `GET /ws/stats`
///
/// # Errors
/// `forbidden`: each connection is shown to administrators only.
#[utoipa::path(
    get,
    path = "/ws/stats",
    tag = "service",
    params(StatsQuery),
    responses((status = 200, description = "Of this node"), (status = 401, description = "Who are you?"), (status = 403, description = "Each connection is shown to administrators only"))
)]
pub async fn show(
    State(shared): State<Arc<Shared>>,
    who: Principal,
    Query(query): Query<StatsQuery>,
) -> Result<Json<Value>, Problem> {
    if query.connections && !who.is_admin {
        return Err(Problem::new(403, "forbidden").with_detail("connections are shown to administrators"));
    }
    let mut stats = totals(&shared);
    if query.connections {
        let all = shared.gateway.connections.all();
        stats["connections"] = all.iter().map(|connection| one(connection, &shared.gateway.hub)).collect();
    }
    Ok(Json(stats))
}

/// `DELETE /ws/connections/{id}`
///
/// # Errors
/// `not_found`, also for whoever is no administrator.
#[utoipa::path(
    delete,
    path = "/ws/connections/{id}",
    tag = "service",
    params(("id" = String, Path, description = "As `/ws/stats` names it")),
    responses((status = 204, description = "It is closed"), (status = 401, description = "Who are you?"), (status = 404, description = "There is none, or you are no administrator"))
)]
pub async fn disconnect(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id = Uuid::parse_str(&id).ok().filter(|_| caller.is_admin);
    let connection = id.and_then(|id| shared.gateway.connections.get(id));
    let connection = connection.ok_or_else(|| Problem::new(404, "not_found"))?;
    let detail = json!({
        "user_id": connection.user_id,
        "transport": connection.guest.transport,
        "address": connection.guest.address,
    });
    // What cannot be noted is not done.
    let target = connection.id.to_string();
    admin::store::audit(&shared.gateway.pool, &caller, "connection.ended", &target, &detail).await?;
    tracing::info!(connection.id = %connection.id, admin = %caller.user_id, "Disconnected by an administrator");
    connection.subscriber.outbox.close();
    Ok(StatusCode::NO_CONTENT)
}

fn totals(shared: &Shared) -> Value {
    let gateway = &shared.gateway;
    let figures = &gateway.counters;
    let (epoch, sequence) = gateway.hub.head();
    let memory = gateway.hub.memory();
    let closes: BTreeMap<u16, u64> =
        Goodbye::codes().into_iter().map(|code| (code, figures.closes(code))).collect();
    json!({
        "epoch": epoch,
        "sequence": sequence,
        "open": {
            "total": figures.listening(),
            "websocket": figures.connections.get(),
            "sse": figures.streams.get(),
            "poll": figures.polls.get(),
        },
        "users": gateway.connections.users(),
        "topics": memory.topics,
        "messages": {
            "sent": figures.sent.get(),
            "received": figures.received.get(),
            "sentPerSecond": shared.rate.per_second(figures.sent.get()),
        },
        "closes": closes,
        "replay": {
            "bytes": memory.bytes,
            "maxBytes": memory.max_bytes,
            "messages": memory.messages,
            "after": memory.floor,
        },
    })
}

fn one(connection: &Connection, hub: &Hub) -> Value {
    let positions = connection.positions(hub).unwrap_or_else(|| connection.positions_said());
    let (_, head) = hub.head();
    let lowest = positions.values().copied().min().unwrap_or(head);
    json!({
        "id": connection.id,
        "userId": connection.user_id,
        "user": connection.handle,
        "transport": connection.guest.transport,
        "address": connection.guest.address,
        "since": epoch_millis(connection.since),
        "topics": positions.keys().collect::<Vec<_>>(),
        "positions": positions,
        "lag": (head - lowest).max(0),
        "waitingBytes": connection.subscriber.outbox.bytes(),
    })
}
