//! `tidegate tail`: the stream in the terminal.

use super::{Outcome, Verdict};
use crate::app::{self, TailOptions};
use crate::config::Config;

pub(super) async fn run(config: Config, options: TailOptions) -> Outcome {
    app::tail(config, options).await.map(|()| Verdict::So)
}
