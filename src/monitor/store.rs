//! The SQL functions of `sql/monitor` that are called. Each function here bears its SQL function's name.

mod dashboards;
mod delivery;
mod requests;
mod rounds;

pub use dashboards::{Shown, WholeDashboard, shown, whole_dashboard};
pub use delivery::{
    Filled, Target, claim_webhooks, fill, record_attempts, release_webhooks, take_deliveries, webhook_target,
};
pub use requests::*;
pub use rounds::{
    Lag, delivery_lag, due_rules, end_silences, evaluate_rule, fold_metrics, maintain, note_anomalies,
    record_all,
};

use crate::db::problem::Problem;
use crate::db::session;

/// What an error of the database means, told by the function during which it came.
fn problem(during: &'static str) -> impl Fn(tokio_postgres::Error) -> Problem {
    move |error| session::problem(during, &error)
}
