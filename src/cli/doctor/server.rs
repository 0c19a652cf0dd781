//! The Postgres server: version, the settings that promises rest on, the clock, transactions left open.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio_postgres::Client;

use super::findings::{Checked, Finding, Findings};
use crate::config::Config;
use crate::db::OLDEST_SERVER;
use crate::db::address::Address;

/// Connections beside the pool: the listener and its bell, the feed, and room for a command.
const BESIDE_THE_POOL: usize = 5;
/// A token is refused when the clocks differ by more than `auth.leeway_seconds`, five at most.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(2);

pub(super) async fn examine(client: &Client, config: &Config, findings: &mut Findings) {
    findings.note("connection", connection(client, config).await);
    findings.note("role", role(client).await);
    findings.note("durability", durability(client).await);
    findings.note("connections", connections(client, config).await);
    findings.note("clock", clock(client).await);
    findings.note("open writers", open_writers(client).await);
}

async fn connection(client: &Client, config: &Config) -> Checked {
    let sql = "select current_setting('server_version_num')::int, current_setting('server_version'), \
               pg_is_in_recovery()";
    let row = client.query_one(sql, &[]).await?;
    let (number, version, standby): (i32, String, bool) = (row.get(0), row.get(1), row.get(2));
    let place = place(config);
    Ok(if standby {
        Finding::fail(
            format!("{place} is a standby"),
            "point DATABASE_URL at the primary: a standby cannot LISTEN",
        )
    } else if number / 10_000 < OLDEST_SERVER {
        let remedy = format!("upgrade to {OLDEST_SERVER} or newer");
        Finding::fail(format!("{place} is PostgreSQL {version}"), remedy)
    } else {
        Finding::ok(format!("PostgreSQL {version} at {place}"))
    })
}

fn place(config: &Config) -> String {
    let url = config.database.url.expose();
    Address::read(&config.database, url, "doctor")
        .map_or_else(|_| "the database".to_owned(), |a| a.to_string())
}

async fn role(client: &Client) -> Checked {
    let sql = "select current_user::text, r.rolsuper, \
               coalesce((select pg_has_role(s.oid, 'member') from pg_roles s where s.rolname = 'tide_service'), false) \
               from pg_roles r where r.rolname = current_user";
    let row = client.query_one(sql, &[]).await?;
    let (name, superuser, service): (String, bool, bool) = (row.get(0), row.get(1), row.get(2));
    Ok(if superuser {
        Finding::warn(
            format!("{name} is a superuser; the service needs far less"),
            "create a login role, `grant tide_service to` it, and serve as that (docs/operations.md)",
        )
    } else if service {
        Finding::ok(format!("{name} is a member of tide_service"))
    } else {
        Finding::fail(
            format!("{name} may not do what the service does"),
            format!("grant tide_service to {name}"),
        )
    })
}

async fn durability(client: &Client) -> Checked {
    let sql = "select name from pg_settings \
               where name in ('fsync', 'full_page_writes', 'autovacuum') and setting = 'off' order by name";
    let off: Vec<String> = client.query(sql, &[]).await?.iter().map(|row| row.get(0)).collect();
    Ok(if off.iter().any(|name| name != "autovacuum") {
        Finding::fail(
            format!("{} off: a crash may take back what clients were told", off.join(", ")),
            "switch it on, unless the data may be thrown away",
        )
    } else if off.is_empty() {
        Finding::ok("fsync, full_page_writes and autovacuum are on")
    } else {
        Finding::warn(
            "autovacuum is off: summaries and queues will bloat",
            "switch it on, or vacuum by other means",
        )
    })
}

async fn connections(client: &Client, config: &Config) -> Checked {
    let sql = "select current_setting('max_connections')::int \
               - current_setting('superuser_reserved_connections')::int, \
               (select sum(numbackends)::int from pg_stat_database)";
    let row = client.query_one(sql, &[]).await?;
    let (allowed, used): (i32, i32) = (row.get(0), row.get(1));
    let needed = config.database.pool_size + BESIDE_THE_POOL;
    let what = format!("one node takes up to {needed} of {allowed} connections, {used} are in use now");
    Ok(if usize::try_from(allowed).is_ok_and(|allowed| allowed >= needed * 2) {
        Finding::ok(what)
    } else {
        Finding::warn(what, "raise max_connections or lower database.pool_size")
    })
}

async fn clock(client: &Client) -> Checked {
    let asked = SystemTime::now();
    let row = client.query_one("select extract(epoch from clock_timestamp())::float8", &[]).await?;
    let theirs = UNIX_EPOCH + Duration::from_secs_f64(row.get(0));
    let answered = SystemTime::now();
    // Between asking and answering any value is right.
    let ahead = theirs.duration_since(answered).unwrap_or_default();
    let behind = asked.duration_since(theirs).unwrap_or_default();
    let apart = ahead.max(behind);
    let what = format!("the database's clock and ours are {} ms apart", apart.as_millis());
    Ok(if apart <= CLOCK_TOLERANCE {
        Finding::ok(what)
    } else {
        Finding::warn(
            what,
            "tokens expire by our clock, events are dated by the database's: start a time service",
        )
    })
}

async fn open_writers(client: &Client) -> Checked {
    let sql = "select count(*)::int, coalesce(min(pid), 0), \
               coalesce(extract(epoch from now() - min(xact_start))::int / 60, 0) from pg_stat_activity \
               where xact_start < now() - interval '10 minutes' and backend_type = 'client backend'";
    let row = client.query_one(sql, &[]).await?;
    let (count, pid, minutes): (i32, i32, i32) = (row.get(0), row.get(1), row.get(2));
    Ok(if count == 0 {
        Finding::ok("no transaction is open for more than ten minutes")
    } else {
        Finding::warn(
            format!("{count} transactions are open for up to {minutes} minutes (process {pid})"),
            "nothing is delayed by them but vacuum; end them, or set idle_in_transaction_session_timeout",
        )
    })
}
