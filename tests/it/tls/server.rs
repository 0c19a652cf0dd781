//! A Postgres of the test's own whose certificate and pg_hba.conf may be changed while it runs.

use tokio_postgres::Client;

use super::authority::Issued;
use crate::support::{another_server, eventually, open, skipped};

/// Passwords for all, with or without TLS.
pub(super) const ANY: &str = "host all all all scram-sha-256";

pub(super) struct Server {
    place: String,
    /// Connected from the start, whatever is demanded of others since.
    pub(super) admin: Client,
    _running: crate::support::Server,
}

impl Server {
    pub(super) async fn start() -> Self {
        let running = another_server();
        let (place, _) = running.url().rsplit_once('/').unwrap();
        Self { place: place.to_owned(), admin: open(running.url()).await, _running: running }
    }

    /// The superuser's address by another name of the host, with these parameters.
    pub(super) fn url(&self, host: &str, parameters: &str) -> String {
        format!("{}/postgres?{parameters}", self.place.replace("127.0.0.1", host))
    }

    /// Speaks TLS from now on. False: this Postgres was built without it.
    pub(super) async fn shows(&self, issued: &Issued) -> bool {
        self.write("server.crt", &issued.certificate).await;
        self.write("server.key", &issued.key).await;
        if let Err(error) = self.admin.batch_execute("alter system set ssl = on").await {
            skipped(&format!("TLS: {error}"));
            return false;
        }
        self.read_again().await;
        true
    }

    /// What pg_hba.conf says from now on.
    pub(super) async fn admits(&self, line: &str) {
        self.write("pg_hba.conf", line).await;
        self.read_again().await;
    }

    /// Whom it believes about its clients.
    pub(super) async fn believes(&self, certificate: &str) {
        self.write("clients.pem", certificate).await;
        self.admin.batch_execute("alter system set ssl_ca_file = 'clients.pem'").await.unwrap();
        self.read_again().await;
    }

    /// The postmaster tells its sessions first, and then accepts nobody before it has read everything itself.
    async fn read_again(&self) {
        let before = self.last_read().await;
        self.admin.batch_execute("select pg_reload_conf()").await.unwrap();
        eventually("the settings were read again", async || self.last_read().await != before).await;
    }

    async fn last_read(&self) -> String {
        self.admin.query_one("select pg_conf_load_time()::text", &[]).await.unwrap().get(0)
    }

    async fn write(&self, name: &str, text: &str) {
        let write = format!(
            "copy (select regexp_split_to_table('{text}', E'\\n')) to program 'umask 077 && cat > {name}'"
        );
        self.admin.batch_execute(&write).await.unwrap();
    }
}
