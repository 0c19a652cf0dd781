//! Where the reads of a request go: to a replica that has seen what the client has, else to the primary.
//!
//! Invariant: only who names a position (`X-Tide-Position`) may be answered by a replica, and is never answered by less
//! than that position. Who names none reads what they wrote.

use std::sync::Arc;

use tokio_postgres::Row;
use uuid::Uuid;

use super::pool::Pool;
use super::problem::Problem;
use super::replicas::Replicas;
use super::session::{self, Param};
use crate::config::Config;
use crate::error::Failure;
use crate::stream::counters::Counter;
use crate::stream::position::Position;

/// How many reads of the API were answered by whom, those of the cache apart.
#[derive(Debug, Default)]
#[allow(missing_docs, reason = "the names of /metrics")]
pub struct Reads {
    pub primary: Counter,
    pub replica: Counter,
}

/// The databases that there are to be read.
#[derive(Debug)]
pub struct Databases {
    /// Takes writes, and answers whatever it is asked.
    pub primary: Pool,
    /// Answer what they can.
    pub replicas: Replicas,
    /// Who did.
    pub reads: Reads,
}

impl Databases {
    /// The replicas of the configuration beside the primary. Connects to nothing yet.
    ///
    /// # Errors
    /// The address of a replica cannot be parsed; it is not repeated.
    pub fn open(config: &Config, primary: Pool) -> Result<Self, Failure> {
        Ok(Self { primary, replicas: Replicas::open(config)?, reads: Reads::default() })
    }
}

/// For the reads of one request.
#[derive(Debug, Clone)]
pub struct Reader {
    databases: Arc<Databases>,
    wanted: Option<Position>,
}

/// What a read was answered.
#[derive(Debug)]
pub struct Answered {
    /// As Postgres wrote it.
    pub row: Row,
    /// Everything up to here is in it; not asked for where nobody could use it.
    pub position: Option<Position>,
}

/// Whom a question is put to.
#[derive(Debug, Clone, Copy)]
pub enum Source<'s> {
    /// The primary.
    Primary(&'s Pool),
    /// A replica, or nobody.
    Replica(&'s Reader),
}

impl Source<'_> {
    /// One statement that reads, as a user (`None`: who may see everything).
    ///
    /// # Errors
    /// What the statement refused, or the database's. Of a replica: the primary is to be asked.
    pub async fn ask(
        self,
        subject: Option<Uuid>,
        sql: &'static str,
        params: &[Param<'_>],
    ) -> Result<Row, Problem> {
        match self {
            Self::Primary(pool) => session::ask(pool, subject, sql, params).await,
            Self::Replica(reader) => {
                let answered = reader.ask_replica(subject, sql, params).await;
                answered.map(|answered| answered.row).ok_or_else(Problem::unavailable)
            }
        }
    }
}

impl Reader {
    /// For a client that has everything up to `wanted` and takes nothing older.
    pub fn new(databases: Arc<Databases>, wanted: Option<Position>) -> Self {
        Self { databases, wanted }
    }

    /// Where there is everything.
    pub fn primary(&self) -> &Pool {
        &self.databases.primary
    }

    /// One statement that reads, as a user (`None`: who may see everything).
    ///
    /// # Errors
    /// What the statement refused, or the primary's.
    pub async fn ask(
        &self,
        subject: Option<Uuid>,
        sql: &'static str,
        params: &[Param<'_>],
    ) -> Result<Answered, Problem> {
        if let Some(answered) = self.ask_replica(subject, sql, params).await {
            return Ok(answered);
        }
        self.databases.reads.primary.add(1);
        if self.wanted.is_none() && self.databases.replicas.is_empty() {
            let row = session::ask(self.primary(), subject, sql, params).await?;
            return Ok(Answered { row, position: None });
        }
        let client = session::connection(self.primary()).await?;
        let asked = session::ask_at(&client, subject, sql, params).await;
        let (row, position) = asked.map_err(|error| session::problem(sql, &error))?;
        Ok(Answered { row, position })
    }

    /// The answer of a replica, if the client can do with one and one has it.
    pub async fn ask_replica(
        &self,
        subject: Option<Uuid>,
        sql: &'static str,
        params: &[Param<'_>],
    ) -> Option<Answered> {
        let (row, at) = self.databases.replicas.ask(self.wanted?, subject, sql, params).await?;
        self.databases.reads.replica.add(1);
        Some(Answered { row, position: Some(at) })
    }
}
