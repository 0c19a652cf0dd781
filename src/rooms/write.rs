//! One write, in one transaction: who writes, whether it was answered before, what the room asks first (the right, the
//! version), the verb, and the answer, which is the row with the transaction's id.
//!
//! Invariant: whatever is refused leaves nothing behind, and a request with a key is performed at most once: what it
//! was answered commits with what it did, and whoever sends it meanwhile waits for that.

use postgres_types::{ToSql, Type};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio_postgres::types::Json;
use uuid::Uuid;

use crate::db::pool::Pool;
use crate::db::problem::Problem;
use crate::db::session::{self, Caller, Param};
use crate::db::stopwatch;
use crate::stream::log::JsonText;

type Transaction<'c> = deadpool_postgres::Transaction<'c>;

/// A write that is about to happen.
#[derive(Debug)]
pub struct Write {
    pool: Pool,
    caller: Caller,
    request: Option<NamedRequest>,
    versions: Option<Vec<String>>,
    conditions: Vec<Condition>,
}

/// A value that a condition is asked with.
pub(crate) type Value = (Box<dyn ToSql + Sync + Send>, Type);

/// A statement that raises unless the write may happen.
#[derive(Debug)]
struct Condition {
    sql: &'static str,
    params: Vec<Value>,
}

/// A request that its caller gave a name, so that it can be repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedRequest {
    /// `Idempotency-Key`
    pub key: String,
    /// Stands for the whole request.
    pub fingerprint: String,
}

/// What was written.
#[derive(Debug, Serialize, Deserialize)]
pub struct Written {
    /// The row as it is then (a deleted one: as it was), with `txid`.
    pub body: Box<RawValue>,
    /// The row's version.
    pub version: Option<String>,
    /// It is the answer to an earlier request of the same name.
    #[serde(skip)]
    pub is_repeated: bool,
}

/// By what an answer is known.
#[derive(Debug, Default, Deserialize)]
pub struct Named {
    /// The row's id, where it has one.
    #[serde(default)]
    pub id: Option<Uuid>,
    /// A member's.
    #[serde(default)]
    pub user_id: Option<Uuid>,
    /// The transaction.
    #[serde(default)]
    pub txid: String,
}

impl Written {
    /// Id and transaction.
    pub fn named(&self) -> Named {
        serde_json::from_str(self.body.get()).unwrap_or_default()
    }
}

impl Write {
    /// By a caller, whatever version the row has.
    pub fn new(pool: Pool, caller: Caller) -> Self {
        Self { pool, caller, request: None, versions: None, conditions: Vec::new() }
    }

    /// The same, to be performed once however often it is sent.
    #[must_use]
    pub fn named(mut self, request: Option<NamedRequest>) -> Self {
        self.request = request;
        self
    }

    /// The same, only if the row has one of these versions.
    #[must_use]
    pub fn if_version(mut self, versions: Option<Vec<String>>) -> Self {
        self.versions = versions;
        self
    }

    /// Who writes.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The versions of which the row must have one, if it matters.
    pub fn versions(&self) -> Option<&[String]> {
        self.versions.as_deref()
    }

    /// Only if this statement, asked before the verb and after those before it, does not raise.
    #[must_use]
    pub(crate) fn only_if(mut self, sql: &'static str, params: Vec<Value>) -> Self {
        self.conditions.push(Condition { sql, params });
        self
    }

    /// Performs the verb, an SQL expression whose value is the row.
    pub(crate) async fn call(self, verb: &'static str, params: &[Param<'_>]) -> Result<Written, Problem> {
        let mut client = session::connection(&self.pool).await?;
        stopwatch::timed(verb, self.call_on(&mut client, verb, params)).await
    }

    async fn call_on(
        self,
        client: &mut deadpool_postgres::Object,
        verb: &'static str,
        params: &[Param<'_>],
    ) -> Result<Written, Problem> {
        let transaction = session::begin(client, &self.caller).await?;
        if let Some(written) = self.claim(&transaction).await? {
            return Ok(written);
        }
        self.insist(&transaction).await?;
        let written = perform(&transaction, verb, params).await?;
        self.keep(&transaction, &written).await?;
        transaction.commit().await.map_err(|error| session::problem("commit", &error))?;
        Ok(written)
    }

    /// What was answered before, if this request has a name and was performed.
    async fn claim(&self, transaction: &Transaction<'_>) -> Result<Option<Written>, Problem> {
        const CLAIM: &str = "select tide.claim_answer($1, $2, $3)";
        let Some(request) = &self.request else { return Ok(None) };
        let caller = self.caller.user_id.to_string();
        let params: [Param<'_>; 3] =
            [(&caller, Type::TEXT), (&request.key, Type::TEXT), (&request.fingerprint, Type::TEXT)];
        let row = transaction.query_typed_one(CLAIM, &params).await;
        let row = row.map_err(|error| session::problem(CLAIM, &error))?;
        let Some(JsonText(answer)) = row.get(0) else { return Ok(None) };
        let written: Written = serde_json::from_str(answer.get()).map_err(|error| {
            tracing::error!(%error, "A kept answer cannot be read");
            Problem::new(500, "internal")
        })?;
        Ok(Some(Written { is_repeated: true, ..written }))
    }

    async fn insist(&self, transaction: &Transaction<'_>) -> Result<(), Problem> {
        for Condition { sql, params } in &self.conditions {
            let params: Vec<Param<'_>> = params
                .iter()
                .map(|(value, kind)| (value.as_ref() as &(dyn ToSql + Sync), kind.clone()))
                .collect();
            let is_so = transaction.query_typed(sql, &params).await;
            is_so.map_err(|error| session::problem(sql, &error))?;
        }
        Ok(())
    }

    async fn keep(&self, transaction: &Transaction<'_>, written: &Written) -> Result<(), Problem> {
        const KEEP: &str = "select tide.keep_answer($1, $2, $3)";
        let Some(request) = &self.request else { return Ok(()) };
        let (caller, answer) = (self.caller.user_id.to_string(), Json(written));
        let params: [Param<'_>; 3] =
            [(&caller, Type::TEXT), (&request.key, Type::TEXT), (&answer, Type::JSONB)];
        let kept = transaction.query_typed(KEEP, &params).await;
        kept.map(|_| ()).map_err(|error| session::problem(KEEP, &error))
    }
}

async fn perform(
    transaction: &Transaction<'_>,
    verb: &'static str,
    params: &[Param<'_>],
) -> Result<Written, Problem> {
    let sql = format!(
        "select v.stored || jsonb_build_object('txid', pg_current_xact_id()::text), tide.version_of(v.stored)
         from (select {verb}) v (stored)"
    );
    let row = transaction.query_typed_one(&sql, params).await;
    let row = row.map_err(|error| session::problem(verb, &error))?;
    // Gone since the right to change it was asked for.
    let Some(JsonText(body)) = row.get(0) else { return Err(Problem::new(404, "not_found")) };
    Ok(Written { body, version: row.get(1), is_repeated: false })
}
