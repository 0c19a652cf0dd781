//! The running service: its tasks, how they begin and in which order they end.
//!
//! ```text
//! begin:  listener, feed, upkeep, publisher, pulse, accept loop   ready: the feed follows the log and the listener has tried
//! told to stop: /ready says so, and for http.unready_seconds all else goes on
//! end:    stop accepting ─> stop the feed ─> the publisher sends what waits ─> sockets drain (1012) ─> done
//! ```
//!
//! Invariant: nothing here is on the writers' path. The listening socket and the shutdown are given from outside, so
//! that a test, `tidegate dev` and `tidegate serve` run the same thing.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::auth::{Authenticator, Tokens};
use crate::cache::freshness::Freshness;
use crate::cache::{self, Cache, keeper};
use crate::config::Config;
use crate::db::address::Address;
use crate::db::pool::{self, Pool};
use crate::db::reader::Databases;
use crate::descriptors;
use crate::error::Failure;
use crate::features::{Features, Switches};
use crate::gateway::{Gateway, Manners};
use crate::http::accept::{self, Limits};
use crate::http::limits::PerUser;
use crate::http::metrics::Rate;
use crate::http::origin::Origins;
use crate::http::traffic::Traffic;
use crate::http::visitor::Visitors;
use crate::http::{self, Settings, Shared};
use crate::monitor::Monitor;
use crate::pulse::Pulse;
use crate::stream::counters::Counters;
use crate::stream::feed::{Feed, Health, Manner, News};
use crate::stream::hub::Hub;
use crate::stream::listener::{Alarm, Hearing, Listener};
use crate::stream::pace::PaceSettings;
use crate::stream::publisher::Publisher;
use crate::stream::upkeep::Upkeep;
use crate::terminal::say;

/// Ticks that may wait between feed and publisher. When they do, the feed waits too, and the rest stays in the log.
const NEWS: usize = 16;

/// Connections that may wait to be accepted; the kernel's own limit (net.core.somaxconn) is usually lower.
const BACKLOG: u32 = 16_384;
/// Open files beside the clients' sockets: the database's, the log's, the runtime's.
const OTHER_FILES: u64 = 256;
/// Distance of a node's health samples.
const PULSE: Duration = Duration::from_secs(60);
/// How long open requests may take to finish after a shutdown.
const FINISH: Duration = Duration::from_secs(5);

/// The service.
#[derive(Debug)]
pub struct App;

/// A running service.
#[derive(Debug)]
pub struct Running {
    local_addr: SocketAddr,
    health: watch::Receiver<Health>,
    hearing: watch::Receiver<Hearing>,
    gateway: Arc<Gateway>,
    freshness: Arc<Freshness>,
    done: JoinHandle<()>,
}

impl App {
    /// Starts everything on `listener`; ends when `shutdown` is cancelled.
    ///
    /// # Errors
    /// A configuration that cannot work. A database that is away is none: the service waits for it.
    pub fn start(
        config: &Config,
        listener: TcpListener,
        shutdown: CancellationToken,
    ) -> Result<Running, Failure> {
        Self::start_with(config, vec![listener], shutdown)
    }

    fn start_with(
        config: &Config,
        listeners: Vec<TcpListener>,
        shutdown: CancellationToken,
    ) -> Result<Running, Failure> {
        let first = listeners.first().map(TcpListener::local_addr);
        let local_addr = first.and_then(Result::ok).ok_or_else(|| {
            Failure::environment(
                "there is no address to serve on",
                "set TIDEGATE_LISTEN, e.g. 127.0.0.1:8000",
            )
        })?;
        let hub = Arc::new(Hub::new(config.stream.replay_bytes, Uuid::nil(), 0));
        let tokens = Tokens::new(config)?;
        let pool = pool::open(config)?;
        let databases = Databases::open(config, pool.clone())?;
        let closing = closing(shutdown.clone(), Duration::from_secs(config.http.unready_seconds));
        let cache = start_cache(config, &pool, &closing)?;
        let ticket_lifetime = Duration::from_secs(config.auth.ticket_seconds);
        let authenticator =
            Authenticator::new(tokens, pool.clone(), ticket_lifetime, cache.freshness.clone());
        let freshness = cache.freshness.clone();
        let switches = Switches::new(&config.features);
        let features = Features::new(pool.clone(), switches.subscribe());
        let gateway = Gateway::new(hub.clone(), pool.clone(), authenticator, features, Manners::from(config));
        let gateway = Arc::new(gateway);
        let traffic = Arc::<Traffic>::default();
        let pulse = Pulse { pool: pool.clone(), traffic: traffic.clone(), every: PULSE };
        let stream = Stream::start(config, hub, pool, switches, &closing)?;
        let monitor = Arc::new(Monitor::new(config, cache.clone())?);
        monitor.start(&gateway, &stream.counters, &traffic, &closing);
        let answers = (databases, cache, monitor);
        let shared = Arc::new(shared(config, gateway.clone(), answers, &stream, traffic, shutdown));
        let limits = limits(config, &shared.visitors);
        let (health, hearing) = (stream.health.clone(), stream.hearing.clone());
        tokio::spawn(pulse.run(closing.clone()));
        let done = tokio::spawn(live(listeners, shared, limits, stream.publisher, closing));
        Ok(Running { local_addr, health, hearing, gateway, freshness, done })
    }
}

fn shared(
    config: &Config,
    gateway: Arc<Gateway>,
    (databases, cache, monitor): (Databases, Arc<Cache>, Arc<Monitor>),
    stream: &Stream,
    traffic: Arc<Traffic>,
    leaving: CancellationToken,
) -> Shared {
    Shared {
        gateway,
        databases: Arc::new(databases),
        cache,
        monitor,
        counters: stream.counters.clone(),
        traffic,
        health: stream.health.clone(),
        hearing: stream.hearing.clone(),
        leaving,
        origins: Origins::new(&config.http.allowed_origins),
        visitors: Visitors::from(config),
        rate: Rate::default(),
        settings: Settings::from(config),
        bulk_limit: PerUser::new(
            config.http.bulk_requests,
            Duration::from_secs(config.http.bulk_window_seconds),
        ),
    }
}

fn limits(config: &Config, visitors: &Visitors) -> Limits {
    Limits {
        places: Arc::new(Semaphore::new(config.http.max_connections)),
        header_timeout: Duration::from_millis(config.http.header_timeout_ms),
        // A socket loses its patience before, and says so.
        write_timeout: Duration::from_secs(config.websocket.connection_timeout) + FINISH,
        // Streams end with the sockets.
        finish: Duration::from_secs(config.http.drain_seconds) + FINISH,
        addresses: (!visitors.trust_forwarded_for).then(|| visitors.addresses.clone()),
    }
}

/// Cancelled when the service has been told to stop, and its load balancer has had so long to notice.
fn closing(shutdown: CancellationToken, unready: Duration) -> CancellationToken {
    let closing = CancellationToken::new();
    let cancelled = closing.clone();
    tokio::spawn(async move {
        shutdown.cancelled().await;
        sleep(unready).await;
        cancelled.cancel();
    });
    closing
}

/// The cache and what keeps it true. Switched off it is never checked, so nothing in it is ever used.
fn start_cache(config: &Config, pool: &Pool, shutdown: &CancellationToken) -> Result<Arc<Cache>, Failure> {
    let address = Address::read(&config.database, config.database_url()?, "cache")?;
    let (freshness, checker) = Freshness::new(address);
    let cache = Arc::new(Cache::new(cache::Settings::from(&config.cache), pool.clone(), freshness));
    if config.cache.enabled {
        tokio::spawn(checker.run(shutdown.clone()));
        tokio::spawn(keeper::run(cache.clone(), shutdown.clone()));
    }
    Ok(cache)
}

/// From the first connection to the last.
async fn live(
    listeners: Vec<TcpListener>,
    shared: Arc<Shared>,
    limits: Limits,
    publisher: JoinHandle<()>,
    closing: CancellationToken,
) {
    let router = http::router(&shared);
    let accepting: Vec<_> = listeners
        .into_iter()
        .map(|listener| tokio::spawn(accept::run(listener, router.clone(), limits.clone(), closing.clone())))
        .collect();
    closing.cancelled().await;
    tracing::info!("Stopping: sending what waits, then closing the sockets");
    let _ = publisher.await;
    shared.gateway.drain().await;
    // What is being delivered is recorded, if it is soon; else it is delivered again.
    let _ = tokio::time::timeout(FINISH, shared.monitor.tasks.wait()).await;
    for task in accepting {
        let _ = task.await;
    }
    tracing::info!("Stopped");
}

impl Running {
    /// Where it serves.
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// The gateway, for tests and for `tidegate dev`.
    pub fn gateway(&self) -> &Arc<Gateway> {
        &self.gateway
    }

    /// Waits until it follows the log, knows whether it hears the doorbell, and has looked for what it may keep.
    ///
    /// # Errors
    /// The schema is missing or old.
    pub async fn ready(&self) -> Result<(), Failure> {
        let (mut health, mut hearing) = (self.health.clone(), self.hearing.clone());
        let found = health.wait_for(|health| *health != Health::Away).await.map(|health| *health);
        match found {
            Ok(Health::Fine) => {}
            Ok(_) => return Err(Failure::old_schema()),
            Err(_) => return Err(Failure::environment("the service has stopped", "its log says why")),
        }
        let _ = hearing.wait_for(|hearing| *hearing != Hearing::Away).await;
        self.freshness.ready().await;
        Ok(())
    }

    /// Waits for the end after a shutdown.
    pub async fn stopped(self) {
        let _ = self.done.await;
    }
}

/// The tasks between the database and the hub.
#[derive(Debug)]
struct Stream {
    counters: Arc<Counters>,
    health: watch::Receiver<Health>,
    hearing: watch::Receiver<Hearing>,
    publisher: JoinHandle<()>,
}

impl Stream {
    fn start(
        config: &Config,
        hub: Arc<Hub>,
        pool: Pool,
        switches: Switches,
        shutdown: &CancellationToken,
    ) -> Result<Self, Failure> {
        let counters = Arc::<Counters>::default();
        let (mut feed, news) =
            source(config, Manner::Tick, None, Some(hub.clone()), counters.clone(), shutdown)?;
        feed.switches = Some(switches);
        let (health, hearing) = (feed.health.subscribe(), feed.hearing.clone());
        let publisher = Publisher { hub, counters: counters.clone() };
        tokio::spawn(feed.run(shutdown.clone()));
        tokio::spawn(Upkeep { pool, counters: counters.clone() }.run(shutdown.clone()));
        let publisher = tokio::spawn(publisher.run(news));
        Ok(Self { counters, health, hearing, publisher })
    }
}

/// A feed with the listener that wakes it (started) and the channel of its news.
///
/// # Errors
/// No address, or one that cannot be parsed.
pub fn source(
    config: &Config,
    manner: Manner,
    from: Option<i64>,
    hub: Option<Arc<Hub>>,
    counters: Arc<Counters>,
    shutdown: &CancellationToken,
) -> Result<(Feed, mpsc::Receiver<News>), Failure> {
    let alarm = Arc::<Alarm>::default();
    let (hearing, heard) = watch::channel(Hearing::Away);
    let listener = Listener {
        address: Address::read(&config.database, config.listener_url()?, "listener")?,
        check: Duration::from_secs(config.stream.listener_check_seconds.max(1)),
        alarm: alarm.clone(),
        hearing,
        counters: counters.clone(),
    };
    let (news, received) = mpsc::channel(NEWS);
    let feed = Feed {
        address: Address::read(&config.database, config.listener_url()?, "feed")?,
        manner,
        pace: PaceSettings {
            tick_interval: Duration::from_millis(config.stream.tick_interval_ms),
            look_again: Duration::from_millis(config.stream.look_again_ms),
            look_again_max: Duration::from_millis(config.stream.look_again_max_ms),
            idle: Duration::from_millis(config.stream.idle_interval_ms.max(10)),
        },
        from,
        alarm,
        hearing: heard,
        hub,
        news,
        switches: None,
        health: watch::channel(Health::Away).0,
        counters,
    };
    tokio::spawn(listener.run(shutdown.clone()));
    Ok((feed, received))
}

/// Serves until told to stop.
///
/// # Errors
/// Whatever keeps the service from starting.
pub async fn serve(config: Config) -> Result<(), Failure> {
    let shutdown = CancellationToken::new();
    if let Err(failure) = descriptors::make_room(config.http.max_connections as u64 + OTHER_FILES) {
        tracing::warn!("Fewer connections than http.max_connections can be open: {failure}");
    }
    let mut listeners = vec![bind(config.http.listen)?];
    if config.http.websocket_port != 0 {
        listeners.push(bind(SocketAddr::new(config.http.listen.ip(), config.http.websocket_port))?);
    }
    let running = App::start_with(&config, listeners, shutdown.clone())?;
    let patience = Duration::from_secs(config.database.wait_seconds);
    tokio::select! {
        ready = tokio::time::timeout(patience, running.ready()) => {
            ready.map_err(|_| Failure::silent_database(patience.as_secs()))??;
        }
        () = stop_signal() => return Ok(()),
    }
    say(format!("Serving on http://{}  (Ctrl-C ends it)", running.local_addr()))?;
    stop_signal().await;
    shutdown.cancel();
    running.stopped().await;
    Ok(())
}

/// A socket whose queue holds everyone who may come back at once, as far as the system lets us.
fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    let listen = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    };
    listen().map_err(|error| {
        Failure::environment(
            format!("cannot listen on {address}: {error}"),
            "end the other program, or set TIDEGATE_LISTEN to another address",
        )
    })
}

/// Ctrl-C, or SIGTERM.
pub(crate) async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
}
