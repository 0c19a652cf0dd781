//! The SQL functions of `sql/work` that requests call. Each function here bears its SQL function's name.
//!
//! A [`Write`] names the right that it needs and the row whose version counts, and calls its verb. A [`Read`] is one
//! statement; rights are asked within it, and what one may not see does not exist. [`summaries`] are questions whose
//! answers may be kept.

pub mod summaries;

use postgres_types::{ToSql, Type};
use serde_json::Value;
use uuid::Uuid;

use crate::db::problem::Problem;
use crate::db::session::Param;
use crate::http::page::{Listed, Place};
use crate::rooms::{Found, Read, Write, Written, write};

/// The outcome of a write.
type Outcome = Result<Written, Problem>;

/// What the room asks before a verb.
trait Asks {
    /// Only for those who may do this to that.
    fn for_who_may(self, act: &'static str, entity: &'static str, id: Uuid) -> Self;

    /// It is this row whose version counts.
    fn to(self, entity: &'static str, id: Uuid) -> Self;
}

impl Asks for Write {
    fn for_who_may(self, act: &'static str, entity: &'static str, id: Uuid) -> Self {
        let subject = self.caller().subject();
        let params: Vec<write::Value> = vec![
            (Box::new(subject), Type::UUID),
            (Box::new(act), Type::TEXT),
            (Box::new(entity), Type::TEXT),
            (Box::new(id), Type::UUID),
        ];
        self.only_if("select work.authorize($1, $2, $3, $4)", params)
    }

    fn to(self, entity: &'static str, id: Uuid) -> Self {
        let Some(versions) = self.versions().map(<[String]>::to_vec) else { return self };
        let params: Vec<write::Value> = vec![
            (Box::new(entity), Type::TEXT),
            (Box::new(id), Type::UUID),
            (Box::new(versions), Type::TEXT_ARRAY),
        ];
        self.only_if("select work.expect_version($1, $2, $3)", params)
    }
}

/// `work.create_project`: the caller becomes its admin.
pub async fn create_project(write: Write, data: &Value) -> Outcome {
    let creator = write.caller().user_id;
    write.call("work.create_project($1, $2)", &[(&creator, Type::UUID), (data, Type::JSONB)]).await
}

/// `work.update_project`
pub async fn update_project(write: Write, project: Uuid, patch: &Value) -> Outcome {
    let write = write.for_who_may("manage", "project", project).to("project", project);
    write.call("work.update_project($1, $2)", &[(&project, Type::UUID), (patch, Type::JSONB)]).await
}

/// `work.archive_project`
pub async fn archive_project(write: Write, project: Uuid, archived: bool) -> Outcome {
    let write = write.for_who_may("manage", "project", project).to("project", project);
    write.call("work.archive_project($1, $2)", &[(&project, Type::UUID), (&archived, Type::BOOL)]).await
}

/// `work.delete_project`
pub async fn delete_project(write: Write, project: Uuid) -> Outcome {
    let write = write.for_who_may("manage", "project", project).to("project", project);
    write.call("work.delete_project($1)", &[(&project, Type::UUID)]).await
}

/// `work.add_member`: also gives a member another role.
pub async fn add_member(write: Write, project: Uuid, user: Uuid, role: &str) -> Outcome {
    let params: [Param<'_>; 3] = [(&project, Type::UUID), (&user, Type::UUID), (&role, Type::TEXT)];
    write.for_who_may("manage", "project", project).call("work.add_member($1, $2, $3)", &params).await
}

/// `work.remove_member`
pub async fn remove_member(write: Write, project: Uuid, user: Uuid) -> Outcome {
    let params: [Param<'_>; 2] = [(&project, Type::UUID), (&user, Type::UUID)];
    write.for_who_may("manage", "project", project).call("work.remove_member($1, $2)", &params).await
}

/// `work.create_branch`
pub async fn create_branch(write: Write, project: Uuid, data: &Value) -> Outcome {
    let write = write.for_who_may("write", "project", project);
    write.call("work.create_branch($1, $2)", &[(&project, Type::UUID), (data, Type::JSONB)]).await
}

/// `work.update_branch`
pub async fn update_branch(write: Write, branch: Uuid, patch: &Value) -> Outcome {
    let write = write.for_who_may("write", "branch", branch).to("branch", branch);
    write.call("work.update_branch($1, $2)", &[(&branch, Type::UUID), (patch, Type::JSONB)]).await
}

/// `work.archive_branch`
pub async fn archive_branch(write: Write, branch: Uuid, archived: bool) -> Outcome {
    let write = write.for_who_may("write", "branch", branch).to("branch", branch);
    write.call("work.archive_branch($1, $2)", &[(&branch, Type::UUID), (&archived, Type::BOOL)]).await
}

/// `work.move_branch`: the caller may write on both sides.
pub async fn move_branch(write: Write, branch: Uuid, project: Uuid) -> Outcome {
    let write = write.for_who_may("write", "branch", branch).for_who_may("write", "project", project);
    let params: [Param<'_>; 2] = [(&branch, Type::UUID), (&project, Type::UUID)];
    write.to("branch", branch).call("work.move_branch($1, $2)", &params).await
}

/// `work.delete_branch`
pub async fn delete_branch(write: Write, branch: Uuid) -> Outcome {
    let write = write.for_who_may("write", "branch", branch).to("branch", branch);
    write.call("work.delete_branch($1)", &[(&branch, Type::UUID)]).await
}

/// `work.create_task`
pub async fn create_task(write: Write, branch: Uuid, data: &Value) -> Outcome {
    let write = write.for_who_may("write", "branch", branch);
    write.call("work.create_task($1, $2)", &[(&branch, Type::UUID), (data, Type::JSONB)]).await
}

/// `work.update_task`
pub async fn update_task(write: Write, task: Uuid, patch: &Value) -> Outcome {
    let write = write.for_who_may("write", "task", task).to("task", task);
    write.call("work.update_task($1, $2)", &[(&task, Type::UUID), (patch, Type::JSONB)]).await
}

/// `work.move_task`: the caller may write on both sides.
pub async fn move_task(write: Write, task: Uuid, branch: Uuid, parent: Option<Uuid>) -> Outcome {
    let write = write.for_who_may("write", "task", task).for_who_may("write", "branch", branch);
    let params: [Param<'_>; 3] = [(&task, Type::UUID), (&branch, Type::UUID), (&parent, Type::UUID)];
    write.to("task", task).call("work.move_task($1, $2, $3)", &params).await
}

/// `work.delete_task`
pub async fn delete_task(write: Write, task: Uuid) -> Outcome {
    let write = write.for_who_may("write", "task", task).to("task", task);
    write.call("work.delete_task($1)", &[(&task, Type::UUID)]).await
}

/// `work.bulk_tasks`, which asks for the rights itself.
pub async fn bulk_tasks(write: Write, operations: &Value) -> Outcome {
    let subject = write.caller().subject();
    let params: [Param<'_>; 2] = [(operations, Type::JSONB), (&subject, Type::UUID)];
    write.call("jsonb_build_object('results', work.bulk_tasks($1, $2))", &params).await
}

/// `work.create_subtask`
pub async fn create_subtask(write: Write, task: Uuid, data: &Value) -> Outcome {
    let write = write.for_who_may("write", "task", task);
    write.call("work.create_subtask($1, $2)", &[(&task, Type::UUID), (data, Type::JSONB)]).await
}

/// `work.update_subtask`
pub async fn update_subtask(write: Write, subtask: Uuid, patch: &Value) -> Outcome {
    let write = write.for_who_may("write", "subtask", subtask).to("subtask", subtask);
    write.call("work.update_subtask($1, $2)", &[(&subtask, Type::UUID), (patch, Type::JSONB)]).await
}

/// `work.delete_subtask`
pub async fn delete_subtask(write: Write, subtask: Uuid) -> Outcome {
    let write = write.for_who_may("write", "subtask", subtask).to("subtask", subtask);
    write.call("work.delete_subtask($1)", &[(&subtask, Type::UUID)]).await
}

/// `work.set_context`: replaces what is there under the key.
pub async fn set_context(
    write: Write,
    project: Uuid,
    key: &str,
    body: &Value,
    (branch, task): (Option<Uuid>, Option<Uuid>),
) -> Outcome {
    let params: [Param<'_>; 5] = [
        (&project, Type::UUID),
        (&key, Type::TEXT),
        (body, Type::JSONB),
        (&branch, Type::UUID),
        (&task, Type::UUID),
    ];
    let write = write.for_who_may("write", "project", project);
    write.call("work.set_context($1, $2, $3, $4, $5)", &params).await
}

/// `work.update_context`
pub async fn update_context(write: Write, context: Uuid, patch: &Value) -> Outcome {
    let write = write.for_who_may("write", "context", context).to("context", context);
    write.call("work.update_context($1, $2)", &[(&context, Type::UUID), (patch, Type::JSONB)]).await
}

/// `work.delete_context`
pub async fn delete_context(write: Write, context: Uuid) -> Outcome {
    let write = write.for_who_may("write", "context", context).to("context", context);
    write.call("work.delete_context($1)", &[(&context, Type::UUID)]).await
}

/// Functions that answer with one row.
macro_rules! finders {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => { $(
        $(#[$doc])*
        pub async fn $name(read: &Read, id: Uuid) -> Result<Found, Problem> {
            read.find(concat!("select f, tide.version_of(f) from work.", stringify!($name), "($1, $2) f"), &[(&id, Type::UUID)]).await
        }
    )* };
}

finders! {
    /// `work.get_project`
    get_project,
    /// `work.get_branch`
    get_branch,
    /// `work.get_task`
    get_task,
    /// `work.get_subtask`
    get_subtask,
    /// `work.get_context`
    get_context,
}

/// `work.list_projects`
pub async fn list_projects(read: &Read, archived: bool, place: Place) -> Result<Listed, Problem> {
    const SQL: &str = "select l.items, l.next_id from work.list_projects($1, $2, $3, $4) l";
    let params = [
        (&read.caller.subject() as &(dyn ToSql + Sync), Type::UUID),
        (&archived, Type::BOOL),
        (&place.after, Type::UUID),
        (&place.max_rows, Type::INT4),
    ];
    read.list(SQL, &params).await
}

/// `work.list_members`
pub async fn list_members(read: &Read, project: Uuid, place: Place) -> Result<Listed, Problem> {
    const SQL: &str = "select l.items, l.next_id from work.list_members($1, $2, $3, $4) l";
    let params = [
        (&read.caller.subject() as &(dyn ToSql + Sync), Type::UUID),
        (&project, Type::UUID),
        (&place.after, Type::UUID),
        (&place.max_rows, Type::INT4),
    ];
    read.list(SQL, &params).await
}

/// `work.list_branches`
pub async fn list_branches(
    read: &Read,
    project: Uuid,
    archived: bool,
    place: Place,
) -> Result<Listed, Problem> {
    const SQL: &str = "select l.items, l.next_id from work.list_branches($1, $2, $3, $4, $5) l";
    let params = [
        (&read.caller.subject() as &(dyn ToSql + Sync), Type::UUID),
        (&project, Type::UUID),
        (&archived, Type::BOOL),
        (&place.after, Type::UUID),
        (&place.max_rows, Type::INT4),
    ];
    read.list(SQL, &params).await
}

/// `work.list_tasks`
pub async fn list_tasks(read: &Read, branch: Uuid, filter: &Value, place: Place) -> Result<Listed, Problem> {
    const SQL: &str = "select l.items, l.next_id from work.list_tasks($1, $2, $3, $4, $5) l";
    let params = [
        (&read.caller.subject() as &(dyn ToSql + Sync), Type::UUID),
        (&branch, Type::UUID),
        (filter, Type::JSONB),
        (&place.after, Type::UUID),
        (&place.max_rows, Type::INT4),
    ];
    read.list(SQL, &params).await
}

/// `work.list_subtasks`
pub async fn list_subtasks(read: &Read, task: Uuid, place: Place) -> Result<Listed, Problem> {
    const SQL: &str = "select l.items, l.next_id from work.list_subtasks($1, $2, $3, $4) l";
    let params = [
        (&read.caller.subject() as &(dyn ToSql + Sync), Type::UUID),
        (&task, Type::UUID),
        (&place.after, Type::UUID),
        (&place.max_rows, Type::INT4),
    ];
    read.list(SQL, &params).await
}

/// `work.list_contexts`
pub async fn list_contexts(
    read: &Read,
    project: Uuid,
    filter: &Value,
    place: Place,
) -> Result<Listed, Problem> {
    const SQL: &str = "select l.items, l.next_id from work.list_contexts($1, $2, $3, $4, $5) l";
    let params = [
        (&read.caller.subject() as &(dyn ToSql + Sync), Type::UUID),
        (&project, Type::UUID),
        (filter, Type::JSONB),
        (&place.after, Type::UUID),
        (&place.max_rows, Type::INT4),
    ];
    read.list(SQL, &params).await
}
