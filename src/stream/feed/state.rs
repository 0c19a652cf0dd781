//! Where the feed stands, and why it stops.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use uuid::Uuid;

use crate::stream::event::{Event, Source};
use crate::stream::listener::Hearing;
use crate::stream::settings::LiveSettings;

/// Agents that are remembered.
const AGENTS: usize = 1000;

/// What the feed knows from one look to the next, and from one connection to the next.
#[derive(Debug)]
pub(super) struct State {
    /// Epoch and the last sequence passed on.
    pub(super) position: Option<(Uuid, i64)>,
    /// The generation of topics that was told last.
    pub(super) told: u64,
    pub(super) settings: LiveSettings,
    /// Heard of lately: each is asked about while agents' events are gathered for some.
    pub(super) agents: BTreeSet<Arc<str>>,
    /// Notifications arrive, so the server process that we know is the one that answers.
    pub(super) is_direct: bool,
    pub(super) started: Instant,
}

impl State {
    pub(super) fn new() -> Self {
        Self {
            position: None,
            told: 0,
            settings: LiveSettings::default(),
            agents: BTreeSet::new(),
            is_direct: false,
            started: Instant::now(),
        }
    }

    /// Remembers the agents among who wrote these.
    pub(super) fn meet_agents(&mut self, events: &[Event]) {
        if self.settings.gather_depends_on_agent() && self.agents.len() < AGENTS {
            let theirs = events.iter().filter(|event| event.source == Source::McpAi);
            self.agents.extend(theirs.filter_map(|event| event.actor.clone()));
        }
    }

    /// A listener that is away has told nothing of how the way is.
    pub(super) fn heed(&mut self, hearing: Hearing) {
        match hearing {
            Hearing::Fine => self.is_direct = true,
            Hearing::Deaf => self.is_direct = false,
            Hearing::Away => {}
        }
    }

    /// Since it began.
    pub(super) fn now(&self) -> Duration {
        self.started.elapsed()
    }
}

/// Why it does not go on.
pub(super) enum Stopped {
    /// Postgres or the network says so.
    Refused(tokio_postgres::Error),
    /// No answer will come.
    Silent,
    /// Whoever took the news is gone.
    NobodyListens,
}

impl From<tokio_postgres::Error> for Stopped {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Refused(error)
    }
}
