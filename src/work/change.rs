//! A socket's `update`: entity, action and row, instead of an address and a method.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::store;
use crate::db::problem::Problem;
use crate::rooms::{Write, Written};

/// Performs the verb that entity and action name.
///
/// # Errors
/// `not_supported`, a field that is missing or malformed, or what the verb refused.
pub async fn change(
    write: Write,
    entity: &str,
    action: &str,
    mut primary: Map<String, Value>,
) -> Result<Written, Problem> {
    let about = about(entity, action)?;
    let id = take_id(&mut primary, about)?;
    primary.remove("asOf");
    let data = Value::Object(primary);
    match (entity, action) {
        ("task", "create") => store::create_task(write, id, &data).await,
        ("task", "update") => store::update_task(write, id, &data).await,
        ("task", _) => store::delete_task(write, id).await,
        ("subtask", "create") => store::create_subtask(write, id, &data).await,
        ("subtask", "update") => store::update_subtask(write, id, &data).await,
        ("subtask", _) => store::delete_subtask(write, id).await,
        (_, "create") => store::create_branch(write, id, &data).await,
        (_, "update") => store::update_branch(write, id, &data).await,
        _ => store::delete_branch(write, id).await,
    }
}

/// The field that says what the change is about: what a new row belongs to, else the row itself.
fn about(entity: &str, action: &str) -> Result<&'static str, Problem> {
    let refuse = |detail: &str| Err(Problem::new(422, "not_supported").with_detail(detail));
    let parent = match entity {
        "task" => "git_branch_id",
        "subtask" => "task_id",
        "branch" => "project_id",
        _ => return refuse("tasks, subtasks and branches can be written"),
    };
    match action {
        "create" => Ok(parent),
        "update" | "delete" => Ok("id"),
        _ => refuse("action is create, update or delete"),
    }
}

fn take_id(primary: &mut Map<String, Value>, field: &'static str) -> Result<Uuid, Problem> {
    match primary.remove(field).as_ref().and_then(Value::as_str).map(Uuid::parse_str) {
        Some(Ok(id)) => Ok(id),
        Some(Err(_)) => Err(Problem::new(400, "malformed_value").with_field(field)),
        None => Err(Problem::new(422, "value_missing").with_field(field)),
    }
}
