//! What is switched on, and for whom: `tide.features`, as this node knows it.
//!
//! ```text
//! tide.features ──every few seconds──> feed ──> Standings ──> sessions, routes     everybody, nobody: no question
//!                                        └────> Gather ────> batch                 some: tide.feature_enabled, once
//! ```
//!
//! Invariant: the rule is SQL's. A node knows for whom a feature is on in three words; where the word is "some" it asks
//! about each user, and keeps the answer until the feature is changed. Until the database has answered for the first
//! time, what the environment says counts.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use moka::future::Cache;
use postgres_types::Type;
use tokio::sync::watch;
use uuid::Uuid;

use crate::config;
use crate::db::pool::Pool;
use crate::db::problem::Problem;
use crate::db::session::{self, Param};
use crate::stream::batch::Gather;
use crate::stream::log::Log;

/// Answers about users that are kept.
const REMEMBERED: u64 = 20_000;
/// Agents that are asked about at a time; further ones are not gathered while a feature is on for some.
const AGENTS: usize = 1000;

/// What the service itself switches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Feature {
    /// `POST /api/v2/branches/summaries/bulk`
    BulkApi,
    /// `cascade` in messages.
    WsCascade,
    /// Gathering what AI agents write.
    AiBatch,
}

impl Feature {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::BulkApi, Self::WsCascade, Self::AiBatch];

    /// Its name in `tide.feature_flags`.
    pub fn name(self) -> &'static str {
        match self {
            Self::BulkApi => "bulk_api",
            Self::WsCascade => "ws_cascade",
            Self::AiBatch => "ai_batch",
        }
    }
}

/// For whom a feature is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words of tide.features")]
pub enum Standing {
    Everybody,
    Nobody,
    Some,
}

/// How all features stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standings([(Standing, Arc<str>); Feature::ALL.len()]);

impl Standings {
    /// What the environment says.
    pub fn configured(config: &config::Features) -> Self {
        let standing = |is_on| if is_on { Standing::Everybody } else { Standing::Nobody };
        let each = defaults(config).map(|(_, is_on)| (standing(is_on), Arc::from("")));
        Self(each)
    }

    /// The same with what rows of `tide.features` say: name, standing, version.
    fn with(mut self, rows: &[(String, String, String)]) -> Self {
        for (name, standing, version) in rows {
            let Some(at) = Feature::ALL.iter().position(|feature| feature.name() == name) else { continue };
            let standing = match standing.as_str() {
                "everybody" => Standing::Everybody,
                "nobody" => Standing::Nobody,
                _ => Standing::Some,
            };
            self.0[at] = (standing, version.as_str().into());
        }
        self
    }

    /// How one stands.
    pub fn of(&self, feature: Feature) -> Standing {
        self.0[feature as usize].0
    }

    /// Another one after every change of it.
    fn version(&self, feature: Feature) -> Arc<str> {
        self.0[feature as usize].1.clone()
    }
}

fn defaults(config: &config::Features) -> [(Feature, bool); Feature::ALL.len()] {
    [
        (Feature::BulkApi, config.bulk_api),
        (Feature::WsCascade, config.ws_cascade),
        (Feature::AiBatch, config.ai_batch),
    ]
}

/// Where the feed puts what it reads.
#[derive(Debug)]
pub struct Switches {
    defaults: [(Feature, bool); Feature::ALL.len()],
    configured: Standings,
    known: watch::Sender<Standings>,
    declared: AtomicBool,
}

impl Switches {
    /// As the environment says, until they are read.
    pub fn new(config: &config::Features) -> Self {
        let configured = Standings::configured(config);
        Self {
            defaults: defaults(config),
            known: watch::channel(configured.clone()).0,
            configured,
            declared: AtomicBool::new(false),
        }
    }

    /// Hears of every change.
    pub fn subscribe(&self) -> watch::Receiver<Standings> {
        self.known.subscribe()
    }

    /// Reads how they stand, after telling the database once what the environment says; answers with whose events are
    /// gathered.
    ///
    /// # Errors
    /// Postgres' own.
    pub async fn refresh(
        &self,
        log: &Log,
        agents: &BTreeSet<Arc<str>>,
    ) -> Result<Gather, tokio_postgres::Error> {
        if !self.declared.load(Ordering::Relaxed) {
            for (feature, is_on) in self.defaults {
                log.declare_feature(feature.name(), is_on).await?;
            }
            self.declared.store(true, Ordering::Relaxed);
        }
        let standings = self.configured.clone().with(&log.features().await?);
        let gather = match standings.of(Feature::AiBatch) {
            Standing::Everybody => Gather::Everybody,
            Standing::Nobody => Gather::Nobody,
            Standing::Some => {
                let asked: Vec<&str> = agents.iter().take(AGENTS).map(|agent| &**agent).collect();
                Gather::Those(Arc::new(log.enabled_for(Feature::AiBatch.name(), &asked).await?))
            }
        };
        self.known.send_if_modified(|known| {
            let is_new = *known != standings;
            *known = standings;
            is_new
        });
        Ok(gather)
    }
}

/// Answers whether a feature is on for a user.
#[derive(Debug)]
pub struct Features {
    pool: Pool,
    standings: watch::Receiver<Standings>,
    answers: Cache<(Feature, Uuid, Arc<str>), bool>,
}

impl Features {
    /// With nothing asked yet.
    pub fn new(pool: Pool, standings: watch::Receiver<Standings>) -> Self {
        Self { pool, standings, answers: Cache::new(REMEMBERED) }
    }

    /// Hears of every change, and of how they stand now as if it were one.
    pub fn changes(&self) -> watch::Receiver<Standings> {
        let mut changes = self.standings.clone();
        changes.mark_changed();
        changes
    }

    /// `tide.feature_enabled`, which is asked only where it depends on the user.
    ///
    /// # Errors
    /// The database's.
    pub async fn is_on(&self, feature: Feature, user: Uuid) -> Result<bool, Problem> {
        let (standing, version) = {
            let standings = self.standings.borrow();
            (standings.of(feature), standings.version(feature))
        };
        match standing {
            Standing::Everybody => Ok(true),
            Standing::Nobody => Ok(false),
            Standing::Some => {
                let answer = self.answers.try_get_with((feature, user, version), self.ask(feature, user));
                answer.await.map_err(|problem| Problem::clone(&problem))
            }
        }
    }

    async fn ask(&self, feature: Feature, user: Uuid) -> Result<bool, Problem> {
        const SQL: &str = "select tide.feature_enabled($1, $2)";
        let (name, user) = (feature.name(), user.to_string());
        let params: [Param<'_>; 2] = [(&name, Type::TEXT), (&user, Type::TEXT)];
        session::ask(&self.pool, None, SQL, &params).await.map(|row| row.get(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_database_says_counts_before_what_the_environment_says() {
        let config = config::Features { bulk_api: true, ws_cascade: false, ai_batch: true };
        let rows = [("bulk_api", "some", "1"), ("ai_batch", "nobody", "2"), ("theirs", "everybody", "3")];
        let rows: Vec<_> = rows.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned())).into();
        let standings = Standings::configured(&config).with(&rows);
        assert_eq!(
            Feature::ALL.map(|f| standings.of(f)),
            [Standing::Some, Standing::Nobody, Standing::Nobody]
        );
        assert_eq!(&*standings.version(Feature::BulkApi), "1");
    }
}
