//! The SQL functions about keys and tickets. Each function here bears its SQL function's name and is one call, with
//! an unnamed statement: see [`crate::db::pool`].

use postgres_types::Type;
use serde_json::Value;
use tokio_postgres::Row;
use uuid::Uuid;

use super::{Credential, Principal, Refusal, Sources};
use crate::db::pool::Pool;
use crate::db::problem::Problem;
use crate::db::session::{Param, connection as client, problem};

/// Whose a key or a ticket is.
#[derive(Debug)]
pub(super) struct Holder {
    pub(super) key_id: Option<Uuid>,
    pub(super) user_id: Uuid,
    pub(super) handle: String,
    pub(super) is_admin: bool,
    pub(super) sources: Sources,
    /// Until its credential ends; `None` for never.
    pub(super) seconds_left: Option<f64>,
    /// The last use is worth noting.
    pub(super) is_due: bool,
}

impl Holder {
    /// Reads what `work.find_key` and `work.claim_ticket` answer.
    fn read(row: &Row) -> Result<Self, Refusal> {
        match row.get("standing") {
            "good" => {}
            "revoked" => return Err(Refusal::Revoked),
            "expired" => return Err(Refusal::Expired),
            _ => return Err(Refusal::Invalid),
        }
        Ok(Self {
            key_id: row.get("key_id"),
            user_id: row.get("user_id"),
            handle: row.get("handle"),
            is_admin: row.get("is_admin"),
            sources: Sources::read(&row.get::<_, Vec<&str>>("sources")).ok_or(Refusal::Invalid)?,
            seconds_left: row.get("seconds_left"),
            is_due: row.get("is_due"),
        })
    }
}

/// The columns of a [`Holder`].
const HOLDER: &str = "key_id, user_id, handle, is_admin, sources, seconds_left, standing, is_due";

/// How a key is named: by the hash of what was shown, or by its id to ask again.
#[derive(Debug, Clone, Copy)]
pub(super) enum KeyName {
    Hash([u8; 32]),
    Id(Uuid),
}

/// Whose key it is; `None` for nobody's.
pub(super) async fn find_key(pool: &Pool, name: KeyName) -> Result<Option<Holder>, Problem> {
    let (hash, id) = match &name {
        KeyName::Hash(hash) => (Some(hash.as_slice()), None),
        KeyName::Id(id) => (None, Some(id)),
    };
    let params: [Param<'_>; 2] = [(&hash, Type::BYTEA), (&id, Type::UUID)];
    let sql = format!("select {HOLDER} from work.find_key($1, $2)");
    let row = client(pool).await?.query_typed_opt(&sql, &params).await;
    let row = row.map_err(|error| problem("find_key", &error))?;
    Ok(row.as_ref().map(Holder::read).transpose()?)
}

/// Notes that a key was used.
pub(super) async fn touch_key(pool: &Pool, key_id: Uuid) -> Result<(), Problem> {
    let touched =
        client(pool).await?.query_typed("select work.touch_key($1)", &[(&key_id, Type::UUID)]).await;
    touched.map(drop).map_err(|error| problem("touch_key", &error))
}

/// A ticket for somebody whose credential ends in so many seconds: `{ticket, expires_in, expires_at}`.
pub(super) async fn create_ticket(
    pool: &Pool,
    who: &Principal,
    credential_seconds: f64,
    ticket_seconds: f64,
) -> Result<Value, Problem> {
    const SQL: &str = "select work.create_ticket($1, $2, $3, $4, $5, $6)";
    let sources = who.sources.words();
    let key_id = match who.credential {
        Credential::Key(id) => Some(id),
        Credential::Token => None,
    };
    let params: [Param<'_>; 6] = [
        (&who.user_id, Type::UUID),
        (&who.is_admin, Type::BOOL),
        (&sources, Type::TEXT_ARRAY),
        (&key_id, Type::UUID),
        (&credential_seconds, Type::FLOAT8),
        (&ticket_seconds, Type::FLOAT8),
    ];
    let row = client(pool).await?.query_typed_one(SQL, &params).await;
    Ok(row.map_err(|error| problem("create_ticket", &error))?.get(0))
}

/// Whose ticket it was; `None` for nobody's, and for one that was claimed before.
pub(super) async fn claim_ticket(pool: &Pool, hash: [u8; 32]) -> Result<Option<Holder>, Problem> {
    let hash = hash.as_slice();
    let params: [Param<'_>; 1] = [(&hash, Type::BYTEA)];
    let sql = format!("select {HOLDER} from work.claim_ticket($1)");
    let row = client(pool).await?.query_typed_opt(&sql, &params).await;
    let row = row.map_err(|error| problem("claim_ticket", &error))?;
    Ok(row.as_ref().map(Holder::read).transpose()?)
}
