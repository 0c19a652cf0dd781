//! Does a notification arrive? And if not, who is in the way?

use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio_postgres::{AsyncMessage, Client, SimpleQueryMessage};

use super::findings::{Checked, Finding, Findings};
use crate::config::Config;
use crate::db::address::Address;
use crate::db::pool;

const PATIENCE: Duration = Duration::from_secs(3);
/// Committing a NOTIFY fails when the queue is full, whoever filled it.
const QUEUE_WARNING: f64 = 0.1;
const QUEUE_FAILURE: f64 = 0.5;

pub(super) async fn examine(client: &Client, config: &Config, findings: &mut Findings) {
    findings.note("pooler", pooler(client, config).await);
    findings.add("listener", round_trip(client, config).await);
    findings.note("notify queue", queue(client).await);
}

/// Two connections that are open at once have two servers; through a transaction pooler they share one.
async fn pooler(client: &Client, config: &Config) -> Checked {
    let url = config.listener_url().unwrap_or_default();
    let Ok(address) = Address::read(&config.database, url, "doctor") else {
        return Ok(Finding::fail("LISTENER_DATABASE_URL cannot be read", "correct or unset it"));
    };
    let direct = !is_pooled(&pool::connect(&address).await?, &pool::connect(&address).await?).await?;
    let second = pool::connect_for(config, "doctor").await;
    let requests_pooled = match second {
        Ok(second) => is_pooled(client, &second).await?,
        Err(_) => false,
    };
    Ok(match (direct, requests_pooled) {
        (true, false) => Finding::ok("connections are direct"),
        (true, true) => Finding::ok("requests go through a transaction pooler, the listener goes past it"),
        (false, _) => Finding::fail(
            "a transaction pooler is in the way: through it LISTEN succeeds and nothing ever arrives",
            "set LISTENER_DATABASE_URL to the server's own address",
        ),
    })
}

async fn is_pooled(one: &Client, other: &Client) -> Result<bool, tokio_postgres::Error> {
    Ok(server_of(one).await? == server_of(other).await?)
}

/// By the simple protocol: prepared statements are what a pooler loses.
async fn server_of(client: &Client) -> Result<Option<String>, tokio_postgres::Error> {
    let messages = client.simple_query("select pg_backend_pid()").await?;
    Ok(messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    }))
}

/// From the requests' connection to the listener's, as a doorbell goes.
async fn round_trip(client: &Client, config: &Config) -> Finding {
    let remedy = "set LISTENER_DATABASE_URL to the server's own address; until then changes wait for polling";
    match try_round_trip(client, config).await {
        Ok(Some(taken)) => {
            Finding::ok(format!("a notification arrived after {:.1} ms", taken.as_secs_f64() * 1e3))
        }
        Ok(None) => Finding::fail(format!("no notification within {} s", PATIENCE.as_secs()), remedy),
        Err(reason) => Finding::fail(format!("cannot listen: {reason}"), remedy),
    }
}

async fn try_round_trip(client: &Client, config: &Config) -> Result<Option<Duration>, String> {
    let in_words = |error: tokio_postgres::Error| pool::chain(&error);
    let channel = format!("tide_doctor_{:08x}", rand::random::<u32>());
    let (_listener, mut heard) = listen(config, &channel).await?;
    let rung = Instant::now();
    client.execute("select pg_notify($1, '')", &[&channel]).await.map_err(in_words)?;
    let arrived = tokio::time::timeout(PATIENCE, heard.recv()).await;
    Ok(arrived.ok().flatten().map(|()| rung.elapsed()))
}

async fn listen(config: &Config, channel: &str) -> Result<(Client, mpsc::Receiver<()>), String> {
    let url = config.listener_url().map_err(|e| e.to_string())?;
    let address = Address::read(&config.database, url, "doctor").map_err(|e| e.what().to_owned())?;
    let (client, mut connection) = address.open().await.map_err(|e| pool::chain(&e))?;
    let (tell, heard) = mpsc::channel(1);
    tokio::spawn(async move {
        while let Some(Ok(message)) = std::future::poll_fn(|context| connection.poll_message(context)).await {
            if matches!(message, AsyncMessage::Notification(_)) {
                // Full means that one is waiting already.
                let _ = tell.try_send(());
            }
        }
    });
    client.batch_execute(&format!("listen {channel}")).await.map_err(|e| pool::chain(&e))?;
    Ok((client, heard))
}

async fn queue(client: &Client) -> Checked {
    let row = client.query_one("select pg_notification_queue_usage()", &[]).await?;
    let usage: f64 = row.get(0);
    let what = format!("{:.1} % of the notification queue is in use", usage * 100.0);
    let remedy = "a listener hangs or idles in an open transaction: find it in pg_stat_activity and end it";
    Ok(if usage >= QUEUE_FAILURE {
        Finding::fail(what, remedy)
    } else if usage >= QUEUE_WARNING {
        Finding::warn(what, remedy)
    } else {
        Finding::ok(what)
    })
}
