//! The second level: `tide.cache_entries`, which all nodes share and which outlives them.
//!
//! Whether an answer on it is still true says `tide.cache_get` in the snapshot that reads it; nothing has to take it
//! away in time. What was loaded is put there a moment later by [`super::keeper`], so that nobody waits for it and an
//! answer that changes all the time is not written all the time. A failure of either costs an answer from the tables.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use postgres_types::Type;
use uuid::Uuid;

use super::memory::Held;
use super::{Answer, Kept};
use crate::db::pool::Pool;
use crate::db::problem::Problem;
use crate::db::session::{Param, connection, problem};
use crate::stream::event::Topic;

/// Answers that may wait to be put on it; further ones stay in memory alone.
const WAITING: usize = 1000;

/// The second level.
#[derive(Debug)]
pub struct Shelf {
    pool: Pool,
    /// Keys of what was loaded since the last round, with its kind.
    waiting: Mutex<HashMap<Arc<str>, &'static str>>,
}

impl Shelf {
    /// In this database.
    pub fn new(pool: Pool) -> Self {
        Self { pool, waiting: Mutex::default() }
    }

    /// `tide.cache_get`: what is kept under a key, if it still holds, and for how long it may be kept.
    pub async fn get(&self, era: Uuid, key: &str) -> Option<(Answer, Duration)> {
        const SQL: &str = "select g.body, g.version, g.count, g.topics, g.epoch, g.sequence, g.seconds_left
            from tide.cache_get($1, $2) g";
        let params: [Param<'_>; 2] = [(&era, Type::UUID), (&key, Type::TEXT)];
        let client = connection(&self.pool).await.ok()?;
        let row = client.query_typed_opt(SQL, &params).await;
        let row = row.inspect_err(|error| drop(problem("cache_get", error))).ok()??;
        let topics = row.get::<_, Vec<&str>>(3).into_iter().map(Topic::from).collect();
        let answer = Answer {
            body: Bytes::from(row.get::<_, String>(0)),
            version: row.get::<_, &str>(1).into(),
            count: row.get(2),
            topics,
            snapshot: None,
            epoch: row.get(4),
            sequence: row.get(5),
        };
        Some((answer, Duration::try_from_secs_f64(row.get(6)).unwrap_or_default()))
    }

    /// It is to be put there, if it still holds by then.
    pub fn note(&self, key: &Arc<str>, kind: &'static str) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() < WAITING {
            waiting.insert(key.clone(), kind);
        }
    }

    /// What was noted since this was asked last.
    pub fn take_waiting(&self) -> HashMap<Arc<str>, &'static str> {
        std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// `tide.cache_put`
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn put(
        &self,
        era: Uuid,
        key: &str,
        kind: &str,
        held: &Held<Kept>,
    ) -> Result<(), Problem> {
        const SQL: &str =
            "select tide.cache_put($1, $2, $3, $4, $5::text::pg_snapshot, $6, $7, $8, $9, $10, $11)";
        let answer = &held.value.answer;
        let Some(snapshot) = answer.snapshot.as_deref() else { return Ok(()) };
        let topics: Vec<&str> = answer.topics.iter().map(Topic::as_str).collect();
        let body = std::str::from_utf8(&answer.body).unwrap_or_default();
        let params: [Param<'_>; 11] = [
            (&era, Type::UUID),
            (&key, Type::TEXT),
            (&kind, Type::TEXT),
            (&topics, Type::TEXT_ARRAY),
            (&snapshot, Type::TEXT),
            (&answer.epoch, Type::UUID),
            (&answer.sequence, Type::INT8),
            (&answer.version.as_ref(), Type::TEXT),
            (&answer.count, Type::INT4),
            (&body, Type::TEXT),
            (&held.lifetime().as_secs_f64(), Type::FLOAT8),
        ];
        let put = connection(&self.pool).await?.query_typed(SQL, &params).await;
        put.map(drop).map_err(|error| problem("cache_put", &error))
    }
}
