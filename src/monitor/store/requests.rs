//! What requests ask. A write names its verb; rights are asked by the verb itself.

use postgres_types::{ToSql, Type};
use serde_json::Value;
use uuid::Uuid;

use crate::db::problem::Problem;
use crate::db::session::{self, Param};
use crate::http::page::{Listed, Place};
use crate::rooms::{Found, Read, Write, Written};
use crate::stream::log::JsonText;

type Outcome = Result<Written, Problem>;

async fn find(read: &Read, sql: &'static str, more: &[Param<'_>]) -> Result<Found, Problem> {
    let subject = read.caller.subject();
    let mut params: Vec<Param<'_>> = vec![(&subject, Type::UUID)];
    params.extend(more.iter().cloned());
    let row = session::ask(read.reader.primary(), subject, sql, &params).await?;
    match row.get(0) {
        Some(JsonText(body)) => Ok(Found { body, version: row.get(1), position: None }),
        None => Err(Problem::new(404, "not_found")),
    }
}

async fn list(read: &Read, sql: &'static str, more: &[Param<'_>], place: Place) -> Result<Listed, Problem> {
    let subject = read.caller.subject();
    let mut params: Vec<Param<'_>> = vec![(&subject, Type::UUID)];
    params.extend(more.iter().cloned());
    params.push((&place.after as &(dyn ToSql + Sync), Type::UUID));
    params.push((&place.max_rows, Type::INT4));
    let row = session::ask(read.reader.primary(), subject, sql, &params).await?;
    let JsonText(items) = row.get(0);
    Ok(Listed { items, next: row.get(1), position: None })
}

/// `monitor.list_webhooks`
pub async fn list_webhooks(read: &Read, place: Place) -> Result<Listed, Problem> {
    list(read, "select l.items, l.next_id from monitor.list_webhooks($1, $2, $3) l", &[], place).await
}

/// `monitor.get_webhook`
pub async fn get_webhook(read: &Read, webhook: Uuid) -> Result<Found, Problem> {
    const SQL: &str = "select f, tide.version_of(f) from monitor.get_webhook($1, $2) f";
    find(read, SQL, &[(&webhook, Type::UUID)]).await
}

/// `monitor.create_webhook`: the caller's, or an administrator's.
pub async fn create_webhook(write: Write, data: &Value) -> Outcome {
    let subject = write.caller().subject();
    write.call("monitor.create_webhook($1, $2)", &[(&subject, Type::UUID), (data, Type::JSONB)]).await
}

/// `monitor.update_webhook`
pub async fn update_webhook(write: Write, webhook: Uuid, data: &Value) -> Outcome {
    let subject = write.caller().subject();
    let params: [Param<'_>; 3] = [(&subject, Type::UUID), (&webhook, Type::UUID), (data, Type::JSONB)];
    write.call("monitor.update_webhook($1, $2, $3)", &params).await
}

/// `monitor.delete_webhook`
pub async fn delete_webhook(write: Write, webhook: Uuid) -> Outcome {
    of_one(write, "monitor.delete_webhook($1, $2)", webhook).await
}

/// `monitor.pause_webhook`
pub async fn pause_webhook(write: Write, webhook: Uuid, is_paused: bool) -> Outcome {
    let subject = write.caller().subject();
    let params: [Param<'_>; 3] = [(&subject, Type::UUID), (&webhook, Type::UUID), (&is_paused, Type::BOOL)];
    write.call("monitor.pause_webhook($1, $2, $3)", &params).await
}

/// `monitor.rotate_webhook_secret`
pub async fn rotate_webhook_secret(write: Write, webhook: Uuid) -> Outcome {
    of_one(write, "monitor.rotate_webhook_secret($1, $2)", webhook).await
}

/// `monitor.test_webhook`
pub async fn test_webhook(write: Write, webhook: Uuid) -> Outcome {
    of_one(write, "monitor.test_webhook($1, $2)", webhook).await
}

/// `monitor.replay_webhook`
pub async fn replay_webhook(write: Write, webhook: Uuid, after: i64) -> Outcome {
    let subject = write.caller().subject();
    let params: [Param<'_>; 3] = [(&subject, Type::UUID), (&webhook, Type::UUID), (&after, Type::INT8)];
    write.call("monitor.replay_webhook($1, $2, $3)", &params).await
}

/// `monitor.redeliver`: every dead letter without a delivery.
pub async fn redeliver(write: Write, webhook: Uuid, delivery: Option<Uuid>) -> Outcome {
    let subject = write.caller().subject();
    let params: [Param<'_>; 3] = [(&subject, Type::UUID), (&webhook, Type::UUID), (&delivery, Type::UUID)];
    write.call("monitor.redeliver($1, $2, $3)", &params).await
}

async fn of_one(write: Write, verb: &'static str, id: Uuid) -> Outcome {
    let subject = write.caller().subject();
    write.call(verb, &[(&subject, Type::UUID), (&id, Type::UUID)]).await
}

/// `monitor.list_deliveries`
pub async fn list_deliveries(
    read: &Read,
    webhook: Uuid,
    filter: &Value,
    place: Place,
) -> Result<Listed, Problem> {
    const SQL: &str = "select l.items, l.next_id from monitor.list_deliveries($1, $2, $3, $4, $5) l";
    list(read, SQL, &[(&webhook, Type::UUID), (filter, Type::JSONB)], place).await
}

/// `monitor.get_delivery`
pub async fn get_delivery(read: &Read, webhook: Uuid, delivery: Uuid) -> Result<Found, Problem> {
    const SQL: &str = "select f, tide.version_of(f) from monitor.get_delivery($1, $2, $3) f";
    find(read, SQL, &[(&webhook, Type::UUID), (&delivery, Type::UUID)]).await
}

/// `monitor.list_alerts`
pub async fn list_alerts(read: &Read, filter: &Value, place: Place) -> Result<Listed, Problem> {
    const SQL: &str = "select l.items, l.next_id from monitor.list_alerts($1, $2, $3, $4) l";
    list(read, SQL, &[(filter, Type::JSONB)], place).await
}

/// `monitor.get_alert`
pub async fn get_alert(read: &Read, alert: Uuid) -> Result<Found, Problem> {
    const SQL: &str = "select f, tide.version_of(f) from monitor.get_alert($1, $2) f";
    find(read, SQL, &[(&alert, Type::UUID)]).await
}

/// `monitor.acknowledge_alert`
pub async fn acknowledge_alert(write: Write, alert: Uuid) -> Outcome {
    of_one(write, "monitor.acknowledge_alert($1, $2)", alert).await
}

/// `monitor.resolve_alert`
pub async fn resolve_alert(write: Write, alert: Uuid) -> Outcome {
    of_one(write, "monitor.resolve_alert($1, $2)", alert).await
}

/// `monitor.silence_alert`
pub async fn silence_alert(write: Write, alert: Uuid, seconds: i32) -> Outcome {
    let subject = write.caller().subject();
    let params: [Param<'_>; 3] = [(&subject, Type::UUID), (&alert, Type::UUID), (&seconds, Type::INT4)];
    write.call("monitor.silence_alert($1, $2, $3)", &params).await
}

/// `monitor.comment_alert`
pub async fn comment_alert(write: Write, alert: Uuid, body: &str) -> Outcome {
    let subject = write.caller().subject();
    let params: [Param<'_>; 3] = [(&subject, Type::UUID), (&alert, Type::UUID), (&body, Type::TEXT)];
    write.call("monitor.comment_alert($1, $2, $3)", &params).await
}
