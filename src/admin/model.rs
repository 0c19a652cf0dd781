//! What comes and goes as JSON. What goes out Postgres writes; these types say what it looks like, to the OpenAPI
//! document and to the tests.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use crate::db::problem::Problem;
use crate::http::page::Place;

/// `/…/flags/{name}`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ByName {
    /// The feature's name.
    pub name: String,
}

/// `/…/flags/{name}/overrides/{user}`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ByUser {
    /// The feature's name.
    pub name: String,
    /// A user's id, or an agent's name.
    pub user: String,
}

/// What changes in a feature (merge-patch).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"enabled": true, "percentage": 25}))]
#[allow(dead_code, reason = "the body goes to the verb as it came")]
pub struct FeaturePatch {
    /// Null: as the nodes' environment says.
    enabled: Option<bool>,
    /// Of the users.
    #[schema(minimum = 0, maximum = 100, nullable = false)]
    percentage: Option<i32>,
    /// In words.
    #[schema(nullable = false)]
    description: Option<String>,
}

/// For one user.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"enabled": true}))]
pub struct Override {
    /// On or off, whatever the feature's flag says.
    pub enabled: bool,
}

/// A rollout to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"percentages": [10, 25, 50, 100], "soak_minutes": 1440}))]
pub struct NewRollout {
    /// The stages, going up; 10, 25, 50 and 100 when they are left out.
    #[schema(nullable = false)]
    pub percentages: Option<Vec<i32>>,
    /// How long each lasts at least; a day when it is left out.
    #[schema(minimum = 0, nullable = false)]
    pub soak_minutes: Option<i32>,
    /// More failures than this share of requests: it is rolled back. 0.001 when it is left out.
    #[schema(minimum = 0, maximum = 1, nullable = false)]
    pub max_error_rate: Option<f64>,
    /// A 95th percentile above this stops it. 200 when it is left out.
    #[schema(minimum = 1, nullable = false)]
    pub max_latency_ms: Option<i32>,
    /// A stage with fewer has shown nothing, and lasts longer. 100 when it is left out.
    #[schema(minimum = 0, nullable = false)]
    pub min_requests: Option<i32>,
}

/// Steers a rollout.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"state": "stopped", "reason": "the night is over"}))]
pub struct RolloutPatch {
    /// `running` begins its stage anew, `stopped` leaves the feature as it is, `rolled_back` switches it off.
    #[schema(pattern = "^(running|stopped|rolled_back)$")]
    pub state: String,
    /// Why.
    #[schema(nullable = false)]
    pub reason: Option<String>,
}

/// A feature.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[allow(missing_docs, reason = "named as the columns, which are commented")]
pub struct FeatureState {
    pub name: String,
    pub description: String,
    /// Null: as the nodes' environment says.
    #[schema(required)]
    pub enabled: Option<bool>,
    pub default_enabled: bool,
    pub percentage: i32,
    /// For whom it is on: `everybody`, `some`, `nobody`.
    pub standing: String,
    /// By user.
    pub overrides: BTreeMap<String, bool>,
    #[schema(required)]
    pub rollout: Option<RolloutState>,
    pub updated_at: String,
}

/// A rollout.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[allow(missing_docs, reason = "named as the columns, which are commented")]
pub struct RolloutState {
    /// `running`, `stopped`, `done`, `rolled_back`.
    pub state: String,
    pub stage: i32,
    pub stage_began_at: String,
    #[schema(required)]
    pub reason: Option<String>,
    pub max_error_rate: f64,
    pub max_latency_ms: i32,
    pub min_requests: i32,
    pub stages: Vec<RolloutStage>,
}

/// One stage.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[allow(missing_docs, reason = "named as the columns")]
pub struct RolloutStage {
    pub stage: i32,
    pub percentage: i32,
    pub soak_minutes: i32,
}

/// All features.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct FeatureList {
    /// By name.
    pub items: Vec<FeatureState>,
}

/// What came of looking at a rollout.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Advanced {
    /// `waits`, `advanced`, `done`, `stopped`, `rolled_back`.
    pub outcome: String,
    /// The transaction.
    pub txid: String,
}

/// What came of switching everything off.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Disabled {
    /// How many features were not off before.
    pub disabled: i32,
    /// The transaction.
    pub txid: String,
}

/// A page of the audit log.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// What was done: `key.revoked`.
    action: Option<String>,
    /// To what.
    target: Option<String>,
    /// By whom: a user's id, or a database login.
    actor: Option<String>,
    /// Rows at most; 50 when it is left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

impl AuditQuery {
    /// Where the page begins.
    ///
    /// # Errors
    /// As [`Place::new`].
    pub fn place(&self) -> Result<Place<i64>, Problem> {
        Place::new(self.limit, self.cursor.as_deref())
    }

    /// What `tide.list_audit` is to leave out.
    pub fn filter(&self) -> Value {
        json!({"action": self.action, "target": self.target, "actor": self.actor})
    }
}

/// One administrative act.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[allow(missing_docs, reason = "named as the columns, which are commented")]
pub struct AuditEntry {
    pub id: i64,
    pub at: String,
    /// Two words: `key.revoked`.
    pub action: String,
    #[schema(required)]
    pub target: Option<String>,
    #[schema(required)]
    pub detail: Option<Value>,
    pub actor: String,
    pub login: String,
    pub role: String,
    #[schema(required)]
    pub address: Option<String>,
    #[schema(required)]
    pub application_name: Option<String>,
    #[schema(required)]
    pub client_address: Option<String>,
    #[schema(required)]
    pub correlation_id: Option<String>,
}
