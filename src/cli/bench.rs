//! `tidegate bench`

use super::{Outcome, Verdict};
use crate::bench::{self, BenchOptions};
use crate::config::Config;

pub(super) async fn run(config: Config, options: BenchOptions) -> Outcome {
    let is_balanced = bench::run(config, options).await?;
    Ok(if is_balanced { Verdict::So } else { Verdict::NotSo })
}
