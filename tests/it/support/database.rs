//! A database per test. NOTIFY is heard by the whole database, so a schema per test would not do.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use sha2::{Digest, Sha256};
use tidegate::db::definitions::Choices;
use tidegate::db::migrate::{Schema, migrate};
use tokio::sync::OnceCell;
use tokio_postgres::Client;

use super::server;

/// One maker of the template at a time, on the whole server.
const TEMPLATE_LOCK: i64 = 0x7465_6d70_6c61_7465;

/// The login of the services under test, and its password.
const SERVICE: &str = "tidegate_service_under_test";

static TEMPLATE: OnceCell<String> = OnceCell::const_new();
static COUNTER: AtomicU32 = AtomicU32::new(0);

/// A database of its own for one test; dropped with it.
pub(crate) struct TestDatabase {
    name: String,
}

impl TestDatabase {
    /// A clone of the migrated template.
    pub(crate) async fn new() -> Self {
        let template = TEMPLATE.get_or_init(make_template).await;
        Self::create(&format!("template {template}")).await
    }

    /// A database without anything of ours.
    pub(crate) async fn empty() -> Self {
        Self::create("template template0").await
    }

    /// A copy of this one, file by file. Nobody may be connected to it meanwhile.
    pub(crate) async fn copy(&self) -> Self {
        Self::create(&format!("template {}", self.name)).await
    }

    async fn create(from: &str) -> Self {
        let name = format!("t{}_{}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
        let admin = server::connect("postgres").await;
        admin.batch_execute(&format!("create database {name} {from}")).await.unwrap();
        Self { name }
    }

    /// Its address for any driver, as superuser.
    pub(crate) fn url(&self) -> String {
        server::address(&self.name)
    }

    /// Its address for the service, whose login has the rights that docs/operations.md gives it and no more.
    pub(crate) fn service_url(&self) -> String {
        let url = self.url();
        let (_, place) = url.split_once('@').expect("the address names a user");
        format!("postgresql://{SERVICE}:{SERVICE}@{place}")
    }

    /// A new connection as superuser.
    pub(crate) async fn connect(&self) -> Client {
        server::connect(&self.name).await
    }

    /// A new connection of an application whose login is a member of `role`, and of nothing else.
    pub(crate) async fn connect_as(&self, role: &str) -> Client {
        let client = self.connect().await;
        let login = format!("{}_{role}", self.name);
        let make = format!(
            "do $$ begin create role {login} in role {role}; exception when duplicate_object then null; end $$;
             set session authorization {login}"
        );
        client.batch_execute(&make).await.unwrap();
        client
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let drop_it = format!("drop database if exists {} with (force)", self.name);
        // A thread of its own: the test's runtime may be the one that is ending.
        let done = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async { server::connect("postgres").await.batch_execute(&drop_it).await })
        });
        if let Ok(Err(error)) = done.join() {
            eprintln!("a test's database was not dropped: {error}");
        }
    }
}

/// Makes the template unless a process before us did; it is known by what it was made from.
async fn make_template() -> String {
    let name = format!("template_{}", fingerprint());
    let admin = server::connect("postgres").await;
    admin.batch_execute(&format!("select pg_advisory_lock({TEMPLATE_LOCK})")).await.unwrap();
    let exists = "select exists (select from pg_database where datname = $1)";
    if !admin.query_one(exists, &[&name]).await.unwrap().get::<_, bool>(0) {
        let draft = format!("{name}_draft");
        let anew = format!("drop database if exists {draft} with (force)");
        admin.batch_execute(&anew).await.unwrap();
        admin.batch_execute(&format!("create database {draft} template template0")).await.unwrap();
        fill_template(&draft).await;
        admin.batch_execute(&format!("alter database {draft} rename to {name}")).await.unwrap();
    }
    admin.batch_execute(&format!("select pg_advisory_unlock({TEMPLATE_LOCK})")).await.unwrap();
    name
}

async fn fill_template(name: &str) {
    let url = server::address(name);
    let (mut client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    client.batch_execute("create extension pgtap").await.expect("pgTAP is installed (make test does it)");
    migrate(&mut client, Schema::embedded(), &Choices::default()).await.unwrap();
    let login = format!(
        "do $$ begin create role {SERVICE} login password '{SERVICE}' in role tide_service;
         exception when duplicate_object then null; end $$"
    );
    client.batch_execute(&login).await.unwrap();
    drop(client);
    // The backend must be gone before anybody may rename or copy the database.
    connection.await.unwrap().unwrap();
    let admin = server::connect("postgres").await;
    let gone = format!("select not exists (select from pg_stat_activity where datname = '{name}')");
    super::eventually("the template is left", async || {
        admin.query_one(&gone, &[]).await.unwrap().get::<_, bool>(0)
    })
    .await;
}

/// Twelve letters that stand for every file of `migrations/` and `sql/`.
fn fingerprint() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    for room in ["migrations", "sql"] {
        super::files::below(&root.join(room), &mut paths);
    }
    paths.sort();
    let mut digest = Sha256::new();
    for path in paths {
        digest.update(path.as_os_str().as_encoded_bytes());
        digest.update(std::fs::read(&path).unwrap());
    }
    hex::encode(&digest.finalize()[..6])
}
