//! Lists in pages: `?limit=&cursor=`, answered by `{items, next_cursor}`.
//!
//! A page begins after a key, so that rows that come and go meanwhile neither repeat nor hide others. The cursor is
//! opaque: clients send back what they got.

use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::position;
use crate::db::problem::Problem;
use crate::stream::position::Position;

/// Rows of a page, unless the client says otherwise.
const USUAL: u16 = 50;
/// Rows of a page at most.
const MOST: u16 = 200;
/// What a cursor of ours begins with: the version of its form.
const FORM: &str = "1";

/// By what a list is in order.
pub trait Key: Sized {
    /// In a cursor.
    fn to_bytes(&self) -> Vec<u8>;
    /// Out of one.
    fn from_bytes(bytes: &[u8]) -> Option<Self>;
}

impl Key for Uuid {
    fn to_bytes(&self) -> Vec<u8> {
        self.as_bytes().to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Self::from_slice(bytes).ok()
    }
}

impl Key for i64 {
    fn to_bytes(&self) -> Vec<u8> {
        self.to_be_bytes().to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self::from_be_bytes)
    }
}

/// Where a page begins and how long it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<K = Uuid> {
    /// The key after which it begins; `None`: at the beginning.
    pub after: Option<K>,
    /// Rows at most.
    pub max_rows: i32,
}

impl<K: Key> Place<K> {
    /// From what a query said.
    ///
    /// # Errors
    /// A cursor that is not ours, a limit out of range.
    pub fn new(limit: Option<u16>, cursor: Option<&str>) -> Result<Self, Problem> {
        let limit = limit.unwrap_or(USUAL);
        if limit == 0 || limit > MOST {
            let problem = Problem::new(422, "unusable_value").with_field("limit");
            return Err(problem.with_detail(format!("limit is 1 to {MOST}")));
        }
        let after = cursor.map(decode).transpose()?;
        Ok(Self { after, max_rows: limit.into() })
    }
}

fn encode<K: Key>(key: &K) -> String {
    format!("{FORM}{}", hex::encode(key.to_bytes()))
}

fn decode<K: Key>(cursor: &str) -> Result<K, Problem> {
    let key = cursor.strip_prefix(FORM).and_then(|text| hex::decode(text).ok());
    key.and_then(|bytes| K::from_bytes(&bytes))
        .ok_or_else(|| Problem::new(400, "cursor_is_not_ours").with_field("cursor"))
}

/// One page of a list.
#[derive(Debug)]
pub struct Listed<K = Uuid> {
    /// A JSON array, as Postgres wrote it.
    pub items: Box<RawValue>,
    /// The key after which the next page begins; `None` on the last one.
    pub next: Option<K>,
    /// Everything up to here is in it, where that is known.
    pub position: Option<Position>,
}

#[derive(Serialize)]
struct Page {
    items: Box<RawValue>,
    next_cursor: Option<String>,
}

impl<K: Key> IntoResponse for Listed<K> {
    fn into_response(self) -> Response {
        let page = Page { items: self.items, next_cursor: self.next.as_ref().map(encode) };
        position::told(self.position, axum::Json(page).into_response())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_what_was_given_and_nothing_else() {
        let key = Uuid::from_u128(7);
        assert_eq!(
            Place::new(Some(5), Some(&encode(&key))).unwrap(),
            Place { after: Some(key), max_rows: 5 }
        );
        assert_eq!(Place::new(None, Some(&encode(&-7_i64))).unwrap().after, Some(-7));
        for bad in ["", "1", "1zz", "2000000000000000000000000000000000", "1é", &key.to_string()] {
            assert_eq!(Place::<Uuid>::new(None, Some(bad)).unwrap_err().code, "cursor_is_not_ours", "{bad}");
        }
    }

    #[test]
    fn a_page_has_between_one_and_two_hundred_rows() {
        assert_eq!(Place::<Uuid>::new(None, None).unwrap().max_rows, 50);
        assert_eq!(Place::<Uuid>::new(Some(0), None).unwrap_err().status, 422);
        assert_eq!(Place::<Uuid>::new(Some(201), None).unwrap_err().status, 422);
    }
}
