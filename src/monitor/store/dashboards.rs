//! The dashboards and the alerts' figures: questions whose answers are kept ([`crate::cache`]).
//!
//! Invariant: what they say of alerts, webhooks and anomalies is never older than what the asker knows: an event of any
//! of these, told or not, ends what is kept. Everything else in them (figures, deliveries, rules, what is of the last
//! hour) makes no events and is as of `made_at`, at most [`LIFETIME`] ago.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use postgres_types::Type;
use serde_json::Value;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::cache::freshness::Seen;
use crate::cache::{Answer, Cache, Found, Question};
use crate::db::pool::Pool;
use crate::db::problem::Problem;
use crate::db::session::{self, Param};
use crate::stream::log::JsonText;

/// Two rounds of the watchman, which makes them anew every minute: one may be late.
const LIFETIME: Duration = Duration::from_secs(120);

/// What is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the parts of monitor.dashboard, and monitor.alert_summary")]
pub enum Shown {
    Overview,
    Webhooks,
    Performance,
    Anomalies,
    AlertSummary,
}

impl Shown {
    /// The parts of a dashboard.
    pub const PARTS: [Self; 4] = [Self::Overview, Self::Webhooks, Self::Performance, Self::Anomalies];
    /// All that is kept.
    pub const ALL: [Self; 5] =
        [Self::Overview, Self::Webhooks, Self::Performance, Self::Anomalies, Self::AlertSummary];

    /// The part's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Webhooks => "webhooks",
            Self::Performance => "performance",
            Self::Anomalies => "anomalies",
            Self::AlertSummary => "alert_summary",
        }
    }

    /// Events on these change what it says.
    pub fn topics(self) -> &'static [&'static str] {
        match self {
            Self::Overview => &["monitor:alerts", "monitor:webhooks", "monitor:anomalies"],
            Self::Webhooks | Self::Performance => &["monitor:webhooks"],
            Self::Anomalies => &["monitor:anomalies"],
            Self::AlertSummary => &["monitor:alerts"],
        }
    }

    /// As an administrator asks it.
    pub fn question(self) -> Arc<dyn Question> {
        Arc::new(ShownQuestion { subject: None, shown: self })
    }
}

/// Somebody asks for a part.
#[derive(Debug)]
struct ShownQuestion {
    /// `None` is an administrator; everybody else is refused.
    subject: Option<Uuid>,
    shown: Shown,
}

impl Question for ShownQuestion {
    fn kind(&self) -> &'static str {
        "dashboard"
    }

    fn key(&self) -> String {
        let whose = self.subject.map_or_else(|| "everybody".to_owned(), |user| user.to_string());
        format!("dashboard for {whose}: {}", self.shown.name())
    }

    fn lifetime(&self) -> Option<Duration> {
        Some(LIFETIME)
    }

    fn load<'a>(&'a self, pool: &'a Pool) -> BoxFuture<'a, Result<Answer, Problem>> {
        self.ask(pool).boxed()
    }
}

impl ShownQuestion {
    /// `monitor.dashboard`, or `monitor.alert_summary`.
    async fn ask(&self, pool: &Pool) -> Result<Answer, Problem> {
        const PART: &str =
            "select p.epoch, p.sequence, pg_current_snapshot()::text, $3, f, tide.version_of(f)
            from monitor.dashboard($1, $2) f cross join tide.position() p";
        const SUMMARY: &str =
            "select p.epoch, p.sequence, pg_current_snapshot()::text, $2, f, tide.version_of(f)
            from monitor.alert_summary($1) f cross join tide.position() p";
        let (subject, part, topics) = (self.subject, self.shown.name(), self.shown.topics());
        let (whose, part): (Param<'_>, Param<'_>) = ((&subject, Type::UUID), (&part, Type::TEXT));
        let topics: Param<'_> = (&topics, Type::TEXT_ARRAY);
        let row = match self.shown {
            Shown::AlertSummary => session::ask(pool, subject, SUMMARY, &[whose, topics]).await?,
            _ => session::ask(pool, subject, PART, &[whose, part, topics]).await?,
        };
        let JsonText(body) = row.get(4);
        let body = Bytes::from(Box::<str>::from(body).into_string());
        Ok(Answer::of(&row, body, row.get::<_, &str>(5).into(), 1))
    }
}

/// One part, kept or not, for this caller.
///
/// # Errors
/// `forbidden`, or the database's.
pub async fn shown(
    cache: &Cache,
    subject: Option<Uuid>,
    shown: Shown,
    look: Option<Seen>,
) -> Result<Found, Problem> {
    let question: Arc<dyn Question> = Arc::new(ShownQuestion { subject, shown });
    cache.answer(&question, look, false).await
}

/// All parts, and up to where all of them know everything.
#[derive(Debug)]
pub struct WholeDashboard {
    /// `{overview, webhooks, performance, anomalies, asOf}`
    pub body: Box<RawValue>,
    /// Its `asOf`.
    pub as_of: i64,
}

/// The dashboard with all its parts.
///
/// # Errors
/// As [`shown`].
pub async fn whole_dashboard(
    cache: &Cache,
    subject: Option<Uuid>,
    look: Option<Seen>,
) -> Result<WholeDashboard, Problem> {
    let (mut body, mut as_of) = (String::from("{"), i64::MAX);
    for part in Shown::PARTS {
        let found = shown(cache, subject, part, look).await?;
        as_of = as_of.min(found.sequence);
        let text = String::from_utf8_lossy(&found.answer().body).into_owned();
        body.push_str(&format!("\"{}\":{text},", part.name()));
    }
    body.push_str(&format!("\"asOf\":{as_of}}}"));
    let body = RawValue::from_string(body).map_err(|error| {
        tracing::error!(%error, "A dashboard is not JSON");
        Problem::new(500, "internal")
    })?;
    Ok(WholeDashboard { body, as_of })
}

impl WholeDashboard {
    /// As a value, for an envelope.
    pub fn value(&self) -> Value {
        serde_json::from_str(self.body.get()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_no_administrator_asks_something_else() {
        let question = |subject| ShownQuestion { subject, shown: Shown::Overview }.key();
        assert_ne!(question(None), question(Some(Uuid::nil())));
        let keys: std::collections::HashSet<_> =
            Shown::ALL.map(|shown| shown.question().key()).into_iter().collect();
        assert_eq!(keys.len(), Shown::ALL.len());
    }
}
