//! What deliveries ask.

use std::time::{Duration, SystemTime};

use postgres_types::Type;
use tokio_postgres::types::Json;
use uuid::Uuid;

use super::problem;
use crate::db::pool::Pool;
use crate::db::problem::Problem;
use crate::db::session::{self, Param};
use crate::gateway::subscriptions::Subscriptions;
use crate::monitor::delivery::page::{self, Gathering, Page, Queued};
use crate::monitor::delivery::sender::{Delivery, Outcome};
use crate::stream::batch::Departure;
use crate::stream::log;

type Transaction<'c> = deadpool_postgres::Transaction<'c>;

/// Where a webhook's deliveries go.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the columns of monitor.webhook_target")]
pub struct Target {
    pub url: String,
    pub secrets: Vec<String>,
    pub topics: Vec<String>,
    pub batch_window: Duration,
    /// Until the next attempt of something that failed.
    pub due_in: Option<Duration>,
}

/// `monitor.claim_webhooks`: those of this node, and whether something is due.
///
/// # Errors
/// The database's.
pub async fn claim_webhooks(pool: &Pool, node: Uuid) -> Result<Vec<(Uuid, bool)>, Problem> {
    const SQL: &str = "select c.webhook_id, c.is_due from monitor.claim_webhooks($1) c";
    let client = session::connection(pool).await?;
    let rows = client.query_typed(SQL, &[(&node, Type::UUID)]).await.map_err(problem("claim_webhooks"))?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// `monitor.release_webhooks`
///
/// # Errors
/// The database's.
pub async fn release_webhooks(pool: &Pool, node: Uuid) -> Result<(), Problem> {
    let client = session::connection(pool).await?;
    let released = client.query_typed("select monitor.release_webhooks($1)", &[(&node, Type::UUID)]).await;
    released.map(|_| ()).map_err(problem("release_webhooks"))
}

/// `monitor.webhook_target`; `None` unless the webhook is active.
///
/// # Errors
/// The database's.
pub async fn webhook_target(pool: &Pool, webhook: Uuid) -> Result<Option<Target>, Problem> {
    const SQL: &str = "select t.url, t.secrets, t.topics, t.batch_window_ms,
          (extract(epoch from t.next_attempt_at - now()) * 1000)::bigint
        from monitor.webhook_target($1) t where t.url is not null";
    let client = session::connection(pool).await?;
    let row =
        client.query_typed_opt(SQL, &[(&webhook, Type::UUID)]).await.map_err(problem("webhook_target"))?;
    let millis = |count: i64| Duration::from_millis(u64::try_from(count).unwrap_or(0));
    Ok(row.map(|row| Target {
        url: row.get(0),
        secrets: row.get(1),
        topics: row.get(2),
        batch_window: millis(row.get::<_, i32>(3).into()),
        due_in: row.get::<_, Option<i64>>(4).map(millis),
    }))
}

/// What a look at the log came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filled {
    /// There is nothing new.
    Nothing,
    /// A page was queued; there may be more.
    Page,
    /// What agents do is still being gathered, for so long.
    TooEarly(Duration),
}

/// Reads one page of the log after the webhook's position and queues its messages, in one transaction. A position that
/// the log cannot serve goes on at the head, and the endpoint is told.
///
/// # Errors
/// The database's; the webhook is another node's.
pub async fn fill(
    pool: &Pool,
    (webhook, node): (Uuid, Uuid),
    gathering: Gathering,
    may_wait: bool,
    subscriptions: &mut Subscriptions,
) -> Result<Filled, Problem> {
    let mut client = session::connection(pool).await?;
    let transaction = client.transaction().await.map_err(problem("begin"))?;
    match queue_page(&transaction, (webhook, node), gathering, may_wait, subscriptions).await {
        Ok(filled) => {
            transaction.commit().await.map_err(problem("commit"))?;
            Ok(filled)
        }
        Err(refused) if refused.status == 410 => {
            drop(transaction);
            *subscriptions = Subscriptions::default();
            let params: [Param<'_>; 2] = [(&webhook, Type::UUID), (&node, Type::UUID)];
            let skipped = client.query_typed("select monitor.skip_webhook_gap($1, $2)", &params).await;
            skipped.map(|_| Filled::Page).map_err(problem("skip_webhook_gap"))
        }
        Err(refused) => {
            // What was made and not queued counts as not told.
            *subscriptions = Subscriptions::default();
            Err(refused)
        }
    }
}

async fn queue_page(
    transaction: &Transaction<'_>,
    (webhook, node): (Uuid, Uuid),
    gathering: Gathering,
    may_wait: bool,
    subscriptions: &mut Subscriptions,
) -> Result<Filled, Problem> {
    let Some((consumer, page)) = open_page(transaction, webhook, node).await? else {
        return Ok(Filled::Nothing);
    };
    let count = i32::try_from(page.upto - page.after).unwrap_or(i32::MAX);
    let sql = format!(
        "select {} from tide.consume($1, $2) m where m.sequence <= $3
           and ('monitor:alerts' <> all (m.topics) or not monitor.is_quiet(m.entity, m.key))",
        log::message_columns()
    );
    let params: [Param<'_>; 3] = [(&consumer, Type::TEXT), (&count, Type::INT4), (&page.upto, Type::INT8)];
    let rows = transaction.query_typed(&sql, &params).await.map_err(problem("consume"))?;
    let events: Vec<_> = rows.iter().map(log::read_event).collect();
    let now = log::epoch_millis(SystemTime::now());
    if may_wait && let Some(wait) = page::still_gathering(&events, gathering, now) {
        return Ok(Filled::TooEarly(wait));
    }
    page.begin(subscriptions);
    let departures = page.departures(events, gathering);
    let departures = hears(transaction, webhook, &page, departures).await?;
    let queued = page.messages(departures, subscriptions);
    queue_deliveries(transaction, webhook, page.upto, &queued).await?;
    Ok(Filled::Page)
}

/// `monitor.open_page`; `None` when there is nothing to read.
async fn open_page(
    transaction: &Transaction<'_>,
    webhook: Uuid,
    node: Uuid,
) -> Result<Option<(String, Page)>, Problem> {
    const SQL: &str = "select p.consumer, p.epoch, p.after_sequence, p.upto, p.topics, p.entities, p.actions
        from monitor.open_page($1, $2) p where p.upto is not null";
    let params: [Param<'_>; 2] = [(&webhook, Type::UUID), (&node, Type::UUID)];
    let row = transaction.query_typed_opt(SQL, &params).await.map_err(problem("open_page"))?;
    Ok(row.map(|row| {
        let page = Page {
            epoch: row.get(1),
            after: row.get(2),
            upto: row.get(3),
            topics: row.get(4),
            entities: row.get(5),
            actions: row.get(6),
        };
        (row.get(0), page)
    }))
}

/// `monitor.hears`: without what is carried by topics that the owner may not hear. A row that is heard of by a narrower
/// topic may have moved there.
async fn hears(
    transaction: &Transaction<'_>,
    webhook: Uuid,
    page: &Page,
    mut departures: Vec<Departure>,
) -> Result<Vec<Departure>, Problem> {
    let mut strange: Vec<&str> = departures.iter().map(|departure| departure.topic.as_str()).collect();
    strange.retain(|carrier| !page.topics.iter().any(|topic| topic == carrier));
    strange.sort_unstable();
    strange.dedup();
    if strange.is_empty() {
        return Ok(departures);
    }
    let params: [Param<'_>; 2] = [(&webhook, Type::UUID), (&strange, Type::TEXT_ARRAY)];
    let row = transaction.query_typed_one("select monitor.hears($1, $2)", &params).await;
    let heard: Vec<String> = row.map_err(problem("hears"))?.get(0);
    let is_heard = |carrier: &str| heard.iter().chain(&page.topics).any(|topic| topic == carrier);
    departures.retain(|departure| is_heard(departure.topic.as_str()));
    Ok(departures)
}

/// `monitor.queue_deliveries`
async fn queue_deliveries(
    transaction: &Transaction<'_>,
    webhook: Uuid,
    upto: i64,
    queued: &[Queued],
) -> Result<(), Problem> {
    let texts = |of: fn(&Queued) -> &str| queued.iter().map(of).collect::<Vec<&str>>();
    let (ids, topics) = (texts(|one| &one.id), texts(|one| &one.topic));
    let bodies = texts(|one| &one.body);
    let sequences: Vec<i64> = queued.iter().map(|one| one.sequence).collect();
    let params: [Param<'_>; 6] = [
        (&webhook, Type::UUID),
        (&upto, Type::INT8),
        (&ids, Type::TEXT_ARRAY),
        (&topics, Type::TEXT_ARRAY),
        (&sequences, Type::INT8_ARRAY),
        (&bodies, Type::TEXT_ARRAY),
    ];
    let sql = "select monitor.queue_deliveries($1, $2, $3, $4, $5, $6)";
    transaction.query_typed(sql, &params).await.map(|_| ()).map_err(problem("queue_deliveries"))
}

/// `monitor.take_deliveries`
///
/// # Errors
/// The database's; the webhook is another node's.
pub async fn take_deliveries(pool: &Pool, webhook: Uuid, node: Uuid) -> Result<Vec<Delivery>, Problem> {
    const SQL: &str = "select t.id, t.message_id, t.topic, t.body from monitor.take_deliveries($1, $2) t";
    let params: [Param<'_>; 2] = [(&webhook, Type::UUID), (&node, Type::UUID)];
    let client = session::connection(pool).await?;
    let rows = client.query_typed(SQL, &params).await.map_err(problem("take_deliveries"))?;
    let delivery = |row: &tokio_postgres::Row| Delivery {
        id: row.get(0),
        message_id: row.get(1),
        topic: row.get(2),
        body: row.get(3),
    };
    Ok(rows.iter().map(delivery).collect())
}

/// `monitor.record_attempts`
///
/// # Errors
/// The database's.
pub async fn record_attempts(pool: &Pool, webhook: Uuid, outcomes: &[Outcome]) -> Result<(), Problem> {
    let outcomes = Json(outcomes);
    let params: [Param<'_>; 2] = [(&webhook, Type::UUID), (&outcomes, Type::JSONB)];
    let client = session::connection(pool).await?;
    let recorded = client.query_typed("select monitor.record_attempts($1, $2)", &params).await;
    recorded.map(|_| ()).map_err(problem("record_attempts"))
}
