//! What rooms say in the same words, as JSON and in addresses.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::db::problem::Problem;
use crate::http::page::Place;

/// `/…/{id}`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ById {
    /// Its id.
    pub id: Uuid,
}

/// A page of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Rows at most; 50 when it is left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

impl PageQuery {
    /// Where the page begins.
    ///
    /// # Errors
    /// As [`Place::new`].
    pub fn place(&self) -> Result<Place, Problem> {
        Place::new(self.limit, self.cursor.as_deref())
    }
}

/// What a write answers: the row as it is then (a deleted one: as it was), and the transaction.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Changed<T> {
    /// The row.
    #[serde(flatten)]
    pub row: T,
    /// The transaction: the events of this write carry it as `metadata.txid`.
    pub txid: String,
}

/// One page of a list.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Send it as `cursor` to get the next page; null on the last one.
    #[schema(required)]
    pub next_cursor: Option<String>,
}
