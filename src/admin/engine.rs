//! What administrators ask of the database behind the service: `/api/v2/admin`. The same answers as `tidegate watches`
//! and `tidegate verify` give at a shell, for the live page and for whoever has no shell there.
//!
//! Invariant: nothing here changes anything.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::db::problem::Problem;
use crate::db::session;
use crate::http::Shared;
use crate::http::openapi::AdminReads;
use crate::stream::log::JsonText;

/// As Postgres wrote it.
type Answer = Result<Json<Box<RawValue>>, Problem>;

/// A table on the stream.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct WatchedTable {
    /// With its schema.
    pub table: String,
    /// What its rows are called.
    pub entity: String,
    /// The columns that name a row.
    pub key: Vec<String>,
    /// SQL expressions over the row; the first carries its events.
    pub topics: Vec<String>,
    /// Those that are told; null: all.
    #[schema(required)]
    pub columns: Option<Vec<String>>,
    /// A statement that changes more rows of one topic is told as one event.
    pub coalesce_above: i32,
    /// Keeps every image of a row.
    pub history: bool,
    /// Whatever goes wrong in its triggers is noted, and the writer goes on.
    pub guarded: bool,
    /// So many of its events are in the log.
    pub events: i64,
    /// Since when.
    #[schema(format = DateTime)]
    pub created_at: String,
}

/// A total that is not what a count of the rows says.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Drift {
    /// The stored summary.
    pub summary: String,
    /// Of what.
    #[schema(required)]
    pub key: Option<String>,
    /// Which total.
    pub column: String,
    /// What readers see.
    #[schema(required)]
    pub stored: Option<String>,
    /// What was counted.
    #[schema(required)]
    pub actual: Option<String>,
}

/// How the database does.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct DatabaseHealth {
    /// Postgres' version.
    pub version: String,
    /// Since when it runs.
    #[schema(format = DateTime)]
    pub started_at: String,
    /// Connections to this database, of whomever.
    pub sessions: i64,
    /// Connections that the server takes.
    pub max_sessions: i64,
    /// Transactions that have written and are open.
    pub writing: i64,
    /// The database on disk.
    pub size_bytes: i64,
    /// The log's part of it.
    pub log_bytes: i64,
    /// Share of blocks that were found in the server's memory; null: none was asked for yet.
    #[schema(required)]
    pub buffer_hit_ratio: Option<f64>,
    /// Transactions that the server ended because they waited for each other.
    pub deadlocks: i64,
    /// Things that guarded triggers noted.
    pub problems: i64,
}

/// The routes below `/api/v2/admin`.
pub fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new().routes(routes!(watches)).routes(routes!(verify)).routes(routes!(database))
}

/// The tables on the stream.
#[utoipa::path(
    get,
    path = "/watches",
    tag = "service",
    responses((status = 200, description = "All of them, by name", body = Vec<WatchedTable>), AdminReads)
)]
async fn watches(State(shared): State<Arc<Shared>>) -> Answer {
    const SQL: &str = "select coalesce(jsonb_agg(jsonb_build_object(
        'table', w.target, 'entity', w.entity, 'key', w.key_columns, 'topics', w.topics, 'columns', w.columns,
        'coalesce_above', w.coalesce_above, 'history', w.history, 'guarded', w.guarded, 'events', w.events,
        'created_at', w.created_at) order by w.target), '[]') from tide.watches w";
    ask(&shared, SQL).await
}

/// Counts every summary again and compares it with what readers see, in one snapshot: an empty list is exact.
///
/// It reads every table that a summary is made of: for a look now and then, not for monitoring. At most 1000
/// differences are told.
#[utoipa::path(
    post,
    path = "/verify",
    tag = "service",
    responses((status = 200, description = "What differs", body = Vec<Drift>), AdminReads)
)]
async fn verify(State(shared): State<Arc<Shared>>) -> Answer {
    const SQL: &str = "select coalesce(jsonb_agg(jsonb_build_object('summary', v.summary, 'key', v.key,
        'column', v.column_name, 'stored', v.stored, 'actual', v.actual)), '[]')
        from (select * from tide.verify() limit 1000) v";
    ask(&shared, SQL).await
}

/// How the database does, by its own figures.
#[utoipa::path(
    get,
    path = "/database",
    tag = "service",
    responses((status = 200, description = "At this moment", body = DatabaseHealth), AdminReads)
)]
async fn database(State(shared): State<Arc<Shared>>) -> Answer {
    const SQL: &str = "select jsonb_build_object(
        'version', current_setting('server_version'), 'started_at', pg_postmaster_start_time(),
        'sessions', d.numbackends, 'max_sessions', current_setting('max_connections')::int,
        'writing', (select count(*) from pg_snapshot_xip(pg_current_snapshot())),
        'size_bytes', pg_database_size(d.datid),
        'log_bytes', (select coalesce(sum(pg_total_relation_size(i.inhrelid)), 0)::bigint
          from pg_inherits i where i.inhparent = 'tide.events'::regclass),
        'buffer_hit_ratio', round(d.blks_hit::numeric / nullif(d.blks_hit + d.blks_read, 0), 4),
        'deadlocks', d.deadlocks, 'problems', (select count(*) from tide.problems))
        from pg_stat_database d where d.datname = current_database()";
    ask(&shared, SQL).await
}

/// One value, as Postgres wrote it.
async fn ask(shared: &Shared, sql: &'static str) -> Answer {
    let row = session::ask(&shared.gateway.pool, None, sql, &[]).await?;
    let JsonText(text) = row.get(0);
    Ok(Json(text))
}
