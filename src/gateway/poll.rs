//! A session for one answer: long polling.
//!
//! Invariants:
//! - an answer is a page of the same messages, and the position up to which everything has been said with it; pages
//!   follow each other without gap, and every page moves on;
//! - an answer says something new: while a position cannot move because an agent's events wait, what was said after it
//!   already is not said again at once.

use std::time::Duration;

use axum::extract::ws::Utf8Bytes;
use tokio::time::{Instant, sleep_until};

use super::Gateway;
use super::protocol::{Goodbye, SyncReason};
use super::replay::{Missed, NotRecovered};
use super::session::Session;
use crate::db::problem::Problem;
use crate::stream::position::Position;

/// What the client asked for.
#[derive(Debug)]
pub struct Wishes {
    /// `None`: the caller's projects.
    pub topics: Option<Vec<String>>,
    /// Where it stopped; `None`: it begins.
    pub after: Option<Position>,
    /// A snapshot first, where no position is given.
    pub wants_sync: bool,
    /// Messages of one page, unless more are needed to move on.
    pub limit: usize,
    /// How long to wait for the first.
    pub wait: Duration,
}

/// The answer.
#[derive(Debug)]
pub struct Page {
    /// JSON texts.
    pub messages: Vec<Utf8Bytes>,
    /// Where the next page begins.
    pub position: Position,
    /// The next page need not be waited for.
    pub more: bool,
}

/// Waits for something to say, and says it.
///
/// # Errors
/// `position_not_available`, `forbidden`, or the database's.
pub async fn answer(gateway: &Gateway, session: &mut Session, wishes: Wishes) -> Result<Page, Problem> {
    let page = match wishes.after {
        None => begin(session, wishes).await?,
        Some(after) => {
            let deadline = (Instant::now() + wishes.wait).min(session.expires());
            let chosen = session.choose(wishes.topics).await?;
            let missed = session.begin_after(&chosen.topics, after).await.map_err(gone)?;
            session.name_refused(&chosen);
            let refused = texts(session);
            let mut page = follow(gateway, session, missed, after, wishes.limit, deadline).await?;
            if !refused.is_empty() {
                page.messages.splice(0..0, refused);
            }
            page
        }
    };
    gateway.counters.sent.add(page.messages.len() as u64);
    Ok(page)
}

async fn begin(session: &mut Session, wishes: Wishes) -> Result<Page, Problem> {
    session.hear_of_memberships().await?;
    let chosen = session.choose(wishes.topics).await?;
    if wishes.wants_sync {
        session.name_refused(&chosen);
        session.sync(chosen.topics, SyncReason::Connect).await?;
    } else {
        let is_plain = chosen.refused.is_empty();
        session.begin_here(chosen).await?;
        if is_plain {
            // The page itself says where it stands.
            session.take_said();
        }
    }
    Ok(Page { messages: texts(session), position: session.position(), more: false })
}

/// What was missed, or else the first thing that comes.
async fn follow(
    gateway: &Gateway,
    session: &mut Session,
    mut missed: Missed,
    after: Position,
    limit: usize,
    deadline: Instant,
) -> Result<Page, Problem> {
    let upto = missed.ends_at.unwrap_or_else(|| session.settle().sequence);
    let cut = cut(&mut missed, limit, after.sequence, upto).or(missed.ends_at);
    session.say_missed(missed).await?;
    if let Some(sequence) = cut {
        let position = Position { sequence, ..after };
        return Ok(Page { messages: texts(session), position, more: true });
    }
    let mut messages = texts(session);
    if messages.is_empty() || upto <= after.sequence {
        listen(gateway, session, limit, deadline).await?;
        messages.extend(texts(session));
    }
    let position = session.settle();
    Ok(Page { messages, position, more: !session.outbox().is_empty() })
}

/// Leaves what one page may say, if that is less than all; answers with the position there.
fn cut(missed: &mut Missed, limit: usize, after: i64, upto: i64) -> Option<i64> {
    let firsts: Vec<i64> = missed.messages.iter().map(|(message, _)| message.first).collect();
    let (at, position) = end_of_page(&firsts, limit, after, upto)?;
    missed.messages.truncate(at);
    Some(position)
}

/// After how many messages a page ends, and the position there: before the lowest event that is still unsaid. So many
/// messages, or as many more as it takes to move on; nothing, if only all of them do.
fn end_of_page(firsts: &[i64], limit: usize, after: i64, upto: i64) -> Option<(usize, i64)> {
    let mut unsaid = upto + 1;
    let mut ends = vec![upto];
    for first in firsts.iter().rev() {
        unsaid = unsaid.min(*first);
        ends.push(unsaid - 1);
    }
    ends.reverse();
    let at = (limit..firsts.len()).find(|at| ends[*at] > after)?;
    Some((at, ends[at]))
}

/// Waits until something is said; then says what else is there.
async fn listen(
    gateway: &Gateway,
    session: &mut Session,
    limit: usize,
    deadline: Instant,
) -> Result<(), Problem> {
    loop {
        let item = tokio::select! {
            biased;
            item = session.outbox().next() => item.map_err(Goodbye::from)?,
            () = sleep_until(deadline) => return Ok(()),
            () = gateway.draining.cancelled() => return Ok(()),
        };
        session.deliver(item).await?;
        while (1..limit).contains(&session.saying()) {
            let Some(item) = session.outbox().take().map_err(Goodbye::from)? else { break };
            session.deliver(item).await?;
        }
        if session.saying() > 0 {
            return Ok(());
        }
    }
}

fn texts(session: &mut Session) -> Vec<Utf8Bytes> {
    session.take_said().iter().map(super::session::Said::text).collect()
}

fn gone(why: NotRecovered) -> Problem {
    match why {
        NotRecovered::Problem(problem) => problem,
        NotRecovered::Because("restarting") => Problem::new(503, "restarting").retry_after(1),
        NotRecovered::Because(reason) => Problem::new(410, "position_not_available")
            .with_detail(format!("{reason} (TG410): ask without `after`, for a fresh sync")),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_page_ends_before_what_an_agent_wrote_first_and_comes_last() {
        assert_eq!(end_of_page(&[11, 12, 13], 1, 10, 13), Some((1, 11)));
        // 11 was gathered and left last: only all of it moves on.
        assert_eq!(end_of_page(&[12, 13, 11], 1, 10, 13), None);
        assert_eq!(end_of_page(&[12, 11, 13, 14], 1, 10, 14), Some((2, 12)));
        assert_eq!(end_of_page(&[11, 12], 2, 10, 12), None, "all fit");
    }

    proptest! {
        #[test]
        fn page_after_page_everything_is_said(
            firsts in prop::collection::vec(1_i64..60, 0..30),
            limit in 1_usize..5,
        ) {
            let (mut after, mut said) = (0, BTreeSet::<i64>::new());
            loop {
                let left: Vec<i64> = firsts.iter().copied().filter(|first| *first > after).collect();
                let end = end_of_page(&left, limit, after, 60);
                let (at, position) = end.unwrap_or((left.len(), 60));
                said.extend(&left[..at]);
                prop_assert!(position > after && firsts.iter().all(|f| *f > position || said.contains(f)));
                after = position;
                if end.is_none() { break }
            }
        }
    }
}
