//! The order of things: cluster, schema, demo data, service, writers; and backwards when told to stop.

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::postgres::blocking;
use super::signals::StopSignals;
use super::simulation::Simulation;
use super::{DevOptions, demo, files, greeting};
use crate::app::{App, Running};
use crate::config::{Config, Secret};
use crate::db::definitions::Choices;
use crate::db::embedded::{Cluster, ClusterOptions};
use crate::db::{migrate, pool};
use crate::error::Failure;
use crate::terminal::remark;

/// The database of the playground, within its private cluster.
const DATABASE: &str = "tidegate";
/// Sockets are told to come back within this time; nobody waits longer for a playground to end.
const DRAIN_SECONDS: u64 = 1;
/// A service that has not stopped by then hangs.
const STOP_PATIENCE: Duration = Duration::from_secs(10);
const GLANCE: Duration = Duration::from_millis(100);

/// Runs the playground until it is told to stop.
pub(super) async fn run(config: Config, options: &DevOptions, home: &Path) -> Result<(), Failure> {
    let mut signals = StopSignals::listen()?;
    let listener = listen(&config, options.port)?;
    let secret = files::development_secret(home)?;
    let cluster = start_cluster(home, options.fresh).await?;
    let config = for_playground(config, &cluster, secret);

    let lived = live(&config, options, home, &cluster, listener, &mut signals).await;
    blocking(move || cluster.stop()).await?;
    remark("stopped: nothing is left running");
    lived
}

async fn live(
    config: &Config,
    options: &DevOptions,
    home: &Path,
    cluster: &Cluster,
    listener: TcpListener,
    signals: &mut StopSignals,
) -> Result<(), Failure> {
    let Some(guests) = unless_stopped(signals, furnish(config, cluster)).await? else {
        return Ok(());
    };
    let shutdown = CancellationToken::new();
    let service = start_service(config, listener, &shutdown)?;
    let address = service.local_addr();
    let ended = match unless_stopped(signals, service.ready()).await {
        Ok(Some(())) => {
            let environment = files::write_environment(home, config, cluster, DATABASE, address, &guests)?;
            if let Err(failure) = greeting::print(address, &cluster.url(DATABASE), &guests, &environment) {
                remark(failure);
            }
            let simulation = Simulation::start(config, &guests.writer_url, !options.no_simulate)?;
            let ended = tokio::select! {
                failure = postgres_ended(cluster) => Err(failure),
                () = signals.next() => Ok(()),
            };
            remark("\nstopping: the writers, the service, then Postgres");
            simulation.stop().await;
            ended
        }
        other => other.map(drop),
    };
    shutdown.cancel();
    if tokio::time::timeout(STOP_PATIENCE, service.stopped()).await.is_err() {
        tracing::warn!("The service did not stop in time and is left behind");
    }
    ended
}

/// Whatever comes first: the work's end, or `None` when we are told to stop.
async fn unless_stopped<T>(
    signals: &mut StopSignals,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<Option<T>, Failure> {
    tokio::select! {
        done = work => done.map(Some),
        () = signals.next() => Ok(None),
    }
}

fn start_service(
    config: &Config,
    listener: TcpListener,
    shutdown: &CancellationToken,
) -> Result<Running, Failure> {
    let listener = listener
        .set_nonblocking(true)
        .and_then(|()| tokio::net::TcpListener::from_std(listener))
        .map_err(|e| Failure::environment(format!("cannot serve: {e}"), "try another port with --port"))?;
    App::start(config, listener, shutdown.clone())
}

async fn start_cluster(home: &Path, fresh: bool) -> Result<Cluster, Failure> {
    let dir = home.join("pg");
    blocking(move || {
        if fresh {
            remark("throwing the old database away");
            Cluster::erase(&dir)?;
        }
        let cluster = Cluster::start(ClusterOptions::kept(dir))?;
        let made = if cluster.is_new() { "made and started" } else { "started" };
        remark(format!("{made} a private Postgres in {}", cluster.home().display()));
        Ok(cluster)
    })
    .await
}

/// The schema, the demo data of a first start, and who may come in.
async fn furnish(config: &Config, cluster: &Cluster) -> Result<demo::Guests, Failure> {
    demo::create_database(config, &cluster.url("postgres"), DATABASE).await?;
    remark(migrate::run(config, &Choices::default()).await?);
    let client = pool::connect_for(config, "dev").await?;
    demo::furnish(&client, config, cluster.port(), DATABASE).await
}

fn for_playground(mut config: Config, cluster: &Cluster, secret: Secret) -> Config {
    config.database.url = Secret::new(cluster.url(DATABASE));
    config.database.listener_url = Secret::default();
    // It has no certificate, and nobody is in between.
    "disable".clone_into(&mut config.database.sslmode);
    config.auth.jwt_secret = secret;
    config.http.drain_seconds = DRAIN_SECONDS;
    config
}

/// The port that was asked for, or refused; the usual one, or any free one when that is taken.
fn listen(config: &Config, asked: Option<u16>) -> Result<TcpListener, Failure> {
    if let Some(port) = asked {
        return TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .map_err(|e| Failure::environment(format!("port {port}: {e}"), "name another one with --port"));
    }
    let usual = config.http.listen;
    let any = SocketAddr::new(usual.ip(), 0);
    TcpListener::bind(usual).or_else(|_| TcpListener::bind(any)).map_err(|e| {
        Failure::environment(format!("{}: {e}", usual.ip()), "name an address with TIDEGATE_LISTEN")
    })
}

async fn postgres_ended(cluster: &Cluster) -> Failure {
    while cluster.is_running() {
        tokio::time::sleep(GLANCE).await;
    }
    Failure::environment("Postgres ended on its own", format!("its log is {}", cluster.log_file().display()))
}
