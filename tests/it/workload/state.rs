//! Rows and summaries as of each tick: what a message says, against the ledger folded up to that tick.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::check::{Evidence, Fault, Report};
use super::ledger::Change;
use super::log::{Message, Published};
use super::model::Model;
use super::reader::Sample;

/// Folds the ledger tick by tick and compares whatever says that it is of that tick.
pub(super) fn examine(evidence: &Evidence, report: &mut Report) {
    let mut changes: HashMap<i64, Vec<(usize, &Change)>> = HashMap::new();
    for (position, change) in evidence.ledger.iter().enumerate() {
        changes.entry(change.xid).or_default().push((position, change));
    }
    let mut published: HashMap<i64, Vec<&Published>> = HashMap::new();
    for tick in &evidence.published {
        published.entry(tick.as_of()).or_default().push(tick);
        examine_reach(&tick.messages, report);
    }
    let mut samples: HashMap<i64, Vec<&Sample>> = HashMap::new();
    evidence.samples.iter().for_each(|s| samples.entry(s.as_of).or_default().push(s));

    let mut model = Model::default();
    for (tick, messages) in evidence.by_tick() {
        let transactions: HashSet<i64> = messages.iter().map(|m| m.txid).collect();
        let mut news: Vec<_> = transactions.iter().filter_map(|xid| changes.get(xid)).flatten().collect();
        news.sort_by_key(|(position, _)| *position);
        for (_, change) in news {
            if let Some(complaint) = model.apply(change) {
                report.add(Fault::Misordered, format!("as of {}: {complaint}", tick.last));
            }
        }
        for message in published.remove(&tick.last).iter().flatten().flat_map(|p| &p.messages) {
            examine_message(message, &model, report);
        }
        samples.remove(&tick.last).unwrap_or_default().iter().for_each(|s| examine_sample(s, &model, report));
    }
    for as_of in published.keys() {
        report.add(Fault::Inexact, format!("a tick tells what is as of {as_of}, where no tick ended"));
    }
    examine_end(evidence, &model, report);
}

/// A record without what the engine adds to it.
pub(super) fn image(message: &Message) -> Value {
    let mut image = message.record.clone().unwrap_or_default();
    if let Value::Object(columns) = &mut image {
        columns.remove("asOf");
    }
    image
}

fn examine_sample(sample: &Sample, model: &Model, report: &mut Report) {
    for (branch, told) in &sample.branches {
        let sums = model.branch_sums(branch);
        if told != sums.in_order() {
            let what =
                format!("branch {branch} as of {}: a reader was told {told:?} for {sums:?}", sample.as_of);
            report.add(Fault::Inexact, what);
        }
    }
}

/// After the last tick: the model is the tables, and what is read of a row is the row.
fn examine_end(evidence: &Evidence, model: &Model, report: &mut Report) {
    for (place, row) in &evidence.tables {
        if model.rows().get(place) != Some(row) {
            report.add(Fault::Lost, format!("{place:?} is {row}, by the log {:?}", model.rows().get(place)));
        }
    }
    for place in model.rows().keys().filter(|place| !evidence.tables.contains_key(*place)) {
        report.add(Fault::Lost, format!("{place:?} is gone, but not by the log"));
    }
    for message in evidence.log.iter().filter(|m| m.action != "delete") {
        let row = message.key.as_ref().and_then(|key| model.row(&message.entity, key));
        if row.is_some_and(|row| image(message) != *row) {
            report
                .add(Fault::Inexact, format!("read at {}: {} for {row:?}", message.sequence, image(message)));
        }
    }
}

fn examine_message(message: &Message, model: &Model, report: &mut Report) {
    let mut inexact = |what: String| {
        let row = format!("{} of {} {:?}", message.action, message.entity, message.key);
        report.add(Fault::Inexact, format!("{row} at {} as of {}: {what}", message.sequence, message.as_of));
    };
    for (member, bodies) in message.cascade.as_object().into_iter().flatten() {
        for body in bodies.as_array().into_iter().flatten() {
            if body["asOf"] != message.as_of {
                inexact(format!("{member} {} is as of {}", body["id"], body["asOf"]));
            }
            for wrong in differences(member, body, model) {
                inexact(format!("{member} {}: {wrong}", body["id"]));
            }
        }
    }
    if let (Some(key), true) = (&message.key, message.action != "delete") {
        match model.row(&message.entity, key) {
            Some(row) if image(message) == *row => {}
            // TRUNCATE is not of any snapshot: a reader finds the table empty before its events are told
            Some(_) if message.record.is_none() && message.entity == "context" => {}
            Some(row) => inexact(format!("the row is {} for {row}", image(message))),
            None if message.record.is_some() || message.as_of > message.sequence => {}
            None => inexact("a row that is gone again has no last image".to_owned()),
        }
    }
}

/// What a cascade says of one row, against the model.
fn differences(member: &str, body: &Value, model: &Model) -> Vec<String> {
    let entity = match member {
        "branches" => "branch",
        "tasks" => "task",
        "projects" => "project",
        "subtasks" => "subtask",
        _ => "context",
    };
    let id = body["id"].as_str().unwrap_or_default();
    let Some(row) = model.row(entity, id) else {
        return if body["deleted"] == true { vec![] } else { vec!["it does not exist any more".to_owned()] };
    };
    if body["deleted"] == true {
        return vec!["it still exists".to_owned()];
    }
    let mut wrong = match entity {
        "branch" => model.branch_sums(id).differences(body),
        "project" => {
            let (sums, branches) = model.project_sums(id);
            let mut wrong = sums.differences(body);
            if body["total_branches"] != branches {
                wrong.push(format!("total_branches {} for {branches}", body["total_branches"]));
            }
            wrong
        }
        _ => Vec::new(),
    };
    let columns = row.as_object().into_iter().flatten();
    let told = columns.filter_map(|(column, value)| Some((column, value, body.get(column)?)));
    wrong.extend(told.filter(|(_, value, told)| value != told).map(|(c, v, t)| format!("{c} {t} for {v}")));
    wrong
}

/// A branch or project that hears of changes is told its summary by one of the tick's events that it hears.
fn examine_reach(messages: &[Message], report: &mut Report) {
    let mut told: HashSet<&str> = HashSet::new();
    for message in messages {
        told.extend(message.topics.iter().filter(|topic| is_told(message, topic)).map(String::as_str));
    }
    for message in messages {
        for topic in message.topics.iter().filter(|topic| !told.contains(topic.as_str())) {
            let what = format!("{} of {} {:?} reaches {topic}", message.action, message.entity, message.key);
            report.add(
                Fault::Inexact,
                format!("{what}, whose summary the tick up to {} does not tell", message.as_of),
            );
        }
    }
}

fn is_told(message: &Message, topic: &str) -> bool {
    let (kind, id) = topic.split_once(':').unwrap_or_default();
    let member = match kind {
        "branch" if message.entity != "branch" => "branches",
        "project" => "projects",
        _ => return true,
    };
    message.cascade[member].as_array().is_some_and(|bodies| bodies.iter().any(|body| body["id"] == id))
}
