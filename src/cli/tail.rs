//! `tidegate tail`: the stream in the terminal, until it is told to stop.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{Outcome, Verdict};
use crate::app::{source, stop_signal};
use crate::config::Config;
use crate::db::address::Address;
use crate::db::pool;
use crate::stream::feed::Manner;
use crate::stream::tail::{self, TailOptions};

pub(super) async fn run(config: Config, options: TailOptions) -> Outcome {
    let shutdown = CancellationToken::new();
    let address = Address::read(&config.database, config.database_url()?, "tail")?;
    let client = pool::wait_for(&address, config.database.wait_seconds).await?;
    let handles = tail::handles(&client).await;
    let (feed, news) = source(&config, Manner::Watch, options.from, None, Arc::default(), &shutdown)?;
    let health = feed.health.subscribe();
    tokio::spawn(feed.run(shutdown));
    let patience = Duration::from_secs(config.database.wait_seconds);
    let names = |id: &str| handles.get(id).cloned();
    let shown = tokio::select! {
        shown = tail::show(news, health, names, &options, patience) => shown,
        () = stop_signal() => Ok(()),
    };
    shown.map(|()| Verdict::So)
}
