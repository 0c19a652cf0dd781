//! `tidegate tail`: the same feed, with a terminal at its end instead of a hub.
//!
//! It makes a tick only if nobody else does, so it works with and without a service and leaves the work to it.

use std::collections::HashMap;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, timeout};
use tokio_postgres::Client;
use uuid::Uuid;

use super::event::{Event, Topic};
use super::feed::{Health, News};
use crate::error::Failure;
use crate::terminal::remark;
use story::Paint;

mod story;

/// News that arrive within this time of an old schema's report show that it was migrated meanwhile.
const SECOND_OPINION: Duration = Duration::from_millis(200);

/// What `tidegate tail` shows.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct TailOptions {
    /// Only this topic (repeatable).
    #[arg(long = "topic", value_name = "TOPIC")]
    pub topics: Vec<String>,
    /// Start after this sequence instead of at the head.
    #[arg(long, value_name = "SEQUENCE")]
    pub from: Option<i64>,
    /// One JSON object per line.
    #[arg(long)]
    pub json: bool,
}

/// Prints the news until nobody reads them any more.
///
/// # Errors
/// No database within `patience`, an old schema, or a `--from` that is not in the log.
pub async fn show(
    mut news: mpsc::Receiver<News>,
    mut health: watch::Receiver<Health>,
    names: impl Fn(&str) -> Option<String>,
    options: &TailOptions,
    patience: Duration,
) -> Result<(), Failure> {
    let (mut began, mut shown) = (false, false);
    let paint =
        Paint::new(io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()));
    loop {
        let next = if began { news.recv().await } else { first(&mut news, &mut health, patience).await? };
        let written = match (next, options.from) {
            (None, _) => return Ok(()),
            (Some(News::Settings(_)), _) => Ok(()),
            (Some(News::Turn { sequence, .. }), Some(from)) if began && !shown => {
                return Err(not_in_the_log(from, sequence));
            }
            (Some(News::Turn { epoch, sequence }), _) => {
                announce(epoch, sequence, options, std::mem::replace(&mut began, true));
                Ok(())
            }
            (Some(News::Tick { events, .. }), _) => {
                shown = true;
                print(&events, options, paint, &names)
            }
        };
        match written {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(()),
            Err(error) => {
                return Err(Failure::environment(format!("cannot print: {error}"), "check standard output"));
            }
            Ok(()) => {}
        }
    }
}

/// Where it begins, or begins anew. On standard error, so that the output is the stream alone.
fn announce(epoch: Uuid, sequence: i64, options: &TailOptions, again: bool) {
    let now = if options.from.is_some() { "; summaries are as they stand now" } else { "" };
    if again {
        remark(format!("— a new epoch: what came before may have changed; going on after {sequence} —"));
    } else if !options.json {
        remark(format!(
            "Following from sequence {sequence} of epoch {epoch}; times are UTC{now}. Ctrl-C ends it."
        ));
    }
}

/// Handles by user id, so that people read names. Empty when they may not be read: ids do too.
pub async fn handles(client: &Client) -> HashMap<String, String> {
    let rows = client.query("select u.id::text, u.handle from work.users u limit 10000", &[]).await;
    rows.unwrap_or_default().iter().map(|row| (row.get(0), row.get(1))).collect()
}

fn not_in_the_log(from: i64, head: i64) -> Failure {
    Failure::not_so(
        format!("the log does not have everything after {from}, or was never there; it ends at {head}"),
        "give a later --from, or none to begin at the end",
    )
}

/// The first news, or why there is none.
async fn first(
    news: &mut mpsc::Receiver<News>,
    health: &mut watch::Receiver<Health>,
    patience: Duration,
) -> Result<Option<News>, Failure> {
    let old_schema = async {
        if health.wait_for(|health| *health == Health::OldSchema).await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        biased;
        next = timeout(patience, news.recv()) => next.map_err(|_| Failure::silent_database(patience.as_secs())),
        () = async { old_schema.await; sleep(SECOND_OPINION).await } => Err(Failure::old_schema()),
    }
}

fn print(
    events: &[Event],
    options: &TailOptions,
    paint: Paint,
    names: &impl Fn(&str) -> Option<String>,
) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let wanted = |event: &&Event| {
        options.topics.is_empty()
            || event.topics.iter().any(|t: &Topic| options.topics.iter().any(|o| o == t.as_str()))
    };
    if options.json {
        for event in events.iter().filter(wanted) {
            writeln!(out, "{}", story::json(event))?;
        }
    } else {
        tell(&transactions(events.iter().filter(wanted)), paint, names, &mut out)?;
    }
    out.flush()
}

/// What several transactions of one tick moved in the same way is said once, after the last of them.
fn tell(
    transactions: &[Vec<&Event>],
    paint: Paint,
    names: &impl Fn(&str) -> Option<String>,
    out: &mut impl Write,
) -> io::Result<()> {
    let moved: Vec<String> = transactions.iter().map(|events| story::moved(events, paint)).collect();
    for (at, events) in transactions.iter().enumerate() {
        out.write_all(story::tell(events, paint, names).as_bytes())?;
        if moved.get(at + 1) != Some(&moved[at]) {
            out.write_all(moved[at].as_bytes())?;
        }
    }
    Ok(())
}

/// Events by transaction, in the order of their last events.
fn transactions<'e>(events: impl Iterator<Item = &'e Event>) -> Vec<Vec<&'e Event>> {
    let mut groups: Vec<Vec<&Event>> = Vec::new();
    let mut index: HashMap<&str, usize> = HashMap::new();
    for event in events {
        let at = *index.entry(&event.txid).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[at].push(event);
    }
    groups.sort_by_key(|group| group.last().map(|event| event.sequence));
    groups
}
