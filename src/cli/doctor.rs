//! `tidegate doctor`: everything that can be wrong around us, each with what to do about it.
//!
//! Reads only (apart from a NOTIFY on a channel of its own), so it may be run against production at any
//! time, by the role that the service runs as. A check that may not read something says so instead of
//! failing the rest.

mod engine;
mod findings;
mod listener;
mod server;

use tokio_postgres::Client;

use super::{Outcome, Verdict};
use crate::auth::Tokens;
use crate::config::Config;
use crate::db::migrate::{self, Pending};
use crate::db::pool;
use crate::error::Failure;

use findings::{Finding, Findings, Grade};

/// Options of `tidegate doctor`.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct DoctorOptions {
    /// One JSON object instead of lines.
    #[arg(long)]
    pub json: bool,
}

/// Checks everything that can be wrong and says what to do.
pub(super) async fn run(config: Config, options: DoctorOptions) -> Outcome {
    config.database_url()?;
    let mut findings = Findings::default();
    configuration(&config, &mut findings);
    examine(&config, &mut findings).await;
    findings.print(options.json)?;
    Ok(if findings.worst() == Grade::Fail { Verdict::NotSo } else { Verdict::So })
}

async fn examine(config: &Config, findings: &mut Findings) {
    let client = match pool::connect_for(config, "doctor").await {
        Ok(client) => client,
        Err(failure) => return findings.add("connection", Finding::fail(failure.what(), failure.remedy())),
    };
    server::examine(&client, config, findings).await;
    listener::examine(&client, config, findings).await;
    if has_engine(&client, findings).await {
        findings.add("definitions", definitions(config).await);
        engine::examine(&client, findings).await;
    }
}

fn configuration(config: &Config, findings: &mut Findings) {
    match Tokens::new(config).map_err(Failure::from) {
        Ok(_) => {
            findings.add("secret", Finding::ok("tokens can be verified: the secret or the key file is fine"));
        }
        Err(failure) => findings.add("secret", Finding::warn(failure.what(), failure.remedy())),
    }
    if !config.http.listen.ip().is_loopback() && config.http.allowed_origins.is_empty() {
        let what =
            format!("{} is reachable from elsewhere, and no browser origin is allowed", config.http.listen);
        let remedy = "set TIDEGATE_ALLOWED_ORIGINS if pages of other origins are to call it";
        findings.add("origins", Finding::warn(what, remedy));
    }
}

/// Whether migrations and `sql/` are in the database as this program has them.
async fn definitions(config: &Config) -> Finding {
    let pending = match migrate::pending(config).await {
        Ok(pending) => pending,
        Err(failure) => {
            return Finding::warn(format!("could not be checked: {}", failure.what()), failure.remedy());
        }
    };
    let ours = Pending { changed_by_hand: pending.changed_by_hand.clone(), ..Pending::default() };
    if pending.is_empty() {
        Finding::ok("migrations and definitions are this program's")
    } else if pending == ours {
        Finding::warn(
            format!("changed in the database by hand: {}", pending.changed_by_hand.join(", ")),
            "`tidegate sql diff` shows how",
        )
    } else {
        Finding::fail(
            "migrations or definitions are not this program's",
            "`tidegate migrate --check` names them, `tidegate migrate` brings them up to date",
        )
    }
}

async fn has_engine(client: &Client, findings: &mut Findings) -> bool {
    let there = client.query_one("select to_regclass('tide.events') is not null", &[]).await;
    let there = there.is_ok_and(|row| row.get(0));
    if !there {
        findings
            .add("schema", Finding::fail("schema tide is not in this database", "run `tidegate migrate`"));
    }
    there
}
