//! What the database has now: functions, views and triggers, what depends on them and who may use them.

use std::collections::BTreeMap;

use tokio_postgres::{GenericClient, Row};

use super::files::SqlFile;
use crate::error::Failure;

/// An object's name as in `drop`: `function work.move_task(uuid,uuid)`, `trigger _100_guard on work.tasks`.
pub type Object = String;

/// Something that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Present {
    /// A statement that would make it again.
    pub definition: String,
    /// md5 of the definition.
    pub hash: String,
    /// Where it is in the catalogue.
    pub entry: Entry,
}

/// Where something is in the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Changes whenever the object is written, even by a replacement with the same text.
    pub stamp: String,
    class: u32,
    oid: u32,
}

/// What exists, by name.
pub type Objects = BTreeMap<Object, Present>;

/// What exists, without what it says.
pub type Entries = BTreeMap<Object, Entry>;

/// Names are read with nothing on the search path, so that all of them are qualified.
pub const QUALIFIED_NAMES: &str = "set local search_path = pg_catalog, pg_temp";

/// The functions, views and triggers in the schemas of `files`. Inside a transaction with [`QUALIFIED_NAMES`].
///
/// # Errors
/// The database's.
pub async fn objects(client: &impl GenericClient, files: &[SqlFile]) -> Result<Objects, Failure> {
    let rows = client.query(include_str!("objects.sql"), &[&rooms(files)]).await?;
    Ok(rows.iter().map(present).collect())
}

/// The same without what they say, which is cheaper to ask.
///
/// # Errors
/// The database's.
pub async fn entries(client: &impl GenericClient, files: &[SqlFile]) -> Result<Entries, Failure> {
    let query = concat!("select object, stamp, class, oid from (", include_str!("objects.sql"), ") o");
    let rows = client.query(query, &[&rooms(files)]).await?;
    Ok(rows.iter().map(|row| (row.get("object"), entry(row))).collect())
}

fn rooms(files: &[SqlFile]) -> Vec<&str> {
    let mut rooms: Vec<&str> = files.iter().map(SqlFile::room).chain(["tide"]).collect();
    rooms.sort_unstable();
    rooms.dedup();
    rooms
}

fn present(row: &Row) -> (Object, Present) {
    let found = Present { definition: row.get("definition"), hash: row.get("hash"), entry: entry(row) };
    (row.get("object"), found)
}

fn entry(row: &Row) -> Entry {
    Entry { stamp: row.get("stamp"), class: row.get("class"), oid: row.get("oid") }
}

/// What depends on an object, by name; things of other kinds as Postgres describes them.
///
/// # Errors
/// The database's.
pub async fn dependents(client: &impl GenericClient, of: &Entry) -> Result<Vec<Object>, Failure> {
    let rows = client.query(include_str!("dependents.sql"), &[&of.class, &of.oid]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Rights on an object that others were granted, as statements that grant them again.
///
/// # Errors
/// The database's.
pub async fn grants(client: &impl GenericClient, on: &Entry) -> Result<Vec<String>, Failure> {
    let rows = client.query(include_str!("rights.sql"), &[&on.class, &on.oid]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// The server's major version: 15.
///
/// # Errors
/// The database's.
pub async fn server_version(client: &impl GenericClient) -> Result<i32, Failure> {
    let row = client.query_one("select current_setting('server_version_num')::int / 10000", &[]).await?;
    Ok(row.get(0))
}
