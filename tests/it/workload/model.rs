//! The work room in memory: rows and sums, made from the ledger alone, tick by tick.

use std::collections::HashMap;

use serde_json::Value;

use super::ledger::Change;

/// What a branch's tasks and subtasks add up to.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sums {
    counts: [i64; 13],
}

/// Names of the sums, as the summaries' columns have them; the breakdown by priority under `priority_breakdown`.
const NAMES: [&str; 13] = [
    "total_tasks",
    "completed_tasks",
    "in_progress_tasks",
    "todo_tasks",
    "blocked_tasks",
    "cancelled_tasks",
    "low",
    "medium",
    "high",
    "urgent",
    "progress_sum",
    "total_subtasks",
    "completed_subtasks",
];
const STATUSES: [&str; 5] = ["done", "in_progress", "todo", "blocked", "cancelled"];
const PRIORITIES: [&str; 4] = ["low", "medium", "high", "urgent"];
const PROGRESS: usize = 10;
const SUBTASKS: usize = 11;

impl Sums {
    /// In the order of the columns of `work.branch_totals`.
    pub(crate) fn in_order(&self) -> &[i64] {
        &self.counts
    }

    /// What differs between a summary's JSON and these sums; subtasks only where the summary counts them.
    pub(crate) fn differences(&self, summary: &Value) -> Vec<String> {
        let told = |position: usize| match position {
            6..=9 => summary["priority_breakdown"][NAMES[position]].as_i64(),
            PROGRESS => Some(self.counts[PROGRESS]),
            SUBTASKS.. => Some(summary[NAMES[position]].as_i64().unwrap_or(self.counts[position])),
            _ => summary[NAMES[position]].as_i64(),
        };
        let wrong = (0..NAMES.len()).filter(|&p| told(p) != Some(self.counts[p]));
        let mut found: Vec<String> =
            wrong.map(|p| format!("{} {:?} for {}", NAMES[p], told(p), self.counts[p])).collect();
        if !self.is_average(&summary["avg_progress"]) {
            found.push(format!("avg_progress {} for {:?}", summary["avg_progress"], self));
        }
        found
    }

    #[allow(clippy::cast_precision_loss, reason = "a few thousand tasks")]
    fn is_average(&self, told: &Value) -> bool {
        match (told.as_f64(), self.counts[0]) {
            (told, 0) => told.is_none(),
            (Some(told), tasks) => (told - self.counts[PROGRESS] as f64 / tasks as f64).abs() < 0.0051,
            (None, _) => false,
        }
    }

    fn add(&mut self, other: &Self, sign: i64) {
        self.counts.iter_mut().zip(other.counts).for_each(|(count, more)| *count += sign * more);
    }

    fn of(entity: &str, row: &Value) -> Self {
        let mut sums = Self::default();
        let done = i64::from(row["status"] == "done");
        match entity {
            "task" => {
                sums.counts[0] = 1;
                for (position, status) in STATUSES.iter().enumerate() {
                    sums.counts[1 + position] = i64::from(row["status"] == *status);
                }
                for (position, priority) in PRIORITIES.iter().enumerate() {
                    sums.counts[6 + position] = i64::from(row["priority"] == *priority);
                }
                sums.counts[PROGRESS] = row["progress_percentage"].as_i64().unwrap_or_default();
            }
            "subtask" => {
                sums.counts[SUBTASKS] = 1;
                sums.counts[SUBTASKS + 1] = done;
            }
            _ => {}
        }
        sums
    }
}

/// Entity and key.
pub(crate) type Place = (String, String);

/// The rows, and what they add up to.
#[derive(Debug, Default)]
pub(crate) struct Model {
    rows: HashMap<Place, Value>,
    branches: HashMap<String, Sums>,
}

impl Model {
    /// Makes one change; complains when it does not follow from the state before.
    pub(crate) fn apply(&mut self, change: &Change) -> Option<String> {
        let place = (change.entity.clone(), change.key.clone());
        let before = self.rows.get(&place);
        let complaint = (before != change.old.as_ref()).then(|| {
            format!("{} {}: {:?} was replaced, but it was {before:?}", place.0, place.1, change.old)
        });
        for (image, sign) in [(&change.old, -1), (&change.new, 1)] {
            let Some(image) = image else { continue };
            let Some(branch) = image["git_branch_id"].as_str() else { continue };
            let sums = self.branches.entry(branch.to_owned()).or_default();
            sums.add(&Sums::of(&change.entity, image), sign);
        }
        match &change.new {
            Some(new) => self.rows.insert(place, new.clone()),
            None => self.rows.remove(&place),
        };
        complaint
    }

    pub(crate) fn rows(&self) -> &HashMap<Place, Value> {
        &self.rows
    }

    pub(crate) fn row(&self, entity: &str, key: &str) -> Option<&Value> {
        self.rows.get(&(entity.to_owned(), key.to_owned()))
    }

    pub(crate) fn branch_sums(&self, branch: &str) -> Sums {
        self.branches.get(branch).copied().unwrap_or_default()
    }

    /// Sums and number of a project's branches.
    pub(crate) fn project_sums(&self, project: &str) -> (Sums, i64) {
        let mut sums = Sums::default();
        let mut branches = 0;
        for ((entity, key), row) in &self.rows {
            if entity == "branch" && row["project_id"] == project {
                branches += 1;
                sums.add(&self.branch_sums(key), 1);
            }
        }
        (sums, branches)
    }
}
