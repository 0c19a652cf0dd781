//! Wires: between service and Postgres, between clients and service, and a pooler in the way.

use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use futures::future::join_all;
use tokio::time::sleep;

use super::sea::{Sea, write_one};
use super::storm::{Manner, Storm};
use super::wire::{Weather, Wire};
use crate::support::{eventually, skipped};

/// The address of a database, through a wire.
fn through(url: &str, port: u16, wire: &Wire) -> String {
    url.replace(&format!("127.0.0.1:{port}/"), &format!("{}/", wire.address()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listener_whose_wire_goes_dead_is_noticed_and_nobody_waits_for_it() {
    let mut sea = Sea::new(&[]).await;
    let wire = Wire::to(SocketAddr::from(([127, 0, 0, 1], sea.port()))).await;
    let listener = through(&sea.url(), sea.port(), &wire);
    sea.serve(&[("LISTENER_DATABASE_URL", &listener), ("TIDEGATE_STREAM__LISTENER_CHECK_SECONDS", "1")])
        .await;
    let mut follower = sea.follower().await;
    let storm = Storm::begin(&sea.url(), 2, Manner::default());
    sea.some_time().await;
    wire.deaden();
    sea.recovers("listener and feed on a dead wire, which nobody says", &mut follower, Instant::now()).await;
    wire.turn(Weather::Hole);
    sleep(Duration::from_secs(5)).await;
    wire.turn(Weather::Fair);
    sea.recovers("listener and feed cut off for five seconds", &mut follower, Instant::now()).await;
    storm.end().await;
    let written = sea.written().await;
    follower.assert_complete(&written).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_are_reset_cut_off_throttled_and_garbled_miss_nothing() {
    let mut sea = Sea::new(&[]).await;
    sea.serve(&[]).await;
    let followers = join_all((0..4).map(|_| sea.follower())).await;
    let storm = Storm::begin(&sea.url(), 2, Manner::default());
    for weather in
        [None, Some(Weather::Hole), None, Some(Weather::Trickle(20_000)), Some(Weather::Noise(300)), None]
    {
        sea.some_time().await;
        match weather {
            None => sea.wire().cut(),
            Some(Weather::Hole) => {
                sea.wire().turn(Weather::Hole);
                sleep(Duration::from_secs(5)).await;
                sea.wire().turn(Weather::Fair);
            }
            Some(weather) => {
                sea.wire().turn(weather);
                sleep(Duration::from_secs(2)).await;
                sea.wire().turn(Weather::Fair);
                sea.wire().cut();
            }
        }
    }
    storm.end().await;
    let since = Instant::now();
    let id = write_one(&sea.url()).await;
    let written = sea.written().await;
    for mut follower in followers {
        follower.until_heard(&id).await;
        let diary = follower.assert_complete(&written).await;
        assert!(diary.connections > 4, "{} connections", diary.connections);
    }
    super::report("clients reset, half-open, throttled, garbled", since);
}

/// pgbouncer in transaction mode; ended when dropped.
struct Pooler(Child);

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn pooler(sea: &Sea, home: &std::path::Path) -> Option<(Pooler, u16)> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let password = sea.url().split(':').nth(2)?.split('@').next()?.to_owned();
    let config = format!(
        "[databases]\n* = host=127.0.0.1 port={} user=postgres password={password}\n[pgbouncer]\n\
         listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\n\
         ignore_startup_parameters = extra_float_digits,options\n",
        sea.port()
    );
    let file = home.join("pgbouncer.ini");
    std::fs::write(&file, config).unwrap();
    let mut command = Command::new("pgbouncer");
    command.arg(&file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if nix::unistd::geteuid().is_root() {
        command.args(["--user", "nobody"]);
        Command::new("chmod").args(["-R", "go+rX"]).arg(home).status().ok()?;
    }
    match command.spawn() {
        Ok(child) => Some((Pooler(child), port)),
        Err(error) => {
            skipped(&format!("pgbouncer: {error}"));
            None
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pooler_in_transaction_mode_costs_notifications_and_nothing_else() {
    let mut sea = Sea::new(&[]).await;
    let home = tempfile::tempdir_in("/tmp").unwrap();
    let Some((_pooler, port)) = pooler(&sea, home.path()) else { return };
    let pooled = sea.url().replace(&format!(":{}/", sea.port()), &format!(":{port}/"));
    eventually("the pooler answers", async || {
        tokio_postgres::connect(&pooled, tokio_postgres::NoTls).await.is_ok()
    })
    .await;
    sea.serve_at(&pooled, &[("TIDEGATE_STREAM__LISTENER_CHECK_SECONDS", "1")]).await;
    let mut follower = sea.follower().await;
    let storm = Storm::begin(&sea.url(), 2, Manner::default());
    let since = Instant::now();
    sea.recovers("pgbouncer in transaction mode: one change", &mut follower, since).await;
    sea.some_time().await;
    storm.end().await;
    let written = sea.written().await;
    follower.assert_complete(&written).await;
}
