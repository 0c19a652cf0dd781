//! The room of what operators see and are told, as `sql/monitor` keeps it: alerts, webhooks, metrics, anomalies and
//! dashboards.
//!
//! - [`routes`] is `/api/v1`; [`model`] is what comes and goes as JSON; [`store`] is the SQL functions that are called.
//! - [`delivery`] takes messages of the log to webhooks, in order and at least once.
//! - [`watchman`] evaluates rules, looks for anomalies and keeps dashboards fresh.
//! - [`recorder`] writes the service's own figures down.
//! - [`socket`] is `/ws/dashboard`.
//!
//! Invariant: nothing here is on anybody's path. The room reads the log as any consumer does; with it switched off,
//! everything else is as before.

pub mod delivery;
pub mod model;
pub mod recorder;
pub mod routes;
pub mod socket;
pub mod store;
pub mod watchman;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::cache::Cache;
use crate::config::{Config, ConfigError};
use crate::gateway::Gateway;
use crate::http::traffic::Traffic;
use crate::stream::counters::Counters;
use delivery::Deliveries;
use delivery::guard::Guard;
use delivery::sender::{Figures, Sender};
use recorder::Recorder;
use watchman::Watchman;

/// What the room's routes and tasks share.
#[derive(Debug)]
pub struct Monitor {
    /// Where webhooks may lead.
    pub guard: Guard,
    /// Rung when something is to be delivered that the stream does not tell of.
    pub due: Arc<Notify>,
    /// Its tasks, so that a shutdown can wait for what is being sent.
    pub tasks: TaskTracker,
    /// Where dashboards are kept.
    pub cache: Arc<Cache>,
    sender: Sender,
    delivers: bool,
}

impl Monitor {
    /// As configured; nothing runs yet.
    ///
    /// # Errors
    /// `webhooks.allowed_networks` cannot be read.
    pub fn new(config: &Config, cache: Arc<Cache>) -> Result<Self, ConfigError> {
        let networks = config.webhooks.allowed_networks.iter().map(|text| text.parse());
        let networks: Vec<_> = networks.collect::<Result<_, _>>().map_err(|_| {
            ConfigError::Invalid(
                "webhooks.allowed_networks must be networks, e.g. [\"10.1.0.0/16\"]".to_owned(),
            )
        })?;
        let guard = Guard::new(&networks);
        let sender = Sender::new(guard.clone(), Duration::from_secs(config.webhooks.timeout_seconds.max(1)));
        let delivers = config.webhooks.deliver;
        Ok(Self { guard, due: Arc::default(), tasks: TaskTracker::new(), cache, sender, delivers })
    }

    /// What deliveries came to on this node.
    pub fn figures(&self) -> &Figures {
        &self.sender.figures
    }

    /// Begins its tasks.
    pub fn start(
        &self,
        gateway: &Arc<Gateway>,
        counters: &Arc<Counters>,
        traffic: &Arc<Traffic>,
        shutdown: &CancellationToken,
    ) {
        let (pool, hub) = (&gateway.pool, &gateway.hub);
        if self.delivers {
            let deliveries =
                Deliveries::new(pool.clone(), hub.clone(), self.sender.clone(), self.due.clone());
            self.tasks.spawn(deliveries.run(shutdown.clone()));
        }
        let watchman = Watchman {
            pool: pool.clone(),
            hub: hub.clone(),
            cache: self.cache.clone(),
            figures: self.sender.figures.clone(),
        };
        self.tasks.spawn(watchman.run(shutdown.clone()));
        let recorder = Recorder {
            pool: pool.clone(),
            counters: counters.clone(),
            gateway: gateway.clone(),
            traffic: traffic.clone(),
            figures: self.sender.figures.clone(),
        };
        self.tasks.spawn(recorder.run(shutdown.clone()));
        self.tasks.close();
    }
}
