//! A read: who asks, what they have seen and have already, and which database answers.

use postgres_types::Type;
use serde_json::value::RawValue;

use crate::cache::freshness::Seen;
use crate::db::problem::Problem;
use crate::db::reader::{Answered, Reader};
use crate::db::session::{Caller, Param};
use crate::http::page::Listed;
use crate::stream::log::JsonText;
use crate::stream::position::Position;

/// A question of a caller's.
#[derive(Debug)]
pub struct Read {
    /// For questions to a database.
    pub reader: Reader,
    /// Who asks.
    pub caller: Caller,
    /// The versions that they have already (`If-None-Match`).
    pub known: Vec<String>,
    /// What was committed when they asked, for answers that are kept.
    pub look: Option<Seen>,
}

/// One row.
#[derive(Debug)]
pub struct Found {
    /// As Postgres wrote it.
    pub body: Box<RawValue>,
    /// What its `ETag` says.
    pub version: String,
    /// Everything up to here is in it, where that is known.
    pub position: Option<Position>,
}

impl Read {
    /// One row of a function whose first parameter is the caller: the row and its version.
    pub(crate) async fn find(&self, sql: &'static str, more: &[Param<'_>]) -> Result<Found, Problem> {
        let subject = self.caller.subject();
        let mut params: Vec<Param<'_>> = vec![(&subject, Type::UUID)];
        params.extend(more.iter().cloned());
        let Answered { row, position } = self.reader.ask(subject, sql, &params).await?;
        match row.get(0) {
            Some(JsonText(body)) => Ok(Found { body, version: row.get(1), position }),
            None => Err(Problem::new(404, "not_found")),
        }
    }

    /// A page: the rows, and the key after which the next one begins.
    pub(crate) async fn list(&self, sql: &'static str, params: &[Param<'_>]) -> Result<Listed, Problem> {
        let Answered { row, position } = self.reader.ask(self.caller.subject(), sql, params).await?;
        let JsonText(items) = row.get(0);
        Ok(Listed { items, next: row.get(1), position })
    }
}
