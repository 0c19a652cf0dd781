//! Being told to stop: Ctrl-C, SIGTERM, or the terminal is closed.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::error::Failure;

/// The three signals that end the playground. From its making on, none of them kills the process.
pub(super) struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl StopSignals {
    pub(super) fn listen() -> Result<Self, Failure> {
        let listen = |kind| {
            signal(kind).map_err(|e| {
                Failure::environment(
                    format!("signals cannot be received: {e}"),
                    "start it from a plain shell",
                )
            })
        };
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
            hangup: listen(SignalKind::hangup())?,
        })
    }

    /// Waits for the next of them; one that came since the last call counts.
    pub(super) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.hangup.recv() => {}
        }
    }
}
