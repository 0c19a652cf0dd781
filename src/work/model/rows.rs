//! What goes out. Postgres writes it; these types say what it looks like, to the OpenAPI document and to the tests.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// How far something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Status {
    Todo,
    InProgress,
    Blocked,
    Done,
    Cancelled,
}

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Priority {
    Low,
    Medium,
    High,
    Urgent,
}

/// Sees, changes, or runs a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Role {
    Viewer,
    Editor,
    Admin,
}

/// What is done to a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Action {
    Create,
    Update,
    Delete,
}

/// A project.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[allow(missing_docs, reason = "named as the columns, which are commented")]
pub struct Project {
    pub id: Uuid,
    pub name: String,
    #[schema(required)]
    pub description: Option<String>,
    #[schema(format = DateTime)]
    #[schema(required)]
    pub archived_at: Option<String>,
    #[schema(format = DateTime)]
    pub created_at: String,
    #[schema(format = DateTime)]
    pub updated_at: String,
}

/// A membership.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[allow(missing_docs, reason = "named as the columns, which are commented")]
pub struct PlainMember {
    pub project_id: Uuid,
    pub user_id: Uuid,
    pub role: Role,
}

/// A membership, with the names of who it is.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[allow(missing_docs, reason = "named as the columns, which are commented")]
pub struct Member {
    pub project_id: Uuid,
    pub user_id: Uuid,
    pub role: Role,
    pub handle: String,
    pub display_name: String,
}

/// A branch.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[allow(missing_docs, reason = "named as the columns, which are commented")]
pub struct Branch {
    pub id: Uuid,
    pub project_id: Uuid,
    pub name: String,
    #[schema(format = DateTime)]
    #[schema(required)]
    pub archived_at: Option<String>,
    #[schema(format = DateTime)]
    pub created_at: String,
    #[schema(format = DateTime)]
    pub updated_at: String,
}

/// A task.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[allow(missing_docs, reason = "named as the columns, which are commented")]
pub struct Task {
    pub id: Uuid,
    pub git_branch_id: Uuid,
    pub project_id: Uuid,
    #[schema(required)]
    pub parent_id: Option<Uuid>,
    pub title: String,
    #[schema(required)]
    pub description: Option<String>,
    pub status: Status,
    pub priority: Priority,
    pub progress_percentage: i32,
    #[schema(required)]
    pub assignee_id: Option<Uuid>,
    #[schema(format = DateTime)]
    pub created_at: String,
    #[schema(format = DateTime)]
    pub updated_at: String,
}

/// A step of a task.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[allow(missing_docs, reason = "named as the columns, which are commented")]
pub struct Subtask {
    pub id: Uuid,
    pub task_id: Uuid,
    pub git_branch_id: Uuid,
    pub project_id: Uuid,
    pub title: String,
    pub status: Status,
    pub progress_percentage: i32,
    #[schema(format = DateTime)]
    pub created_at: String,
    #[schema(format = DateTime)]
    pub updated_at: String,
}

/// Something known, under a key.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[allow(missing_docs, reason = "named as the columns, which are commented")]
pub struct Context {
    pub id: Uuid,
    pub project_id: Uuid,
    #[schema(required)]
    pub branch_id: Option<Uuid>,
    #[schema(required)]
    pub task_id: Option<Uuid>,
    pub key: String,
    pub body: Value,
    #[schema(format = DateTime)]
    pub created_at: String,
    #[schema(format = DateTime)]
    pub updated_at: String,
}

/// How many tasks of each priority.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[allow(missing_docs, reason = "named as the columns, which are commented")]
pub struct PriorityBreakdown {
    pub low: i64,
    pub medium: i64,
    pub high: i64,
    pub urgent: i64,
}

/// The sums of a branch, exact at the moment of the answer.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[allow(missing_docs, reason = "named as the columns, which are commented")]
pub struct BranchSummary {
    pub branch_id: Uuid,
    pub id: Uuid,
    pub project_id: Uuid,
    pub name: String,
    pub archived: bool,
    #[schema(format = DateTime)]
    pub created_at: String,
    pub total_tasks: i64,
    pub completed_tasks: i64,
    pub in_progress_tasks: i64,
    pub active_tasks: i64,
    pub todo_tasks: i64,
    pub blocked_tasks: i64,
    pub cancelled_tasks: i64,
    pub total_subtasks: i64,
    pub completed_subtasks: i64,
    #[schema(required)]
    pub avg_progress: Option<f64>,
    pub priority_breakdown: PriorityBreakdown,
    #[schema(format = DateTime)]
    pub last_activity: String,
    #[schema(format = DateTime)]
    pub updated_at: String,
}

/// The sums of a project, exact at the moment of the answer.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[allow(missing_docs, reason = "named as the columns, which are commented")]
pub struct ProjectSummary {
    pub project_id: Uuid,
    pub id: Uuid,
    pub name: String,
    pub archived: bool,
    #[schema(format = DateTime)]
    pub created_at: String,
    pub total_branches: i64,
    pub total_tasks: i64,
    pub completed_tasks: i64,
    pub in_progress_tasks: i64,
    pub active_tasks: i64,
    pub todo_tasks: i64,
    pub blocked_tasks: i64,
    pub cancelled_tasks: i64,
    #[schema(required)]
    pub avg_progress: Option<f64>,
    pub priority_breakdown: PriorityBreakdown,
    #[schema(format = DateTime)]
    pub last_activity: String,
    #[schema(format = DateTime)]
    pub updated_at: String,
}

/// What was done to one task.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Operated {
    pub action: Action,
    pub id: Uuid,
}

/// What a bulk of writes answers.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct BulkDone {
    /// In the order of the operations.
    pub results: Vec<Operated>,
    /// The transaction.
    pub txid: String,
}

/// The summaries of many branches and their projects, in one snapshot.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct BulkSummaries {
    /// By branch.
    pub summaries: BTreeMap<String, BranchSummary>,
    /// By project.
    pub projects: BTreeMap<String, ProjectSummary>,
    /// About this answer.
    pub metadata: BulkMetadata,
    /// Stands for the question: who asked for what.
    pub cache_key: String,
    /// When it was answered.
    #[schema(format = DateTime)]
    pub timestamp: String,
}

/// About an answer.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct BulkMetadata {
    /// How many branches.
    pub count: i32,
    /// Whether it was kept from before.
    pub cached: bool,
    /// When it was answered.
    #[schema(format = DateTime)]
    pub timestamp: String,
    /// Where the log stood: everything up to this position is counted.
    pub epoch: Uuid,
    /// See `epoch`.
    pub sequence: i64,
}
