//! The log as the service reads it: each method is one SQL function of `sql/tide`.
//!
//! Invariant: [`Log::tick`] answers only after the COMMIT of the tick was acknowledged. In the extended protocol rows
//! arrive before an implicit commit, so begin and commit are explicit (pipelined: one round trip).

use std::collections::BTreeSet;
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use postgres_types::{FromSql, ToSql, Type};
use serde_json::value::RawValue;
use tokio_postgres::types::accepts;
use tokio_postgres::{Client, Row};
use uuid::Uuid;

use super::event::{Action, Event, Json, Source, Topic};
use crate::db::address::Address;
use crate::db::pool;

/// Largest page of [`Log::read`]; a tick larger than this is still one page.
pub const PAGE: i64 = 1000;

const COLUMNS: &str = "m.sequence, m.txid::text, m.entity, m.action, m.key, m.topics, m.source, m.actor, \
    m.session_id, m.correlation_id, m.at, m.record, m.delta, m.cascade, m.as_of, m.count, m.record_topics";

/// The head of the log: its epoch, null before the first tick ever, and the sequence.
pub const POSITION: &str = "select p.epoch, p.sequence from tide.position() p";

/// How long the tick of this transaction took to fold summaries and to make cascades, in milliseconds.
const TIMES: &str = "select nullif(current_setting('tide.fold_ms', true), '')::float8, \
    nullif(current_setting('tide.cascade_ms', true), '')::float8";

/// Where the ticks of this transaction begin.
const OUR_FIRST: &str = "select min(t.first_sequence) from tide.ticks t \
    where t.last_sequence > $1 and t.xid = pg_current_xact_id_if_assigned()";

/// The last tick that ends within the budget, or the first one: a transaction is never split over two ticks.
const BOUNDARY: &str = "select coalesce(max(t.last_sequence) filter (where t.last_sequence <= $1 + $2), \
    min(t.last_sequence)) from (select last_sequence from tide.ticks where last_sequence > $1 \
    order by last_sequence limit $2) t";

/// What one call of [`Log::tick`] found.
#[derive(Debug)]
pub struct Ticked {
    /// The events of the tick we made, as far as they were asked for.
    pub events: Vec<Event>,
    /// The head as of then.
    pub epoch: Uuid,
    /// The last sequence that exists.
    pub head: i64,
    /// The first sequence of what we ticked; `None` when we did not.
    pub first: Option<i64>,
    /// Somebody in flight may still add events.
    pub in_flight: bool,
    /// How long summaries were folded.
    pub fold: Option<Duration>,
    /// How long cascades were made; `None` when nobody hears anything.
    pub cascade: Option<Duration>,
}

/// A dedicated connection. Its statements are unnamed: naming them saves nothing that can be measured, and behind a
/// transaction pooler names are another server process's.
#[derive(Debug)]
pub struct Log {
    client: Client,
    advance: String,
    read: String,
    pid: i32,
}

impl Log {
    /// Connects.
    ///
    /// # Errors
    /// Postgres' own.
    pub async fn open(address: &Address) -> Result<Self, tokio_postgres::Error> {
        let client = pool::connect(address).await?;
        let pid = client.query_typed_one("select pg_backend_pid()", &[]).await?.get(0);
        let advance = format!("select {COLUMNS} from tide.advance_for($1, $2) m");
        let read = format!("select {COLUMNS} from tide.read($1, $2, $3) m");
        Ok(Self { client, advance, read, pid })
    }

    /// The server process behind the connection.
    pub fn pid(&self) -> i32 {
        self.pid
    }

    /// `tide.advance_for` some topics, with the head and whether to look again soon. `known` is a sequence that exists.
    ///
    /// # Errors
    /// Postgres' own; [`is_old_schema`] tells whether `tidegate migrate` is what is missing. Nothing of the answer may
    /// be used then.
    pub async fn tick(
        &self,
        topics: Option<&[String]>,
        max_events: i32,
        known: i64,
    ) -> Result<Ticked, tokio_postgres::Error> {
        let client = &self.client;
        let budget: [(&(dyn ToSql + Sync), Type); 2] =
            [(&topics, Type::TEXT_ARRAY), (&max_events, Type::INT4)];
        let known: [(&(dyn ToSql + Sync), Type); 1] = [(&known, Type::INT8)];
        // Sent in this order, answered in this order. After a refusal COMMIT rolls back, and the refusal is returned.
        // Who is in flight is asked first: our own tick would count.
        let (begun, in_flight, rows, head, first, times, committed) = futures::join!(
            client.batch_execute("begin"),
            client.query_typed_one("select tide.in_flight()", &[]),
            client.query_typed(&self.advance, &budget),
            client.query_typed_one(POSITION, &[]),
            client.query_typed_one(OUR_FIRST, &known),
            client.query_typed_one(TIMES, &[]),
            client.batch_execute("commit"),
        );
        begun?;
        let (in_flight, rows, head, first, times) = (in_flight?, rows?, head?, first?, times?);
        committed?;
        let (epoch, head) = read_position(&head);
        let events = rows.iter().map(read_event).collect();
        let time =
            |at| times.get::<_, Option<f64>>(at).map(|ms| Duration::from_secs_f64(ms.max(0.0) / 1000.0));
        let (fold, cascade) = (time(0), time(1));
        Ok(Ticked { events, epoch, head, first: first.get(0), in_flight: in_flight.get(0), fold, cascade })
    }

    /// `tide.position`
    ///
    /// # Errors
    /// Postgres' own.
    pub async fn position(&self) -> Result<(Uuid, i64), tokio_postgres::Error> {
        self.client.query_typed_one(POSITION, &[]).await.map(|row| read_position(&row))
    }

    /// One page of whole ticks after `after` and up to `upto`: the events of some topics, and the sequence that the page
    /// reaches.
    ///
    /// # Errors
    /// Postgres' own; [`is_lost`] when the log does not reach back that far.
    pub async fn read(
        &self,
        topics: Option<&[String]>,
        after: i64,
        upto: i64,
    ) -> Result<(Vec<Event>, i64), tokio_postgres::Error> {
        let end = self.boundary(after).await?.map_or(upto, |end| end.min(upto));
        let count = i32::try_from(end - after).unwrap_or(i32::MAX);
        let page: [(&(dyn ToSql + Sync), Type); 3] =
            [(&after, Type::INT8), (&count, Type::INT4), (&topics, Type::TEXT_ARRAY)];
        let rows = self.client.query_typed(&self.read, &page).await?;
        let events = rows.iter().map(read_event).filter(|event| event.sequence <= end).collect();
        Ok((events, end))
    }

    /// Where the page ends; `None` for a login that may not look at the ticks.
    async fn boundary(&self, after: i64) -> Result<Option<i64>, tokio_postgres::Error> {
        match self.client.query_typed_one(BOUNDARY, &[(&after, Type::INT8), (&PAGE, Type::INT8)]).await {
            Ok(row) => Ok(row.get(0)),
            Err(error) if is_forbidden(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What may be tuned while running.
    ///
    /// # Errors
    /// Postgres' own.
    pub async fn settings(&self) -> Result<Vec<(String, String)>, tokio_postgres::Error> {
        let rows = self.client.query_typed("select s.key, s.value from tide.settings s", &[]).await?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }
}

/// What is switched on: `tide.features`.
impl Log {
    /// Name, for whom it is on, and version of each feature.
    ///
    /// # Errors
    /// Postgres' own.
    pub async fn features(&self) -> Result<Vec<(String, String, String)>, tokio_postgres::Error> {
        const SQL: &str = "select f.name, f.standing, f.updated_at::text from tide.features f";
        let rows = self.client.query_typed(SQL, &[]).await?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect())
    }

    /// `tide.declare_feature`
    ///
    /// # Errors
    /// Postgres' own.
    pub async fn declare_feature(&self, name: &str, is_on: bool) -> Result<(), tokio_postgres::Error> {
        const SQL: &str = "select tide.declare_feature($1, $2)";
        self.client.query_typed(SQL, &[(&name, Type::TEXT), (&is_on, Type::BOOL)]).await.map(drop)
    }

    /// Those of some users for whom a feature is on.
    ///
    /// # Errors
    /// Postgres' own.
    pub async fn enabled_for(
        &self,
        feature: &str,
        users: &[&str],
    ) -> Result<BTreeSet<Arc<str>>, tokio_postgres::Error> {
        const SQL: &str = "select u.id from unnest($2) u (id) where tide.feature_enabled($1, u.id)";
        let asked: [(&(dyn ToSql + Sync), Type); 2] = [(&feature, Type::TEXT), (&users, Type::TEXT_ARRAY)];
        let rows = self.client.query_typed(SQL, &asked).await?;
        Ok(rows.iter().map(|row| Arc::from(row.get::<_, &str>(0))).collect())
    }
}

/// The log does not reach back to the position asked for.
pub fn is_lost(error: &tokio_postgres::Error) -> bool {
    error.code().is_some_and(|code| code.code() == "TG410")
}

/// A function or table of ours is missing: the schema is older than the service, or not there at all.
pub fn is_old_schema(error: &tokio_postgres::Error) -> bool {
    error.code().is_some_and(|code| matches!(code.code(), "3F000" | "42P01" | "42883" | "42703" | "42704"))
}

/// Somebody keeps a table locked, or the turn.
pub fn is_locked(error: &tokio_postgres::Error) -> bool {
    error.code().is_some_and(|code| code.code() == "55P03")
}

/// The login may not do what it was asked to do.
pub fn is_forbidden(error: &tokio_postgres::Error) -> bool {
    error.code().is_some_and(|code| code.code() == "42501")
}

fn read_position(row: &Row) -> (Uuid, i64) {
    // Before the first tick ever there is no epoch.
    (row.get::<_, Option<Uuid>>(0).unwrap_or(Uuid::nil()), row.get(1))
}

/// Reads a row of `tide.message` whose columns were selected as the service selects them.
pub fn read_event(row: &Row) -> Event {
    let shared = |at: usize| row.get::<_, Option<&str>>(at).map(Arc::from);
    let json = |at: usize| row.get::<_, Option<JsonText>>(at).map(|json| json.0);
    Event {
        sequence: row.get(0),
        txid: row.get::<_, &str>(1).into(),
        entity: row.get::<_, &str>(2).into(),
        action: Action::from_log(row.get(3)),
        key: row.get::<_, Option<&str>>(4).map(Box::from),
        topics: row.get::<_, Vec<&str>>(5).into_iter().map(Topic::from).collect(),
        source: Source::from_log(row.get(6)),
        actor: shared(7),
        session_id: shared(8),
        correlation_id: shared(9),
        at: epoch_millis(row.get(10)),
        record: json(11),
        delta: json(12),
        cascade: json(13),
        as_of: row.get::<_, Option<i64>>(14).unwrap_or_default(),
        count: row.get::<_, Option<i32>>(15).unwrap_or(1),
        record_topics: row
            .get::<_, Option<Vec<&str>>>(16)
            .map(|topics| topics.into_iter().map(Topic::from).collect()),
    }
}

/// The columns that [`read_event`] reads, for a row source named `m`.
pub fn message_columns() -> &'static str {
    COLUMNS
}

/// Milliseconds since 1970.
pub fn epoch_millis(at: SystemTime) -> i64 {
    at.duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_millis()).ok())
        .unwrap_or_default()
}

/// A json or jsonb value, kept as text.
#[derive(Debug)]
pub struct JsonText(pub Json);

impl<'a> FromSql<'a> for JsonText {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        let text = match (ty == &Type::JSONB, raw) {
            (true, [1, text @ ..]) => text,
            (true, _) => return Err("a version of the jsonb format that we do not know".into()),
            (false, text) => text,
        };
        Ok(Self(RawValue::from_string(std::str::from_utf8(text)?.to_owned())?))
    }

    accepts!(JSON, JSONB);
}
