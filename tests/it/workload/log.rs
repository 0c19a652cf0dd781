//! The log as the engine tells it: messages, from `tide.advance()` or `tide.read()`, and the ticks that number them.

use serde_json::Value;
use tokio_postgres::{Client, GenericClient, Row};

/// The columns of `tide.message` that are compared, in the types of the driver.
const COLUMNS: &str =
    "m.sequence, m.txid::text::bigint as txid, m.entity, m.action, m.key, m.topics, m.source, m.actor,
    m.record, m.delta, m.cascade, m.as_of, m.count";

/// One numbered event.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) sequence: i64,
    pub(crate) txid: i64,
    pub(crate) entity: String,
    pub(crate) action: String,
    /// None when many rows are told as one.
    pub(crate) key: Option<String>,
    pub(crate) topics: Vec<String>,
    pub(crate) source: String,
    pub(crate) actor: Option<String>,
    pub(crate) record: Option<Value>,
    pub(crate) delta: Option<Value>,
    pub(crate) cascade: Value,
    pub(crate) as_of: i64,
    pub(crate) count: i32,
}

/// What one call of `tide.advance()` returned, once its transaction was committed.
#[derive(Debug, Clone)]
pub(crate) struct Published {
    pub(crate) messages: Vec<Message>,
}

impl Published {
    /// The sequence that rows and summaries are of: beyond the tick's own when it tells a part of a backlog.
    pub(crate) fn as_of(&self) -> i64 {
        self.messages[0].as_of
    }

    pub(crate) fn is_part(&self) -> bool {
        self.messages.last().is_some_and(|m| m.sequence < m.as_of)
    }
}

/// Which sequences a tick numbered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tick {
    pub(crate) first: i64,
    pub(crate) last: i64,
}

/// Makes a tick in the caller's transaction.
pub(crate) async fn advance(
    client: &impl GenericClient,
    max_events: i32,
) -> Result<Vec<Message>, tokio_postgres::Error> {
    let query = format!("select {COLUMNS} from tide.advance($1) m");
    Ok(client.query(&query, &[&max_events]).await?.iter().map(message).collect())
}

/// The whole log by `tide.read`, page by page.
pub(crate) async fn read(client: &Client) -> Result<Vec<Message>, tokio_postgres::Error> {
    read_after(client, 0).await
}

/// What comes after a sequence, page by page.
pub(crate) async fn read_after(
    client: &Client,
    sequence: i64,
) -> Result<Vec<Message>, tokio_postgres::Error> {
    let query = format!("select {COLUMNS} from tide.read($1, 2000) m");
    let mut log: Vec<Message> = Vec::new();
    loop {
        let position = log.last().map_or(sequence, |m| m.sequence);
        let page = client.query(&query, &[&position]).await?;
        if page.is_empty() {
            return Ok(log);
        }
        log.extend(page.iter().map(message));
    }
}

/// All ticks, oldest first.
pub(crate) async fn ticks(superuser: &Client) -> Vec<Tick> {
    let query = "select t.first_sequence, t.last_sequence from tide.ticks t order by t.number";
    let rows = superuser.query(query, &[]).await.unwrap();
    rows.iter().map(|row| Tick { first: row.get(0), last: row.get(1) }).collect()
}

fn message(row: &Row) -> Message {
    Message {
        sequence: row.get("sequence"),
        txid: row.get("txid"),
        entity: row.get("entity"),
        action: row.get("action"),
        key: row.get("key"),
        topics: row.get("topics"),
        source: row.get("source"),
        actor: row.get("actor"),
        record: row.get("record"),
        delta: row.get("delta"),
        cascade: row.get("cascade"),
        as_of: row.get("as_of"),
        count: row.get("count"),
    }
}
