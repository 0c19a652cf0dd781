//! What comes and goes as JSON: the shapes that the OpenAPI document shows and that a body is held against.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::db::problem::Problem;
use crate::http::page::Place;

/// A webhook to be, or what it is to be from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"url": "https://example.com/in", "topics": ["project:0198f4a0-0000-7000-8000-000000000001"]}))]
pub struct NewWebhook {
    /// `http://` or `https://`, at a public address.
    #[schema(min_length = 1)]
    pub url: String,
    /// What a socket would subscribe to.
    #[schema(min_items = 1)]
    pub topics: Vec<String>,
    /// For people.
    #[schema(nullable = false)]
    pub name: Option<String>,
    /// `task`, `branch`, …; all when it is left out.
    pub entities: Option<Vec<String>>,
    /// `create`, `update`, `delete`; all when it is left out.
    pub actions: Option<Vec<String>>,
    /// So long it waits after a change, so that a topic's changes go out as one `bulk`. 0: at once.
    #[schema(nullable = false, minimum = 0, maximum = 60000)]
    pub batch_window_ms: Option<i32>,
}

/// From where a webhook is to be delivered again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Replay {
    /// A sequence; what comes after it is delivered.
    pub after: i64,
}

/// For how long an alert is to be quiet.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Silence {
    /// 0 ends it.
    #[schema(minimum = 0, maximum = 31_536_000)]
    pub seconds: i32,
}

/// What somebody says about an alert.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewComment {
    /// Not blank.
    #[schema(min_length = 1, max_length = 10_000)]
    pub body: String,
}

/// A webhook.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[allow(missing_docs, reason = "named as the columns, which are commented")]
pub struct Webhook {
    pub id: Uuid,
    #[schema(required)]
    pub owner_id: Option<Uuid>,
    pub name: String,
    pub url: String,
    pub topics: Vec<String>,
    #[schema(required)]
    pub entities: Option<Vec<String>>,
    #[schema(required)]
    pub actions: Option<Vec<String>>,
    pub batch_window_ms: i32,
    pub status: String,
    #[schema(required)]
    pub status_reason: Option<String>,
    #[schema(required, format = DateTime)]
    pub failing_since_at: Option<String>,
    #[schema(format = DateTime)]
    pub created_at: String,
    #[schema(format = DateTime)]
    pub updated_at: String,
    /// Everything up to here is queued.
    #[schema(required)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<i64>,
    /// Deliveries that wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<i64>,
    /// Dead letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dead: Option<i64>,
    /// Of a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

/// A delivery.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[allow(missing_docs, reason = "named as the columns, which are commented")]
pub struct Delivery {
    pub id: Uuid,
    pub webhook_id: Uuid,
    pub number: i64,
    pub message_id: String,
    pub topic: String,
    pub sequence: i64,
    pub status: String,
    pub attempt_count: i32,
    #[schema(format = DateTime)]
    pub next_attempt_at: String,
    #[schema(format = DateTime)]
    pub created_at: String,
    #[schema(required, format = DateTime)]
    pub finished_at: Option<String>,
    /// What was or will be sent; not in lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// `[{at, status, duration_ms, error, reply}…]`; not in lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Value>>)]
    pub attempts: Option<Vec<Value>>,
}

/// An alert.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[allow(missing_docs, reason = "named as the columns, which are commented")]
pub struct Alert {
    pub id: Uuid,
    pub key: String,
    pub severity: String,
    pub title: String,
    #[schema(value_type = HashMap<String, Value>)]
    pub detail: Value,
    #[schema(required)]
    pub rule_id: Option<Uuid>,
    pub status: String,
    pub occurrence_count: i32,
    #[schema(format = DateTime)]
    pub opened_at: String,
    #[schema(format = DateTime)]
    pub last_seen_at: String,
    #[schema(required, format = DateTime)]
    pub acknowledged_at: Option<String>,
    #[schema(required)]
    pub acknowledged_by: Option<String>,
    #[schema(required, format = DateTime)]
    pub resolved_at: Option<String>,
    #[schema(required)]
    pub resolved_by: Option<String>,
    #[schema(required, format = DateTime)]
    pub silence_ends_at: Option<String>,
    /// Not in lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comments: Option<Vec<Comment>>,
}

/// What somebody said about an alert.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[allow(missing_docs, reason = "named as the columns, which are commented")]
pub struct Comment {
    pub id: Uuid,
    pub alert_id: Uuid,
    pub author: String,
    pub body: String,
    #[schema(format = DateTime)]
    pub created_at: String,
}

/// `/webhooks/{id}/deliveries/{delivery_id}`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ByDelivery {
    /// The webhook's id.
    pub id: Uuid,
    /// The delivery's id.
    pub delivery_id: Uuid,
}

/// A page of deliveries.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeliveryQuery {
    /// One or more, with commas: `pending,dead`.
    status: Option<String>,
    /// Rows at most; 50 when it is left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A page of alerts.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AlertQuery {
    /// One or more, with commas: `open,acknowledged`, which is what counts when it is left out.
    status: Option<String>,
    /// One or more, with commas: `warning,critical`.
    severity: Option<String>,
    /// Of one matter.
    key: Option<String>,
    /// Rows at most; 50 when it is left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

impl DeliveryQuery {
    /// Where the page is.
    ///
    /// # Errors
    /// As [`Place::new`].
    pub fn place(&self) -> Result<Place, Problem> {
        Place::new(self.limit, self.cursor.as_deref())
    }

    /// The filter of `monitor.list_deliveries`.
    pub fn filter(&self) -> Value {
        filter([("status", words(self.status.as_deref()))])
    }
}

impl AlertQuery {
    /// Where the page is.
    ///
    /// # Errors
    /// As [`Place::new`].
    pub fn place(&self) -> Result<Place, Problem> {
        Place::new(self.limit, self.cursor.as_deref())
    }

    /// The filter of `monitor.list_alerts`.
    pub fn filter(&self) -> Value {
        let key = self.key.as_ref().map(|key| json!(key));
        let (status, severity) = (words(self.status.as_deref()), words(self.severity.as_deref()));
        filter([("status", status), ("severity", severity), ("key", key)])
    }
}

fn words(list: Option<&str>) -> Option<Value> {
    list.map(|list| list.split(',').map(str::trim).collect())
}

fn filter<const N: usize>(named: [(&str, Option<Value>); N]) -> Value {
    let given = named.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(given.collect())
}
