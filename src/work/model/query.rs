//! What an address names and asks for.

use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::IntoParams;
use uuid::Uuid;

use crate::db::problem::Problem;
use crate::http::page::Place;

/// `/projects/{id}/members/{user_id}`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ByMember {
    /// The project's id.
    pub id: Uuid,
    /// The member's id.
    pub user_id: Uuid,
}

/// A page of a list that leaves out what is archived.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Archived ones too.
    #[serde(default)]
    pub include_archived: bool,
    /// Rows at most; 50 when it is left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A page of tasks.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TaskQuery {
    /// One or more, with commas: `todo,blocked`.
    status: Option<String>,
    /// One or more, with commas: `high,urgent`.
    priority: Option<String>,
    /// A user, or `none`.
    #[param(value_type = Option<String>)]
    assignee_id: Option<IdOrNone>,
    /// A task, or `none` for those at the top.
    #[param(value_type = Option<String>)]
    parent_id: Option<IdOrNone>,
    /// Rows at most; 50 when it is left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A page of contexts.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ContextQuery {
    /// Under this key.
    key: Option<String>,
    /// A branch, or `none` for those of the project itself.
    #[param(value_type = Option<String>)]
    branch_id: Option<IdOrNone>,
    /// A task, or `none`.
    #[param(value_type = Option<String>)]
    task_id: Option<IdOrNone>,
    /// Rows at most; 50 when it is left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

impl ListQuery {
    /// Where the page begins.
    ///
    /// # Errors
    /// As [`Place::new`].
    pub fn place(&self) -> Result<Place, Problem> {
        Place::new(self.limit, self.cursor.as_deref())
    }
}

impl TaskQuery {
    /// Where the page begins.
    ///
    /// # Errors
    /// As [`Place::new`].
    pub fn place(&self) -> Result<Place, Problem> {
        Place::new(self.limit, self.cursor.as_deref())
    }

    /// As `work.list_tasks` takes it.
    pub fn filter(&self) -> Value {
        filter([
            ("status", self.status.as_deref().map(words)),
            ("priority", self.priority.as_deref().map(words)),
            ("assignee_id", self.assignee_id.map(IdOrNone::json)),
            ("parent_id", self.parent_id.map(IdOrNone::json)),
        ])
    }
}

impl ContextQuery {
    /// Where the page begins.
    ///
    /// # Errors
    /// As [`Place::new`].
    pub fn place(&self) -> Result<Place, Problem> {
        Place::new(self.limit, self.cursor.as_deref())
    }

    /// As `work.list_contexts` takes it.
    pub fn filter(&self) -> Value {
        filter([
            ("key", self.key.as_deref().map(Value::from)),
            ("branch_id", self.branch_id.map(IdOrNone::json)),
            ("task_id", self.task_id.map(IdOrNone::json)),
        ])
    }
}

fn filter<const N: usize>(conditions: [(&str, Option<Value>); N]) -> Value {
    let named = conditions.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(named.collect::<Map<_, _>>())
}

fn words(text: &str) -> Value {
    text.split(',').map(str::trim).collect()
}

/// An id, or the word `none`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) enum IdOrNone {
    /// Rows without one.
    None,
    /// Rows with this one.
    Id(Uuid),
}

impl IdOrNone {
    fn json(self) -> Value {
        match self {
            Self::None => Value::Null,
            Self::Id(id) => id.to_string().into(),
        }
    }
}

impl TryFrom<String> for IdOrNone {
    type Error = uuid::Error;

    fn try_from(text: String) -> Result<Self, uuid::Error> {
        if text == "none" { Ok(Self::None) } else { text.parse().map(Self::Id) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_filter_names_what_was_asked_for_and_none_is_null() {
        let id = Uuid::from_u128(1);
        let query = json!({"status": "todo, done", "parent_id": "none", "assignee_id": id.to_string()});
        let query: TaskQuery = serde_json::from_value(query).unwrap();
        let expected = json!({"status": ["todo", "done"], "parent_id": null, "assignee_id": id});
        assert_eq!(query.filter(), expected);
        assert!(serde_json::from_value::<TaskQuery>(json!({"parent_id": "nobody"})).is_err());
    }
}
