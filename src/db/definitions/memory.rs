//! What the loader remembers having installed: the table `tide.definitions`.

use std::collections::BTreeMap;

use tokio_postgres::{GenericClient, Row};

use super::catalog::Object;
use crate::error::Failure;

/// Something that the loader installed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "as the columns of tide.definitions")]
pub struct Record {
    pub file: String,
    pub file_hash: String,
    pub installed_hash: String,
    pub definition: String,
    pub kept: bool,
    pub server_version: i32,
}

/// What was installed, by name.
pub type Records = BTreeMap<Object, Record>;

/// What the loader remembers; nothing when it has never run here.
///
/// # Errors
/// The database's.
pub async fn records(client: &impl GenericClient) -> Result<Records, Failure> {
    let known = client.query_one("select to_regclass('tide.definitions') is not null", &[]).await?;
    if !known.get::<_, bool>(0) {
        return Ok(Records::new());
    }
    let rows = client
        .query(
            "select object, file, file_hash, installed_hash, definition, kept, server_version
             from tide.definitions",
            &[],
        )
        .await?;
    Ok(rows.iter().map(|row| (row.get("object"), record(row))).collect())
}

fn record(row: &Row) -> Record {
    Record {
        file: row.get("file"),
        file_hash: row.get("file_hash"),
        installed_hash: row.get("installed_hash"),
        definition: row.get("definition"),
        kept: row.get("kept"),
        server_version: row.get("server_version"),
    }
}

/// Remembers one object.
///
/// # Errors
/// The database's.
pub async fn store(client: &impl GenericClient, object: &str, record: &Record) -> Result<(), Failure> {
    client
        .execute(
            "insert into tide.definitions
               (object, file, file_hash, installed_hash, definition, kept, server_version)
             values ($1, $2, $3, $4, $5, $6, $7)
             on conflict (object) do update set
               file = excluded.file,
               file_hash = excluded.file_hash,
               installed_hash = excluded.installed_hash,
               definition = excluded.definition,
               kept = excluded.kept,
               server_version = excluded.server_version,
               loaded_at = now()",
            &[
                &object,
                &record.file,
                &record.file_hash,
                &record.installed_hash,
                &record.definition,
                &record.kept,
                &record.server_version,
            ],
        )
        .await?;
    Ok(())
}

/// Forgets objects.
///
/// # Errors
/// The database's.
pub async fn forget(client: &impl GenericClient, objects: &[&Object]) -> Result<(), Failure> {
    client.execute("delete from tide.definitions where object = any ($1)", &[&objects]).await?;
    Ok(())
}
