//! The engine in the database: roles, triggers, partitions, epoch, backlog, drift.

use std::time::Duration;

use tokio_postgres::Client;

use super::findings::{Checked, Finding, Findings};

/// A backlog that is still there, and as old, after this time has nobody who works it off.
const BETWEEN_LOOKS: Duration = Duration::from_millis(1500);

pub(super) async fn examine(client: &Client, findings: &mut Findings) {
    findings.note("roles", roles(client).await);
    findings.note("rights", rights(client).await);
    findings.note("triggers", triggers(client).await);
    findings.note("partitions", partitions(client).await);
    findings.note("epoch", epoch(client).await);
    findings.note("backlog", backlog(client).await);
    findings.note("drift", drift(client).await);
    findings.note("problems", problems(client).await);
}

async fn roles(client: &Client) -> Checked {
    let sql = "select n.name, r.rolname is null, coalesce(r.rolcanlogin or r.rolsuper, false) \
               from unnest(array['tide_owner', 'tide_service', 'tide_writer', 'tide_reader', 'tide_user']) n (name) \
               left join pg_roles r on r.rolname = n.name \
               where r.rolname is null or r.rolcanlogin or r.rolsuper order by n.name";
    let rows = client.query(sql, &[]).await?;
    let Some(row) = rows.first() else {
        return Ok(Finding::ok(
            "tide_owner, tide_service, tide_writer, tide_reader and tide_user are there and cannot log in",
        ));
    };
    let (name, missing): (String, bool) = (row.get(0), row.get(1));
    Ok(if missing {
        Finding::fail(format!("role {name} is missing"), "run `tidegate migrate`")
    } else {
        Finding::fail(
            format!("role {name} can log in or is a superuser"),
            format!("alter role {name} nologin nosuperuser"),
        )
    })
}

/// Whoever may change the log could forge or delete an event.
async fn rights(client: &Client) -> Checked {
    let sql = "select r.rolname::text from pg_roles r \
               where r.rolcanlogin and not r.rolsuper and not pg_has_role(r.oid, 'tide_owner', 'member') \
               and (has_table_privilege(r.oid, 'tide.events', 'insert, update, delete, truncate, trigger') \
                 or has_table_privilege(r.oid, 'tide.ticks', 'insert, update, delete, truncate, trigger')) \
               order by 1";
    let forgers: Vec<String> = client.query(sql, &[]).await?.iter().map(|row| row.get(0)).collect();
    Ok(if forgers.is_empty() {
        Finding::ok("no application role can write to the log itself")
    } else {
        let names = forgers.join(", ");
        Finding::fail(
            format!("{names} can forge or delete events"),
            format!("revoke their rights on schema tide from {names}"),
        )
    })
}

async fn triggers(client: &Client) -> Checked {
    let sql = "select w.target::text, o.operation, t.tgenabled::text \
               from (select to_regclass(v.target) as target from tide.watches v) w cross join unnest(array['insert', 'update', 'delete', 'truncate']) o (operation) \
               left join pg_trigger t on t.tgrelid = w.target and t.tgname = '_700_event_' || o.operation \
               join pg_class c on c.oid = w.target \
               where (t.oid is null or t.tgenabled not in ('A', 'O')) \
               and not (o.operation = 'truncate' and c.relkind = 'p') order by 1, 2";
    let broken = client.query(sql, &[]).await?;
    let watched: i64 = client.query_one("select count(*) from tide.watches", &[]).await?.get(0);
    if watched == 0 {
        return Ok(Finding::warn("no table is watched", "put one on the stream with `tidegate watch TABLE`"));
    }
    let Some(row) = broken.first() else {
        return Ok(Finding::ok(format!("{watched} watched tables have all their triggers")));
    };
    let (table, operation): (String, String) = (row.get(0), row.get(1));
    Ok(match row.get::<_, Option<String>>(2) {
        None => Finding::fail(
            format!("{table} has no trigger for {operation}: such changes are not told"),
            "select tide.refresh_watches()",
        ),
        Some(_) => Finding::fail(
            format!("{table}'s trigger for {operation} is disabled: such changes are not told"),
            format!("alter table {table} enable always trigger _700_event_{operation}"),
        ),
    })
}

async fn partitions(client: &Client) -> Checked {
    let ahead = "select count(*) from pg_inherits i join pg_class c on c.oid = i.inhrelid \
                 where i.inhparent = 'tide.events'::regclass and c.relname <> 'events_default'";
    let days: i64 = client.query_one(ahead, &[]).await?.get(0);
    let default = "select (c.reltuples > 0 or pg_relation_size(c.oid) > 0) \
                   from pg_class c where c.oid = 'tide.events_default'::regclass";
    let misplaced: bool = client.query_one(default, &[]).await?.get(0);
    let remedy = "select tide.maintain(), and let a node of the service run, or call it daily";
    Ok(if days == 0 {
        Finding::warn("the log has no daily partition", remedy)
    } else if misplaced {
        Finding::warn(
            "events went to the default partition, where old ones cannot be dropped by the day",
            remedy,
        )
    } else {
        Finding::ok(format!("the log has {days} daily partitions"))
    })
}

async fn epoch(client: &Client) -> Checked {
    let row = client.query_one("select epoch::text, sequence from tide.position()", &[]).await?;
    let (epoch, sequence): (Option<String>, i64) = (row.get(0), row.get(1));
    Ok(match epoch {
        Some(epoch) => Finding::ok(format!("epoch {epoch}, sequence {sequence}")),
        None => Finding::warn("there was no tick yet", "start the service, or `select tide.advance()`"),
    })
}

async fn backlog(client: &Client) -> Checked {
    let before = pending(client).await?;
    if before.0 == 0 {
        return Ok(Finding::ok("every committed event is told"));
    }
    tokio::time::sleep(BETWEEN_LOOKS).await;
    let after = pending(client).await?;
    let what = format!("{} events are committed and not told yet", after.0);
    Ok(if after.0 > 0 && after.1 == before.1 {
        Finding::warn(what, "nobody ticks: start the service, or `select tide.advance()` from cron")
    } else {
        Finding::ok(format!("{what}; the service is at it"))
    })
}

/// How many events wait, and the number of the last tick.
async fn pending(client: &Client) -> Result<(i64, i64), tokio_postgres::Error> {
    let row = client.query_one("select tide.pending_count(), (tide.position()).sequence", &[]).await?;
    Ok((row.get(0), row.get(1)))
}

async fn drift(client: &Client) -> Checked {
    let row = client.query_one("select count(*), min(summary), min(key) from tide.verify()", &[]).await?;
    let count: i64 = row.get(0);
    Ok(if count == 0 {
        Finding::ok("every stored summary equals its recomputation")
    } else {
        let (summary, key): (Option<String>, Option<String>) = (row.get(1), row.get(2));
        Finding::fail(
            format!(
                "{count} stored values differ, e.g. in {} {}",
                summary.unwrap_or_default(),
                key.unwrap_or_default()
            ),
            "`tidegate verify` names them, `select tide.rebuild()` repairs them; please report it",
        )
    })
}

async fn problems(client: &Client) -> Checked {
    let sql = "select count(*), coalesce((select p.target || ': ' || p.message from tide.problems p \
               where p.at > now() - interval '1 day' order by p.id desc limit 1), '') \
               from tide.problems p where p.at > now() - interval '1 day'";
    let row = client.query_one(sql, &[]).await?;
    let (count, last): (i64, String) = (row.get(0), row.get(1));
    Ok(if count == 0 {
        Finding::ok("every event of the last day was recorded in full")
    } else {
        Finding::warn(
            format!("{count} events of the last day were recorded in part, the last on {last}"),
            "correct the expression in the table's tide.watch(), which tide.watches shows",
        )
    })
}
