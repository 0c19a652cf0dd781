//! TLS to Postgres: every `sslmode` against servers of every kind, and the service over it.

mod authority;
mod server;

use std::process::Command;

use tidegate::config::Config;
use tidegate::db::address::Address;
use tidegate::db::pool;

use crate::service::client::events;
use crate::service::node::Process;
use crate::service::world::{FURNITURE, TASKS, progress};
use crate::support::skipped;
use authority::Authority;
use server::{ANY, Server};

/// What became of a connection: whether it has TLS, or the sentence that refused it.
async fn attempt(url: &str) -> Result<bool, String> {
    let address = Address::read(&Config::defaults().database, url, "test").map_err(|e| e.to_string())?;
    let client = pool::wait_for(&address, 0).await.map_err(|e| e.to_string())?;
    let sql = "select ssl from pg_stat_ssl where pid = pg_backend_pid()";
    Ok(client.query_one(sql, &[]).await.unwrap().get(0))
}

const PLAIN: Result<bool, &str> = Ok(false);
const ENCRYPTED: Result<bool, &str> = Ok(true);

/// Each mode's fate, as expected: an error is a part of what is said.
async fn assert_fates(server: &Server, host: &str, fates: &[(&str, Result<bool, &str>)]) {
    for (parameters, expected) in fates {
        let outcome = attempt(&server.url(host, parameters)).await;
        match (&outcome, expected) {
            (Ok(found), Ok(wanted)) => assert_eq!(found, wanted, "{parameters}"),
            (Err(said), Err(part)) => assert!(said.contains(part), "{parameters}: {said}"),
            _ => panic!("{parameters} at {host}: {outcome:?}, not {expected:?}"),
        }
    }
}

#[tokio::test]
async fn each_mode_gets_what_it_demands_and_never_less() {
    let (server, authority) = (Server::start().await, Authority::new());
    let root = authority.file().display().to_string();
    let (ca, full) =
        (format!("sslmode=verify-ca&sslrootcert={root}"), format!("sslmode=verify-full&sslrootcert={root}"));

    let none = Err("TLS is demanded: server does not support TLS");
    let without = [
        ("sslmode=disable", PLAIN),
        ("sslmode=allow", PLAIN),
        ("", PLAIN),
        ("sslmode=require", none),
        (&*ca, none),
        (&*full, none),
    ];
    assert_fates(&server, "localhost", &without).await;

    if !server.shows(&authority.vouches_for("localhost")).await {
        return;
    }
    let with = [
        ("sslmode=disable", PLAIN),
        ("sslmode=allow", PLAIN),
        ("", ENCRYPTED),
        ("sslmode=require", ENCRYPTED),
        (&*ca, ENCRYPTED),
        (&*full, ENCRYPTED),
        // A password that is bound to the channel reaches nobody in between.
        ("sslmode=require&channel_binding=require", ENCRYPTED),
    ];
    assert_fates(&server, "localhost", &with).await;
}

#[tokio::test]
async fn what_is_not_demanded_gives_way_to_what_the_server_wants() {
    let (server, authority) = (Server::start().await, Authority::new());
    if !server.shows(&authority.vouches_for("localhost")).await {
        return;
    }
    server.admits(&ANY.replace("host ", "hostssl ")).await;
    let only_with = [
        ("sslmode=disable", Err("no pg_hba.conf entry")),
        ("sslmode=allow", ENCRYPTED),
        ("sslmode=prefer", ENCRYPTED),
        ("sslmode=require", ENCRYPTED),
    ];
    assert_fates(&server, "localhost", &only_with).await;

    server.admits(&ANY.replace("host ", "hostnossl ")).await;
    let only_without = [
        ("sslmode=allow", PLAIN),
        ("sslmode=prefer", PLAIN),
        ("sslmode=require", Err("no pg_hba.conf entry")),
    ];
    assert_fates(&server, "localhost", &only_without).await;
}

#[tokio::test]
async fn who_is_not_the_server_that_was_meant_is_refused_in_a_sentence() {
    let (server, authority, stranger) = (Server::start().await, Authority::new(), Authority::new());
    if !server.shows(&authority.vouches_for("localhost")).await {
        return;
    }
    let verifying = |mode: &str, authority: &Authority| {
        format!("sslmode={mode}&sslrootcert={}", authority.file().display())
    };
    let (ca, full) = (verifying("verify-ca", &authority), verifying("verify-full", &authority));
    let elsewhere = [
        (&*full, Err("is not who it was called: certificate not valid for name \"127.0.0.1\"")),
        (&*ca, ENCRYPTED),
        ("sslmode=require", ENCRYPTED),
    ];
    assert_fates(&server, "127.0.0.1", &elsewhere).await;

    let unknown = Err("issued by nobody who is trusted here");
    let strange = [
        (verifying("verify-ca", &stranger), unknown),
        (verifying("require", &stranger), unknown),
        (verifying("verify-full", &stranger), unknown),
        // Nothing was demanded, so nothing is verified.
        (verifying("prefer", &stranger), ENCRYPTED),
    ];
    let strange: Vec<_> = strange.iter().map(|(parameters, fate)| (&**parameters, *fate)).collect();
    assert_fates(&server, "localhost", &strange).await;

    server.shows(&authority.vouched_for("localhost")).await;
    let expired = Err("the database's certificate expired");
    assert_fates(&server, "localhost", &[(&*ca, expired), (&*full, expired), ("sslmode=require", ENCRYPTED)])
        .await;
}

#[tokio::test]
async fn a_server_that_asks_its_clients_for_a_certificate_gets_one() {
    let (server, authority) = (Server::start().await, Authority::new());
    if !server.shows(&authority.vouches_for("localhost")).await {
        return;
    }
    server.believes(&authority.certificate()).await;
    server.admits("hostssl all all all cert").await;
    let ours = authority.vouches_for_login("postgres");
    let certificate = authority.keep("client.pem", &ours.certificate).display().to_string();
    let key = authority.keep("client.key", &ours.key).display().to_string();
    let fates = [
        (&*format!("sslmode=require&sslcert={certificate}&sslkey={key}"), ENCRYPTED),
        (
            &*format!("sslmode=require&sslcert={certificate}&sslkey={certificate}"),
            Err("cannot be used for TLS"),
        ),
        ("sslmode=require", Err("valid client certificate")),
    ];
    assert_fates(&server, "localhost", &fates).await;
}

#[tokio::test]
async fn from_postgres_17_on_the_first_byte_may_be_of_tls() {
    let (server, authority) = (Server::start().await, Authority::new());
    let version = "select current_setting('server_version_num')::int / 10000";
    if server.admin.query_one(version, &[]).await.unwrap().get::<_, i32>(0) < 17 {
        return skipped("sslnegotiation=direct: this Postgres is older than 17");
    }
    if !server.shows(&authority.vouches_for("localhost")).await {
        return;
    }
    let direct = [
        ("sslmode=require&sslnegotiation=direct", ENCRYPTED),
        ("sslmode=prefer&sslnegotiation=direct", Err("add sslmode=require or better")),
    ];
    assert_fates(&server, "localhost", &direct).await;
}

#[tokio::test]
async fn the_service_has_tls_on_every_connection_and_hears_the_doorbell_over_it() {
    let (server, authority) = (Server::start().await, Authority::new());
    if !server.shows(&authority.vouches_for("localhost")).await {
        return;
    }
    server.admits(&ANY.replace("host ", "hostssl ")).await;
    // By the settings, as by psql's own variables: the address has nothing of it.
    let url = server.url("localhost", "").trim_end_matches('?').to_owned();
    let root = authority.file().display().to_string();
    let settings = [
        ("PGSSLMODE", "verify-full"),
        ("PGSSLROOTCERT", &*root),
        // Whatever arrives was not found by looking now and then.
        ("TIDEGATE_STREAM__IDLE_INTERVAL_MS", "600000"),
        ("REPLICA_DATABASE_URLS", &*url),
    ];
    let migrated = Command::new(env!("CARGO_BIN_EXE_tidegate"))
        .arg("migrate")
        .env("DATABASE_URL", &url)
        .envs(settings)
        .output()
        .unwrap();
    assert!(migrated.status.success(), "{}", String::from_utf8_lossy(&migrated.stderr));
    server.admin.batch_execute(FURNITURE).await.unwrap();

    let node = Process::start_at(&url, &settings).await;
    let mut client = node.client("/ws").await;
    client.expect("sync").await;
    server.admin.batch_execute(&progress(TASKS[0], 50)).await.unwrap();
    let told = client.expect("update").await;
    assert_eq!(events(&told).len(), 1, "{told}");

    let sessions = "select bool_and(s.ssl), array_agg(distinct a.application_name)
        from pg_stat_activity a join pg_stat_ssl s using (pid) where a.application_name like 'tidegate%'";
    let row = server.admin.query_one(sessions, &[]).await.unwrap();
    let names: Vec<String> = row.get(1);
    assert!(row.get::<_, bool>(0), "{names:?}");
    for purpose in ["listener", "bell", "feed", "requests", "cache"] {
        assert!(names.contains(&format!("tidegate {purpose}")), "{purpose}: {names:?}");
    }
    node.end().await;
}
