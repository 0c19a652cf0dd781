//! Keeps the simulated writers running: one process each, started again when one ends by itself.

use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, ChildStdin, Command};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::Actor;
use crate::config::Config;
use crate::error::Failure;

const CAST: [Actor; 3] = [Actor::Person, Actor::Agent, Actor::Import];
/// A writer that sees its input close has this long to finish its transaction.
const FAREWELL: Duration = Duration::from_secs(2);
const BEFORE_AGAIN: Duration = Duration::from_secs(3);

/// The running writers; [`Simulation::stop`] ends them.
#[derive(Debug)]
pub(super) struct Simulation {
    stop: CancellationToken,
    minders: Vec<JoinHandle<()>>,
}

impl Simulation {
    /// Starts the writers, or none of them.
    pub(super) fn start(config: &Config, url: &str, wanted: bool) -> Result<Self, Failure> {
        let stop = CancellationToken::new();
        let cast: &[Actor] = if wanted { &CAST } else { &[] };
        let mut minders = Vec::new();
        for actor in cast {
            let process = Writer { actor: *actor, url: url.to_owned(), log: config.log.filter.clone() };
            let child = process.spawn()?;
            minders.push(tokio::spawn(mind(process, child, stop.clone())));
        }
        Ok(Self { stop, minders })
    }

    /// Ends the writers and waits until they are gone.
    pub(super) async fn stop(self) {
        self.stop.cancel();
        for minder in self.minders {
            let _ = minder.await;
        }
    }
}

/// How one writer is started.
struct Writer {
    actor: Actor,
    url: String,
    log: String,
}

impl Writer {
    fn spawn(&self) -> Result<Child, Failure> {
        let failed = |e: std::io::Error| {
            Failure::environment(format!("a simulated writer did not start: {e}"), "try --no-simulate")
        };
        Command::new(std::env::current_exe().map_err(failed)?)
            .args(["dev", "simulate", self.actor.name()])
            .env("DATABASE_URL", &self.url)
            .env("RUST_LOG", &self.log)
            .stdin(Stdio::piped())
            // A group of its own: Ctrl-C in the terminal is for us.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(failed)
    }
}

async fn mind(writer: Writer, mut child: Child, stop: CancellationToken) {
    loop {
        // Held here, because waiting for a child closes the input that is still in it.
        let input = child.stdin.take();
        tokio::select! {
            () = stop.cancelled() => return dismiss(child, input).await,
            ended = child.wait() => {
                tracing::warn!(actor = writer.actor.name(), ?ended, "a simulated writer ended, another one takes over");
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(BEFORE_AGAIN) => {}
        }
        match writer.spawn() {
            Ok(next) => child = next,
            Err(failure) => return tracing::warn!(%failure, "the simulation goes on without a writer"),
        }
    }
}

/// Closing its input is how a writer is told to end.
async fn dismiss(mut child: Child, input: Option<ChildStdin>) {
    drop(input);
    if tokio::time::timeout(FAREWELL, child.wait()).await.is_err() {
        let _ = child.kill().await;
    }
}
