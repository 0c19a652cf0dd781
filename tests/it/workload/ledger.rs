//! The ledger in Rust: which rows each committed transaction changed, in the order it changed them.

use serde_json::Value;
use tokio_postgres::Client;

/// One row's change, as the ledger's own triggers saw it.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub(crate) xid: i64,
    pub(crate) entity: String,
    pub(crate) action: String,
    pub(crate) key: String,
    pub(crate) old: Option<Value>,
    pub(crate) new: Option<Value>,
    pub(crate) source: String,
    pub(crate) actor: Option<String>,
}

/// Puts the ledger's triggers beside the engine's.
pub(crate) async fn install(superuser: &Client) {
    superuser.batch_execute(include_str!("ledger.sql")).await.unwrap();
}

/// What is committed, oldest first. A row's changes are in their true order: whoever changed it held its lock.
pub(crate) async fn load(superuser: &Client) -> Vec<Change> {
    let query =
        "select c.xid::text::bigint as xid, c.entity, c.action, c.key, c.old, c.new, c.source, c.actor
        from ledger.changes c order by c.id";
    let rows = superuser.query(query, &[]).await.unwrap();
    rows.iter()
        .map(|row| Change {
            xid: row.get("xid"),
            entity: row.get("entity"),
            action: row.get("action"),
            key: row.get("key"),
            old: row.get("old"),
            new: row.get("new"),
            source: row.get("source"),
            actor: row.get("actor"),
        })
        .collect()
}

impl Change {
    /// The topics of the contract: the present ones first, then those that a move left.
    pub(crate) fn topics(&self) -> Vec<String> {
        let mut topics = Vec::new();
        for image in [&self.new, &self.old].into_iter().flatten() {
            for topic in topics_of(&self.entity, image) {
                if !topics.contains(&topic) {
                    topics.push(topic);
                }
            }
        }
        topics
    }

    /// `{column: [old, new]}` of an update; null otherwise.
    pub(crate) fn delta(&self) -> Value {
        let (Some(Value::Object(old)), Some(Value::Object(new))) = (&self.old, &self.new) else {
            return Value::Null;
        };
        let changed = new.iter().filter(|(column, value)| old.get(*column) != Some(value));
        changed.map(|(column, value)| (column.clone(), serde_json::json!([old.get(column), value]))).collect()
    }
}

fn topics_of(entity: &str, image: &Value) -> Vec<String> {
    let named: &[(&str, &str)] = match entity {
        "user" => &[("user", "id")],
        "project" => &[("project", "id")],
        "member" => &[("project", "project_id"), ("user", "user_id")],
        "branch" => &[("project", "project_id"), ("branch", "id")],
        "task" => &[("project", "project_id"), ("branch", "git_branch_id"), ("task", "id")],
        "subtask" => &[("project", "project_id"), ("branch", "git_branch_id"), ("task", "task_id")],
        "context" => &[("project", "project_id"), ("branch", "branch_id"), ("task", "task_id")],
        _ => &[],
    };
    let topic = |(kind, column): &(&str, &str)| Some(format!("{kind}:{}", image[*column].as_str()?));
    named.iter().filter_map(topic).collect()
}
