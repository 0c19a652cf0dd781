//! One transaction as a few lines for people. Pure.

use std::fmt::Write;
use std::sync::Arc;

use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::macros::format_description;

use crate::stream::event::{Action, Event, Source, Topic};
use crate::stream::merge;

/// Events of one transaction that are told one by one.
const TOLD: usize = 8;
/// Longest text of one value.
const LONGEST: usize = 40;
/// Columns that say nothing to people.
const DULL: [&str; 2] = ["updated_at", "created_at"];

/// Colours, or none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paint(bool);

impl Paint {
    pub(super) fn new(colours: bool) -> Self {
        Self(colours)
    }

    fn with(self, code: &str, text: &str) -> String {
        if self.0 { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    fn dim(self, text: &str) -> String {
        self.with("2", text)
    }
}

/// The lines of one transaction, the last one ended.
pub(super) fn tell(events: &[&Event], paint: Paint, names: &impl Fn(&str) -> Option<String>) -> String {
    let mut lines = String::new();
    for event in events.iter().take(TOLD) {
        let _ = writeln!(
            lines,
            "{}  {}  {}",
            paint.dim(&clock(event.at)),
            who(event, paint, names),
            what(event, paint, names)
        );
    }
    if events.len() > TOLD {
        let _ = writeln!(lines, "{:14}… and {} more in the same transaction", "", events.len() - TOLD);
    }
    lines
}

/// The line of the summaries that the transaction moved, the last one ended; empty if none.
pub(super) fn moved(events: &[&Event], paint: Paint) -> String {
    let moved = summaries(events);
    if moved.is_empty() {
        return String::new();
    }
    format!("{:14}{}\n", "", paint.dim(&format!("↳ {}", moved.join("   ↳ "))))
}

fn clock(at: i64) -> String {
    let format = format_description!("[hour]:[minute]:[second].[subsecond digits:3]");
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at) * 1_000_000)
        .ok()
        .and_then(|time| time.format(format).ok())
        .unwrap_or_default()
}

fn who(event: &Event, paint: Paint, names: &impl Fn(&str) -> Option<String>) -> String {
    let name = event.actor.as_deref().map(|actor| names(actor).unwrap_or_else(|| short(actor)));
    let text = match (event.source, &name) {
        (Source::User, Some(name)) => name.clone(),
        (source, Some(name)) => format!("{}/{name}", source.as_str()),
        (source, None) => source.as_str().to_owned(),
    };
    let colour = match event.source {
        Source::User => "32",
        Source::McpAi => "35",
        Source::System => "36",
    };
    paint.with(colour, &format!("{text:<14}"))
}

fn what(event: &Event, paint: Paint, names: &impl Fn(&str) -> Option<String>) -> String {
    let entity = paint.with("1", &event.entity);
    if event.is_coalesced() {
        return format!("{entity}  {} rows {} (in {})", event.count, done_to(event.action), event.topics[0]);
    }
    let record = event.record.as_deref().and_then(object).unwrap_or_default();
    let title = title(&record, event, names);
    match event.action {
        Action::Create => format!("{entity} {title}  {}", paint.with("32", "created")),
        Action::Delete => format!("{entity} {title}  {}", paint.with("31", "deleted")),
        Action::Update => format!("{entity} {title}  {}", changes(event, paint, names)),
    }
}

fn done_to(action: Action) -> &'static str {
    match action {
        Action::Create => "created",
        Action::Update => "changed",
        Action::Delete => "deleted",
    }
}

fn object(json: &RawValue) -> Option<Map<String, Value>> {
    serde_json::from_str(json.get()).ok()
}

fn title(record: &Map<String, Value>, event: &Event, names: &impl Fn(&str) -> Option<String>) -> String {
    let named =
        ["title", "name", "handle", "key", "label"].iter().find_map(|field| record.get(*field)?.as_str());
    match (named, record.get("user_id").and_then(Value::as_str)) {
        (Some(name), _) => format!("\"{}\"", cut(name)),
        (None, Some(user)) => names(user).unwrap_or_else(|| short(user)),
        (None, None) => short(event.key.as_deref().unwrap_or("?")),
    }
}

fn changes(event: &Event, paint: Paint, names: &impl Fn(&str) -> Option<String>) -> String {
    let delta = event.delta.as_deref().and_then(object).unwrap_or_default();
    let arrow = paint.dim("→");
    let told = delta.iter().filter(|(column, _)| !DULL.contains(&column.as_str())).map(|(column, change)| {
        let column = column.strip_suffix("_percentage").unwrap_or(column);
        let [old, new] = [0, 1].map(|side| shown(change.get(side).unwrap_or(&Value::Null), names));
        format!("{} {old} {arrow} {}", paint.with("33", column), paint.with("1", &new))
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() { "touched".to_owned() } else { told.join(", ") }
}

fn shown(value: &Value, names: &impl Fn(&str) -> Option<String>) -> String {
    match value {
        Value::Null => "—".to_owned(),
        Value::String(text) => names(text).unwrap_or_else(|| short(text)),
        Value::Object(_) | Value::Array(_) => cut(&value.to_string()),
        other => other.to_string(),
    }
}

/// Ids by their last six characters (the first ones are a time), other texts cut.
fn short(text: &str) -> String {
    if uuid::Uuid::parse_str(text).is_ok() { format!("…{}", &text[text.len() - 6..]) } else { cut(text) }
}

fn cut(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST {
        return line;
    }
    line.chars().take(LONGEST - 1).chain(['…']).collect()
}

/// The summaries that the transaction moved, as they stand now.
fn summaries(events: &[&Event]) -> Vec<String> {
    let events: Vec<Arc<Event>> = events.iter().map(|event| Arc::new(Event::clone(event))).collect();
    let cascade = merge::cascades(&events);
    let objects = |members: &[&RawValue]| members.iter().filter_map(|json| object(json)).collect::<Vec<_>>();
    let tasks = objects(&cascade.tasks).into_iter().map(|task| moved_task(&task));
    let branches = objects(&cascade.branches).into_iter().map(|branch| moved_summary("branch", &branch));
    let projects = objects(&cascade.projects).into_iter().map(|project| moved_summary("project", &project));
    tasks.chain(branches).chain(projects).take(TOLD).collect()
}

fn moved_task(task: &Map<String, Value>) -> String {
    let title = task.get("title").and_then(Value::as_str).map_or_else(|| "?".to_owned(), cut);
    match task.get("progress_percentage").and_then(Value::as_i64) {
        Some(progress) => format!("task \"{title}\" {progress} %"),
        None => format!("task \"{title}\""),
    }
}

fn moved_summary(kind: &str, summary: &Map<String, Value>) -> String {
    let name = summary.get("name").and_then(Value::as_str);
    let name = name.or(summary.get("id").and_then(Value::as_str)).map_or_else(|| "?".to_owned(), short);
    if summary.get("deleted").and_then(Value::as_bool) == Some(true) {
        return format!("{kind} {name} deleted");
    }
    let number = |field: &str| summary.get(field).and_then(Value::as_f64).unwrap_or(0.0);
    let mut line = format!("{kind} {name} {}/{} done", number("completed_tasks"), number("total_tasks"));
    if let Some(average) = summary.get("avg_progress").and_then(Value::as_f64) {
        let _ = write!(line, ", avg {average:.0} %");
    }
    line
}

/// One event as one line of JSON.
pub(super) fn json(event: &Event) -> String {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Line<'e> {
        sequence: i64,
        txid: &'e str,
        entity: &'e str,
        action: Action,
        id: Option<&'e str>,
        topics: &'e [Topic],
        source: Source,
        actor: Option<&'e str>,
        session_id: Option<&'e str>,
        correlation_id: Option<&'e str>,
        at: i64,
        count: i32,
        record: Option<&'e RawValue>,
        delta: Option<&'e RawValue>,
        cascade: Option<&'e RawValue>,
        as_of: i64,
    }
    let line = Line {
        sequence: event.sequence,
        txid: &event.txid,
        entity: &event.entity,
        action: event.action,
        id: event.key.as_deref(),
        topics: &event.topics,
        source: event.source,
        actor: event.actor.as_deref(),
        session_id: event.session_id.as_deref(),
        correlation_id: event.correlation_id.as_deref(),
        at: event.at,
        count: event.count,
        record: event.record.as_deref(),
        delta: event.delta.as_deref(),
        cascade: event.cascade.as_deref(),
        as_of: event.as_of,
    };
    serde_json::to_string(&line).expect("texts, numbers and JSON texts always encode")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::event::sample::{event, raw};

    fn told(events: &[&Event]) -> String {
        let paint = Paint::new(false);
        tell(events, paint, &|id| (id == "ann").then(|| "Ann".to_owned())) + &moved(events, paint)
    }

    #[test]
    fn a_change_is_told_with_old_and_new_and_what_it_moved() {
        let event = Event {
            record: Some(raw(r#"{"id":"x","title":"Fix login"}"#)),
            delta: Some(raw(
                r#"{"status":["todo","done"],"progress_percentage":[40,100],"updated_at":["a","b"]}"#,
            )),
            cascade: Some(raw(
                r#"{"branches":[{"id":"b","name":"main","completed_tasks":12,"total_tasks":40,"avg_progress":43.2,"asOf":1}],
                    "projects":[{"id":"p","name":"Apollo","completed_tasks":120,"total_tasks":310,"asOf":1}]}"#,
            )),
            ..event(1, 1, "project:1", "x")
        };
        let expected = "00:00:00.000  Ann             task \"Fix login\"  progress 40 → 100, status todo → done\n\
                        \x20             ↳ branch main 12/40 done, avg 43 %   ↳ project Apollo 120/310 done\n";
        assert_eq!(told(&[&event]), expected);
    }

    #[test]
    fn a_long_transaction_is_told_shortly() {
        let events: Vec<Event> = (1..=10).map(|i| event(i, 1, "project:1", "x")).collect();
        let text = told(&events.iter().collect::<Vec<_>>());
        assert_eq!(text.lines().count(), TOLD + 1);
        assert!(text.ends_with("… and 2 more in the same transaction\n"), "{text}");
    }

    #[test]
    fn an_agent_is_told_from_a_person_and_a_delete_by_its_last_name() {
        let gone = Event {
            action: Action::Delete,
            source: Source::McpAi,
            record: Some(raw(r#"{"name":"main"}"#)),
            entity: "branch".into(),
            ..event(1, 1, "project:1", "x")
        };
        assert_eq!(told(&[&gone]).trim_end(), "00:00:00.000  mcp-ai/Ann      branch \"main\"  deleted");
    }

    #[test]
    fn as_json_an_event_is_one_line() {
        let text = json(&event(7, 9, "project:1", "x"));
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            (&value["sequence"], &value["id"], &value["delta"]["status"][1]),
            (&7.into(), &"x".into(), &"done".into())
        );
        assert!(!text.contains('\n'));
    }
}
