//! What the room's own rounds call: rules, figures, upkeep.

use postgres_types::Type;
use serde::Serialize;
use tokio_postgres::types::Json;
use uuid::Uuid;

use super::problem;
use crate::db::pool::Pool;
use crate::db::problem::Problem;
use crate::db::session::{self, Param};

async fn call(pool: &Pool, sql: &'static str) -> Result<(), Problem> {
    let client = session::connection(pool).await?;
    client.query_typed(sql, &[]).await.map(|_| ()).map_err(problem(sql))
}

/// `monitor.due_rules`: the rules whose turn it is, with their limits in milliseconds.
///
/// # Errors
/// The database's.
pub async fn due_rules(pool: &Pool) -> Result<Vec<(Uuid, i32)>, Problem> {
    let client = session::connection(pool).await?;
    let rows = client.query_typed("select d.id, d.limit_ms from monitor.due_rules() d", &[]).await;
    Ok(rows.map_err(problem("due_rules"))?.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// `monitor.evaluate_rule` within the rule's limit; if it is cancelled, `monitor.fail_rule`.
///
/// # Errors
/// The database's.
pub async fn evaluate_rule(pool: &Pool, rule: Uuid, limit_ms: i32) -> Result<(), Problem> {
    let mut client = session::connection(pool).await?;
    let transaction = client.transaction().await.map_err(problem("begin"))?;
    let limit: [Param<'_>; 1] = [(&limit_ms, Type::INT4)];
    const LIMIT: &str = "select set_config('statement_timeout', $1::text, true)";
    transaction.query_typed(LIMIT, &limit).await.map_err(problem("set_config"))?;
    let id: [Param<'_>; 1] = [(&rule, Type::UUID)];
    let evaluated = transaction.query_typed("select monitor.evaluate_rule($1)", &id).await;
    let Err(error) = evaluated else { return transaction.commit().await.map_err(problem("commit")) };
    drop(transaction);
    let Some(refusal) = error.as_db_error() else { return Err(session::problem("evaluate_rule", &error)) };
    let said = refusal.message().to_owned();
    let params: [Param<'_>; 2] = [(&rule, Type::UUID), (&said, Type::TEXT)];
    let failed = client.query_typed("select monitor.fail_rule($1, $2)", &params).await;
    failed.map(|_| ()).map_err(problem("fail_rule"))
}

/// `monitor.fold_metrics`
///
/// # Errors
/// The database's.
pub async fn fold_metrics(pool: &Pool) -> Result<(), Problem> {
    call(pool, "select monitor.fold_metrics()").await
}

/// `monitor.note_anomalies`
///
/// # Errors
/// The database's.
pub async fn note_anomalies(pool: &Pool) -> Result<(), Problem> {
    call(pool, "select monitor.note_anomalies()").await
}

/// `monitor.maintain`
///
/// # Errors
/// The database's.
pub async fn maintain(pool: &Pool) -> Result<(), Problem> {
    call(pool, "select monitor.maintain()").await
}

/// `monitor.end_silences`
///
/// # Errors
/// The database's.
pub async fn end_silences(pool: &Pool) -> Result<(), Problem> {
    call(pool, "select monitor.end_silences()").await
}

/// How far deliveries are behind, of all webhooks.
#[derive(Debug, Default)]
#[allow(missing_docs, reason = "the columns of monitor.delivery_lag")]
pub struct Lag {
    pub pending: i64,
    pub dead: i64,
    pub events: i64,
    pub seconds: f64,
}

/// `monitor.delivery_lag`
///
/// # Errors
/// The database's.
pub async fn delivery_lag(pool: &Pool) -> Result<Lag, Problem> {
    const SQL: &str = "select l.pending, l.dead, l.events, l.seconds from monitor.delivery_lag() l";
    let client = session::connection(pool).await?;
    let row = client.query_typed_one(SQL, &[]).await.map_err(problem("delivery_lag"))?;
    Ok(Lag { pending: row.get(0), dead: row.get(1), events: row.get(2), seconds: row.get(3) })
}

/// `monitor.record_all`
///
/// # Errors
/// The database's.
pub async fn record_all(
    pool: &Pool,
    points: &(impl Serialize + Sync + std::fmt::Debug),
) -> Result<(), Problem> {
    let points = Json(points);
    let client = session::connection(pool).await?;
    let recorded = client.query_typed("select monitor.record_all($1)", &[(&points, Type::JSONB)]).await;
    recorded.map(|_| ()).map_err(problem("record_all"))
}
