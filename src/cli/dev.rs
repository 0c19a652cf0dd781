//! `tidegate dev`

use super::{Outcome, Verdict};
use crate::config::Config;
use crate::dev::{self, DevOptions};

/// Runs the playground.
pub(super) async fn run(config: Config, options: DevOptions) -> Outcome {
    dev::run(config, options).await.map(|()| Verdict::So)
}
