//! The service that is measured: a process of its own, so that its memory and its processor time are its own too.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::process;
use super::stage::Stage;
use crate::error::Failure;

/// A service that has not ended by then is killed.
const FAREWELL: Duration = Duration::from_secs(5);

/// A running service.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) address: SocketAddr,
    pid: Option<u32>,
    child: Option<Child>,
}

/// What a process has cost so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cost {
    pub(super) processor: Duration,
    pub(super) memory: u64,
    pub(super) memory_peak: u64,
}

impl Service {
    /// One that runs already; `pid` when it is on this machine.
    pub(super) fn given(address: SocketAddr, pid: Option<u32>) -> Self {
        Self { address, pid, child: None }
    }

    /// `tidegate serve` on the stage's database, with room for so many connections.
    pub(super) async fn start(program: &Path, stage: &Stage, connections: usize) -> Result<Self, Failure> {
        let room = (2 * connections + 1000).to_string();
        let mut command = Command::new(program);
        command
            .arg("serve")
            .env("DATABASE_URL", stage.config.database_url()?)
            .env("TIDEGATE_JWT_SECRET", stage.config.jwt_secret()?)
            .env("TIDEGATE_LISTEN", "127.0.0.1:0")
            .env("TIDEGATE_WEBSOCKET__MAX_CONNECTIONS", &room)
            .env("TIDEGATE_HTTP__MAX_CONNECTIONS", &room)
            .env("TIDEGATE_HTTP__DRAIN_SECONDS", "0");
        Self::spawn(command).await
    }

    /// The floor: see [`super::floor`].
    pub(super) async fn start_floor(program: &Path) -> Result<Self, Failure> {
        let mut command = Command::new(program);
        command.args(["bench", "--serve-floor"]);
        Self::spawn(command).await
    }

    async fn spawn(mut command: Command) -> Result<Self, Failure> {
        let failed = |reason: &str| {
            Failure::environment(format!("the service did not start: {reason}"), "run `tidegate doctor`")
        };
        command.env("RUST_LOG", std::env::var("RUST_LOG").unwrap_or_else(|_| "warn".to_owned()));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().map_err(|e| failed(&e.to_string()))?;
        let said = child.stdout.take().ok_or_else(|| failed("it has no output"))?;
        let line = BufReader::new(said).lines().next_line().await.ok().flatten().unwrap_or_default();
        let address = line.split_once("http://").and_then(|(_, rest)| rest.split_whitespace().next());
        let address = address.and_then(|address| address.parse().ok());
        let address = address.ok_or_else(|| failed("its log says why"))?;
        Ok(Self { address, pid: child.id(), child: Some(child) })
    }

    /// Its process, when it is on this machine.
    pub(super) fn pid(&self) -> Option<u32> {
        self.pid
    }

    /// What it has cost so far; nothing when it is not on this machine.
    pub(super) fn cost(&self) -> Cost {
        let known = |pid| {
            let (memory, memory_peak) = process::memory(pid)?;
            Some(Cost { processor: process::processor(pid)?, memory, memory_peak })
        };
        self.pid.and_then(known).unwrap_or_default()
    }

    /// Ends it, if it is ours.
    pub(super) async fn stop(mut self) {
        let Some(mut child) = self.child.take() else { return };
        if let Some(pid) = child.id().and_then(|pid| i32::try_from(pid).ok()) {
            let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
        }
        if timeout(FAREWELL, child.wait()).await.is_err() {
            let _ = child.kill().await;
        }
    }
}
