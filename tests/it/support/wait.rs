//! Waiting for a condition, with a deadline: tests do not sleep and hope.

use std::time::{Duration, Instant};

/// Generous, because a busy machine is not a failure.
const PATIENCE: Duration = Duration::from_secs(30);
const GLANCE: Duration = Duration::from_millis(5);

/// Returns once `condition` holds; panics, saying `what` was waited for, when it does not within half a minute.
pub(crate) async fn eventually(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition().await {
        assert!(Instant::now() < deadline, "waited {PATIENCE:?} in vain until {what}");
        tokio::time::sleep(GLANCE).await;
    }
}
