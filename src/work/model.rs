//! What comes and goes as JSON: the shapes that the OpenAPI document shows and that a body is held against.
//!
//! Rows go out as Postgres wrote them; a test reads every kind of answer as the type that stands for it in [`rows`].
//! What comes in is held against its type here and then given to the verb as it came: which values are right, SQL
//! decides. A patch may be the whole row as it was read: what cannot be changed by it must then be as it is.

mod query;
mod rows;

use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

pub use query::{ByMember, ContextQuery, ListQuery, TaskQuery};
pub use rows::{
    Branch, BranchSummary, BulkDone, BulkMetadata, BulkSummaries, Context, Member, Operated, PlainMember,
    Project, ProjectSummary, Subtask, Task,
};

fn yes() -> bool {
    true
}

/// A project to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Apollo", "description": "To the moon"}))]
pub struct NewProject {
    /// Ours, ordered by time, when it is left out.
    #[schema(nullable = false)]
    pub id: Option<Uuid>,
    /// Not blank.
    #[schema(min_length = 1)]
    pub name: String,
    /// In words.
    pub description: Option<String>,
}

/// What changes in a project (merge-patch).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"description": "To the moon and back"}))]
pub struct ProjectPatch {
    /// Not blank.
    #[schema(nullable = false, min_length = 1)]
    pub name: Option<String>,
    /// In words.
    pub description: Option<String>,
    /// Null brings it back.
    #[schema(format = DateTime)]
    pub archived_at: Option<String>,
    /// As it was read.
    #[schema(nullable = false)]
    pub id: Option<Uuid>,
    /// As it was read; not looked at.
    #[schema(nullable = false, format = DateTime)]
    pub created_at: Option<String>,
    /// As it was read; not looked at.
    #[schema(nullable = false, format = DateTime)]
    pub updated_at: Option<String>,
    /// As it was read; not looked at.
    #[schema(nullable = false)]
    pub txid: Option<String>,
    /// As it was heard; not looked at.
    #[serde(rename = "asOf")]
    #[schema(nullable = false)]
    pub as_of: Option<i64>,
}

/// A member to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"user_id": "0198f4a0-0000-7000-8000-000000000001", "role": "editor"}))]
pub struct NewMember {
    /// A user.
    pub user_id: Uuid,
    /// `viewer` when it is left out.
    #[schema(value_type = Option<rows::Role>)]
    pub role: Option<String>,
}

/// What a member may do.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"role": "editor"}))]
pub struct MemberRole {
    /// viewer, editor or admin.
    #[schema(value_type = rows::Role)]
    pub role: String,
}

/// A branch to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "main"}))]
pub struct NewBranch {
    /// Ours, ordered by time, when it is left out.
    #[schema(nullable = false)]
    pub id: Option<Uuid>,
    /// Not blank.
    #[schema(min_length = 1)]
    pub name: String,
}

/// What changes in a branch (merge-patch).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "trunk"}))]
pub struct BranchPatch {
    /// Not blank.
    #[schema(nullable = false, min_length = 1)]
    pub name: Option<String>,
    /// Null brings it back.
    #[schema(format = DateTime)]
    pub archived_at: Option<String>,
    /// As it was read.
    #[schema(nullable = false)]
    pub id: Option<Uuid>,
    /// As it was read.
    #[schema(nullable = false)]
    pub project_id: Option<Uuid>,
    /// As it was read; not looked at.
    #[schema(nullable = false, format = DateTime)]
    pub created_at: Option<String>,
    /// As it was read; not looked at.
    #[schema(nullable = false, format = DateTime)]
    pub updated_at: Option<String>,
    /// As it was read; not looked at.
    #[schema(nullable = false)]
    pub txid: Option<String>,
    /// As it was heard; not looked at.
    #[serde(rename = "asOf")]
    #[schema(nullable = false)]
    pub as_of: Option<i64>,
}

/// Whether it is in use.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"archived": true}))]
pub struct Archiving {
    /// False brings it back.
    #[serde(default = "yes")]
    pub archived: bool,
}

/// Where a branch goes, with everything in it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BranchMove {
    /// You may write there as well.
    pub project_id: Uuid,
}

/// A task to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"title": "Light the engines", "priority": "high"}))]
pub struct NewTask {
    /// Ours, ordered by time, when it is left out.
    #[schema(nullable = false)]
    pub id: Option<Uuid>,
    /// Not blank.
    #[schema(min_length = 1)]
    pub title: String,
    /// In words.
    pub description: Option<String>,
    /// `todo` when it is left out.
    #[schema(value_type = Option<rows::Status>)]
    pub status: Option<String>,
    /// `medium` when it is left out.
    #[schema(value_type = Option<rows::Priority>)]
    pub priority: Option<String>,
    /// 0 when it is left out.
    #[schema(minimum = 0, maximum = 100)]
    pub progress_percentage: Option<i32>,
    /// A user.
    pub assignee_id: Option<Uuid>,
    /// A task of the same project, under which it stands.
    pub parent_id: Option<Uuid>,
}

/// What changes in a task (merge-patch). `move` takes it to another branch.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"status": "in_progress", "progress_percentage": 40}))]
pub struct TaskPatch {
    /// Not blank.
    #[schema(nullable = false, min_length = 1)]
    pub title: Option<String>,
    /// In words.
    pub description: Option<String>,
    /// How far it is.
    #[schema(value_type = rows::Status, required = false)]
    pub status: Option<String>,
    /// How much it matters.
    #[schema(value_type = rows::Priority, required = false)]
    pub priority: Option<String>,
    /// In percent.
    #[schema(nullable = false, minimum = 0, maximum = 100)]
    pub progress_percentage: Option<i32>,
    /// A user.
    pub assignee_id: Option<Uuid>,
    /// A task of the same project, under which it stands.
    pub parent_id: Option<Uuid>,
    /// As it was read.
    #[schema(nullable = false)]
    pub id: Option<Uuid>,
    /// As it was read.
    #[schema(nullable = false)]
    pub git_branch_id: Option<Uuid>,
    /// As it was read.
    #[schema(nullable = false)]
    pub project_id: Option<Uuid>,
    /// As it was read; not looked at.
    #[schema(nullable = false, format = DateTime)]
    pub created_at: Option<String>,
    /// As it was read; not looked at.
    #[schema(nullable = false, format = DateTime)]
    pub updated_at: Option<String>,
    /// As it was read; not looked at.
    #[schema(nullable = false)]
    pub txid: Option<String>,
    /// As it was heard; not looked at.
    #[serde(rename = "asOf")]
    #[schema(nullable = false)]
    pub as_of: Option<i64>,
}

/// Where a task goes, with everything below it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskMove {
    /// You may write there as well.
    pub git_branch_id: Uuid,
    /// The task under which it stands there; null: at the top.
    pub parent_id: Option<Uuid>,
}

/// A subtask to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"title": "Check the valves"}))]
pub struct NewSubtask {
    /// Ours, ordered by time, when it is left out.
    #[schema(nullable = false)]
    pub id: Option<Uuid>,
    /// Not blank.
    #[schema(min_length = 1)]
    pub title: String,
    /// `todo` when it is left out.
    #[schema(value_type = Option<rows::Status>)]
    pub status: Option<String>,
    /// 0 when it is left out.
    #[schema(minimum = 0, maximum = 100)]
    pub progress_percentage: Option<i32>,
}

/// What changes in a subtask (merge-patch).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"status": "done"}))]
pub struct SubtaskPatch {
    /// Not blank.
    #[schema(nullable = false, min_length = 1)]
    pub title: Option<String>,
    /// How far it is.
    #[schema(value_type = rows::Status, required = false)]
    pub status: Option<String>,
    /// In percent.
    #[schema(nullable = false, minimum = 0, maximum = 100)]
    pub progress_percentage: Option<i32>,
    /// As it was read.
    #[schema(nullable = false)]
    pub id: Option<Uuid>,
    /// As it was read.
    #[schema(nullable = false)]
    pub task_id: Option<Uuid>,
    /// As it was read.
    #[schema(nullable = false)]
    pub git_branch_id: Option<Uuid>,
    /// As it was read.
    #[schema(nullable = false)]
    pub project_id: Option<Uuid>,
    /// As it was read; not looked at.
    #[schema(nullable = false, format = DateTime)]
    pub created_at: Option<String>,
    /// As it was read; not looked at.
    #[schema(nullable = false, format = DateTime)]
    pub updated_at: Option<String>,
    /// As it was read; not looked at.
    #[schema(nullable = false)]
    pub txid: Option<String>,
    /// As it was heard; not looked at.
    #[serde(rename = "asOf")]
    #[schema(nullable = false)]
    pub as_of: Option<i64>,
}

/// What is known, under a key. What is there under the key is replaced.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"key": "goal", "body": {"text": "Bring them home"}}))]
pub struct NewContext {
    /// Not blank.
    #[schema(min_length = 1)]
    pub key: String,
    /// Any JSON.
    #[schema(value_type = Value)]
    pub body: Option<Value>,
    /// A branch of the project that it is about.
    pub branch_id: Option<Uuid>,
    /// A task of the project that it is about.
    pub task_id: Option<Uuid>,
}

/// What changes in a context (merge-patch, into the body as well).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"body": {"done": true}}))]
pub struct ContextPatch {
    /// Not blank.
    #[schema(nullable = false, min_length = 1)]
    pub key: Option<String>,
    /// Objects merge, null removes.
    #[schema(value_type = Value, required = false)]
    pub body: Option<Value>,
    /// As it was read.
    #[schema(nullable = false)]
    pub id: Option<Uuid>,
    /// As it was read.
    #[schema(nullable = false)]
    pub project_id: Option<Uuid>,
    /// As it was read; not looked at.
    #[schema(nullable = false, format = DateTime)]
    pub created_at: Option<String>,
    /// As it was read; not looked at.
    #[schema(nullable = false, format = DateTime)]
    pub updated_at: Option<String>,
    /// As it was read; not looked at.
    #[schema(nullable = false)]
    pub txid: Option<String>,
    /// As it was heard; not looked at.
    #[serde(rename = "asOf")]
    #[schema(nullable = false)]
    pub as_of: Option<i64>,
    /// As it was read.
    pub branch_id: Option<Uuid>,
    /// As it was read.
    pub task_id: Option<Uuid>,
}

/// Many writes to tasks, all or nothing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"operations": [{"action": "create", "data": {"git_branch_id": "0198f4a0-0000-7000-8000-000000000002", "title": "One more"}}]}))]
pub struct TaskOperations {
    /// In this order.
    pub operations: Vec<TaskOperation>,
}

/// One of them.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskOperation {
    /// create, update or delete.
    #[schema(value_type = rows::Action)]
    pub action: String,
    /// Of the task; needed except to create.
    pub id: Option<Uuid>,
    /// As to create or patch one; to create, with `git_branch_id`.
    #[schema(value_type = Object)]
    pub data: Option<Map<String, Value>>,
}

/// Whose summaries, of what.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"include_archived": false}))]
pub struct BulkRequest {
    /// All projects of the user when it is left out; those they may not see are left out.
    pub project_ids: Option<Vec<Uuid>>,
    /// The caller; another one only for administrators.
    pub user_id: Option<Uuid>,
    /// Archived projects and branches too.
    #[serde(default)]
    pub include_archived: bool,
    /// Not from a cache.
    #[serde(default)]
    pub force_refresh: bool,
}
