//! Answers that are kept, in this process and in a table that all nodes share, and never older than what the asker
//! knows.
//!
//! ```text
//! request ──> Freshness::look   waits for a check that begins after it: one question to Postgres (tide.cache_check)
//!               │               for all who wait, whatever their number: which topics were committed on since the
//!               v               last check, and where the log stands
//!             Memory            kept here, and nothing that it depends on is among them: the answer
//!               │ else, once for all who ask the same
//!               v
//!             Shelf             kept in tide.cache_entries, as true at this snapshot as at its own: the answer
//!               │ else
//!               v
//!             Question::load    asked of the tables; kept here, and a second later on the shelf
//! ```
//!
//! Invariant: an answer is what Postgres would have said to this caller at some moment after the request came. It does
//! not rest on clocks, on notifications or on the ticks: a commit that nobody has ticked yet counts as well
//! (`docs/adr/0014-a-check-for-all-who-wait.md`). The key says whose rights were asked, so no two callers with different
//! rights share an answer. What cannot be checked is not used: then the tables are asked.
//!
//! - [`ledger`]: which check saw a topic change last (pure). - [`freshness`]: the checks.
//! - [`memory`]: the first level. - [`shelf`]: the second. - [`keeper`]: what happens without being asked for.

pub mod freshness;
pub mod keeper;
pub mod ledger;
pub mod memory;
pub mod shelf;

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::config;
use crate::db::pool::Pool;
use crate::db::problem::Problem;
use crate::stream::counters::Counter;
use crate::stream::event::Topic;
use crate::stream::position::Position;
use freshness::{Freshness, Seen};
use memory::{Fetched, Held, Keep, Memory};
use shelf::Shelf;

/// Something that may be asked again, by anybody with the same rights.
pub trait Question: Debug + Send + Sync + 'static {
    /// What sort of answer it has.
    fn kind(&self) -> &'static str;

    /// All that the answer depends on beside the data: the kind, whose rights, every parameter.
    fn key(&self) -> String;

    /// For how long its answer is kept at most, if that is less than of others: what it says may change without an event.
    fn lifetime(&self) -> Option<Duration> {
        None
    }

    /// Asks the tables, in one snapshot.
    fn load<'a>(&'a self, pool: &'a Pool) -> BoxFuture<'a, Result<Answer, Problem>>;
}

/// What a question was answered.
#[derive(Debug)]
pub struct Answer {
    /// JSON, or the beginning of it.
    pub body: Bytes,
    /// What its `ETag` says.
    pub version: Box<str>,
    /// How many things it is about.
    pub count: i32,
    /// Without an event on one of these it stays as it is.
    pub topics: Vec<Topic>,
    /// What it has seen, as Postgres writes it; `None` of an answer from the shelf.
    pub snapshot: Option<Box<str>>,
    /// The log's epoch, nil before the first tick.
    pub epoch: Uuid,
    /// Everything up to here is in it.
    pub sequence: i64,
}

impl Answer {
    /// From a row that begins with epoch, sequence, snapshot and topics.
    pub fn of(row: &Row, body: Bytes, version: Box<str>, count: i32) -> Self {
        Self {
            body,
            version,
            count,
            topics: row.get::<_, Vec<&str>>(3).into_iter().map(Topic::from).collect(),
            snapshot: Some(row.get::<_, &str>(2).into()),
            epoch: row.get::<_, Option<Uuid>>(0).unwrap_or(Uuid::nil()),
            sequence: row.get(1),
        }
    }
}

/// An answer with its question, so that it can be asked again.
#[derive(Debug)]
struct Kept {
    question: Arc<dyn Question>,
    answer: Answer,
}

impl Keep for Kept {
    fn bytes(&self) -> usize {
        let topics: usize = self.answer.topics.iter().map(|topic| topic.as_str().len() + 32).sum();
        self.answer.body.len() + self.answer.version.len() + topics
    }

    fn topics(&self) -> &[Topic] {
        &self.answer.topics
    }
}

/// An answer for one caller.
#[derive(Debug)]
pub struct Found {
    held: Arc<Held<Kept>>,
    /// Nobody asked the tables for it now.
    pub is_cached: bool,
    /// The answer is true at this position of the log.
    pub epoch: Uuid,
    /// See `epoch`.
    pub sequence: i64,
}

/// How often which level answered.
#[derive(Debug, Default)]
#[allow(missing_docs, reason = "the names of /metrics")]
pub struct Figures {
    pub memory: Counter,
    pub shared: Counter,
    pub tables: Counter,
    pub warmed: Counter,
}

/// `[cache]`, as durations.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "tidegate.default.toml explains them")]
pub struct Settings {
    pub enabled: bool,
    pub max_bytes: u64,
    pub ttl: Duration,
    pub warm_every: Duration,
    pub warm_keys: usize,
    pub shared: bool,
}

impl From<&config::Cache> for Settings {
    fn from(config: &config::Cache) -> Self {
        Self {
            enabled: config.enabled,
            max_bytes: config.max_bytes,
            ttl: Duration::from_secs(config.ttl_seconds),
            warm_every: Duration::from_secs(config.warm_seconds.max(1)),
            warm_keys: config.warm_keys,
            shared: config.shared,
        }
    }
}

/// The cache of a node.
#[derive(Debug)]
pub struct Cache {
    /// Whether what is kept is still true.
    pub freshness: Arc<Freshness>,
    /// What is counted.
    pub figures: Figures,
    answers: Memory<Kept>,
    shelf: Option<Shelf>,
    pool: Pool,
    settings: Settings,
}

impl Cache {
    /// Empty. Without somebody who runs the checks of `freshness`, every question is asked of the tables.
    pub fn new(settings: Settings, pool: Pool, freshness: Arc<Freshness>) -> Self {
        let answers = Memory::new(settings.max_bytes, settings.ttl, freshness.clone());
        let shelf = settings.shared.then(|| Shelf::new(pool.clone()));
        Self { freshness, figures: Figures::default(), answers, shelf, pool, settings }
    }

    /// The answer, as of `seen` or later; with `anew` the tables are asked whatever is kept.
    ///
    /// # Errors
    /// What the question was refused.
    pub async fn answer(
        &self,
        question: &Arc<dyn Question>,
        seen: Option<Seen>,
        anew: bool,
    ) -> Result<Found, Problem> {
        let Some(seen) = seen else {
            self.figures.tables.add(1);
            return Ok(Found::unkept(question.clone(), question.load(&self.pool).await?));
        };
        let key = Arc::from(question.key());
        let kept = if anew { None } else { self.answers.get(&key).await };
        let fetched = match kept {
            Some(held) => Fetched::Kept(held),
            None => self.fetch(question, &key, anew).await?,
        };
        Ok(match fetched {
            Fetched::Kept(held) => {
                held.count_use();
                self.figures.memory.add(1);
                Found::at(held, seen)
            }
            Fetched::Loaded(held) => {
                held.count_use();
                let is_shared = held.value.answer.snapshot.is_none();
                let level = if is_shared { &self.figures.shared } else { &self.figures.tables };
                level.add(1);
                Found::at_its_own(held)
            }
        })
    }

    /// Has the answer ready before somebody asks for it, unless nothing can be kept now. `anew` as in [`Cache::answer`].
    ///
    /// # Errors
    /// What the question was refused.
    pub async fn make_ready(&self, question: &Arc<dyn Question>, anew: bool) -> Result<(), Problem> {
        if self.freshness.look().await.is_none() {
            return Ok(());
        }
        // In no figure: nobody has asked.
        self.fetch(question, &Arc::from(question.key()), anew).await.map(drop)
    }

    /// The answer, loaded if it does not hold, or with `anew`: once for all who want it now.
    async fn fetch(
        &self,
        question: &Arc<dyn Question>,
        key: &Arc<str>,
        anew: bool,
    ) -> Result<Fetched<Kept>, Problem> {
        let load = async {
            let (answer, lifetime) = self.load(question, key, anew).await?;
            Ok((Kept { question: question.clone(), answer }, lifetime))
        };
        self.answers.fetch(key, anew, load).await
    }

    /// From the shelf, else from the tables.
    async fn load(
        &self,
        question: &Arc<dyn Question>,
        key: &Arc<str>,
        anew: bool,
    ) -> Result<(Answer, Duration), Problem> {
        let lifetime = question.lifetime().map_or(self.settings.ttl, |own| own.min(self.settings.ttl));
        let Some(shelf) = &self.shelf else { return Ok((question.load(&self.pool).await?, lifetime)) };
        if let (Some(era), false) = (self.freshness.era(), anew)
            && let Some(kept) = shelf.get(era, key).await
        {
            return Ok(kept);
        }
        let answer = question.load(&self.pool).await?;
        shelf.note(key, question.kind());
        Ok((answer, lifetime))
    }

    /// Answers kept in memory, and roughly how many bytes.
    pub fn size(&self) -> (u64, u64) {
        self.answers.size()
    }
}

impl Found {
    /// Of nothing that anybody may use again.
    pub fn unkept(question: Arc<dyn Question>, answer: Answer) -> Self {
        Self::at_its_own(Held::unkept(Kept { question, answer }).into())
    }

    /// Everything up to here is in it; `None` before the first tick.
    pub fn position(&self) -> Option<Position> {
        (!self.epoch.is_nil()).then_some(Position { epoch: self.epoch, sequence: self.sequence })
    }

    /// Just loaded, from the tables or from the shelf.
    fn at_its_own(held: Arc<Held<Kept>>) -> Self {
        let answer = &held.value.answer;
        let (epoch, sequence) = (answer.epoch, answer.sequence);
        Self { is_cached: answer.snapshot.is_none(), epoch, sequence, held }
    }

    /// Kept, and true at the position of a look, or at its own if that is later.
    fn at(held: Arc<Held<Kept>>, seen: Seen) -> Self {
        let answer = &held.value.answer;
        let (epoch, sequence) = if held.is_later_than(seen) {
            (answer.epoch, answer.sequence)
        } else {
            (seen.epoch, seen.sequence)
        };
        Self { is_cached: true, epoch, sequence, held }
    }

    /// What to tell.
    pub fn answer(&self) -> &Answer {
        &self.held.value.answer
    }
}
