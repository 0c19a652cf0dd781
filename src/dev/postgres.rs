//! `tidegate dev postgres -- COMMAND`: a throwaway Postgres for exactly as long as a command runs.
//!
//! `make test` runs the test runner like this, because it starts a process per test: one server for all
//! of them, a database for each.

use std::ffi::OsString;

use tokio::process::Command;

use super::signals::StopSignals;
use crate::db::embedded::{Cluster, ClusterOptions};
use crate::error::Failure;

/// Where the command finds the server: the superuser's address of database `postgres`.
pub(super) const ADDRESS_VARIABLE: &str = "TIDEGATE_TEST_DATABASE_URL";

/// Starts the server, runs the command, stops the server.
pub(super) async fn run_beside(command: &[OsString]) -> Result<(), Failure> {
    let mut signals = StopSignals::listen()?;
    let cluster = blocking(|| Cluster::start(ClusterOptions::throwaway())).await?;
    let outcome = run(command, &cluster.url("postgres"), &mut signals).await;
    blocking(|| cluster.stop()).await?;
    outcome
}

async fn run(command: &[OsString], address: &str, signals: &mut StopSignals) -> Result<(), Failure> {
    let (program, arguments) = command.split_first().expect("clap requires at least one");
    let mut child = Command::new(program)
        .args(arguments)
        .env(ADDRESS_VARIABLE, address)
        .kill_on_drop(true)
        .spawn()
        .map_err(|e| {
            Failure::environment(format!("{} did not start: {e}", program.display()), "check the command")
        })?;
    let status = tokio::select! {
        status = child.wait() => status,
        // Ctrl-C has reached the command too; whatever it says then is its own affair.
        () = signals.next() => return Err(Failure::not_so("stopped before the command ended", "run it again")),
    };
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failure::not_so(format!("{} ended with {status}", program.display()), "see above")),
        Err(e) => {
            Err(Failure::environment(format!("lost sight of {}: {e}", program.display()), "run it again"))
        }
    }
}

/// Starting and stopping a cluster waits for another process: not on a runtime worker.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|e| Failure::environment(format!("a task was lost: {e}"), "please report this"))?
}
