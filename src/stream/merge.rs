//! What several events become when they leave together. Pure.
//!
//! Invariants: of each entity the last event stays, with its own action and sequence, and its delta tells the whole
//! way from the first old to the last new value; of each cascade member the newest `asOf` stays.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use utoipa::ToSchema;

use super::event::{Event, Json, Topic};

/// Keeps the last event of each entity, in log order. Events without a key stand for many rows and all stay.
pub fn last_of_each(events: Vec<Arc<Event>>) -> Vec<Arc<Event>> {
    let mut kept: Vec<Option<Arc<Event>>> = Vec::with_capacity(events.len());
    let mut at: HashMap<(Arc<str>, Box<str>), usize> = HashMap::new();
    for event in events {
        let mut event = event;
        if let Some(key) = event.key.clone()
            && let Some(before) = at.insert((event.entity.clone(), key), kept.len())
        {
            event = kept[before].take().map_or(event.clone(), |earlier| one_after_other(&earlier, &event));
        }
        kept.push(Some(event));
    }
    kept.into_iter().flatten().collect()
}

fn one_after_other(earlier: &Event, later: &Arc<Event>) -> Arc<Event> {
    if earlier.has_moved() {
        // What it was before is the other side's.
        return Arc::new(Event { delta: None, ..Event::clone(later) });
    }
    let (Some(first), Some(second)) = (&earlier.delta, &later.delta) else {
        return later.clone();
    };
    match join_deltas(first, second) {
        Some(delta) => Arc::new(Event { delta: Some(delta), ..Event::clone(later) }),
        None => later.clone(),
    }
}

type Delta<'a> = BTreeMap<Cow<'a, str>, (&'a RawValue, &'a RawValue)>;

/// `{column: [old, new]}` twice → once; a column that came back to its old value is gone. `None` if either is not
/// of that shape.
fn join_deltas(first: &RawValue, second: &RawValue) -> Option<Json> {
    let mut joined: Delta<'_> = read_delta(first)?;
    for (column, (old, new)) in read_delta(second)? {
        let old = joined.get(&column).map_or(old, |(oldest, _)| *oldest);
        joined.insert(column, (old, new));
    }
    joined.retain(|_, (old, new)| old.get() != new.get());
    to_raw_value(&joined).ok()
}

fn read_delta(delta: &RawValue) -> Option<Delta<'_>> {
    #[derive(Deserialize)]
    #[serde(transparent)]
    struct Columns<'a>(#[serde(borrow)] BTreeMap<Cow<'a, str>, (&'a RawValue, &'a RawValue)>);
    serde_json::from_str::<Columns<'_>>(delta.get()).ok().map(|columns| columns.0)
}

/// The five arrays, always present.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
#[allow(missing_docs, reason = "the contract's names")]
pub struct Cascade<'a> {
    #[serde(borrow)]
    #[schema(required, value_type = Vec<HashMap<String, serde_json::Value>>)]
    pub branches: Vec<&'a RawValue>,
    #[serde(borrow)]
    #[schema(required, value_type = Vec<HashMap<String, serde_json::Value>>)]
    pub tasks: Vec<&'a RawValue>,
    #[serde(borrow)]
    #[schema(required, value_type = Vec<HashMap<String, serde_json::Value>>)]
    pub projects: Vec<&'a RawValue>,
    #[serde(borrow)]
    #[schema(required, value_type = Vec<HashMap<String, serde_json::Value>>)]
    pub subtasks: Vec<&'a RawValue>,
    #[serde(borrow)]
    #[schema(required, value_type = Vec<HashMap<String, serde_json::Value>>)]
    pub contexts: Vec<&'a RawValue>,
}

/// What dedup needs to know of a member.
#[derive(Deserialize)]
struct Member<'a> {
    #[serde(borrow, default)]
    id: Cow<'a, str>,
    #[serde(rename = "asOf", default)]
    as_of: i64,
}

/// Joins the cascades of several events: each member once, the newest `asOf`, where it first appeared.
pub fn cascades<'a>(events: impl IntoIterator<Item = &'a Arc<Event>>) -> Cascade<'a> {
    let mut joined = Cascade::default();
    let mut seen: [HashMap<Cow<'a, str>, (usize, i64)>; 5] = Default::default();
    for json in events.into_iter().filter_map(|event| event.cascade.as_deref()) {
        // The engine wrote it; should it ever be something else, the event still travels, without its summaries.
        let Ok(next) = serde_json::from_str::<Cascade<'a>>(json.get()) else { continue };
        let Cascade { branches, tasks, projects, subtasks, contexts } = next;
        let [a, b, c, d, e] = &mut seen;
        join_members(&mut joined.branches, branches, a);
        join_members(&mut joined.tasks, tasks, b);
        join_members(&mut joined.projects, projects, c);
        join_members(&mut joined.subtasks, subtasks, d);
        join_members(&mut joined.contexts, contexts, e);
    }
    joined
}

fn join_members<'a>(
    joined: &mut Vec<&'a RawValue>,
    next: Vec<&'a RawValue>,
    seen: &mut HashMap<Cow<'a, str>, (usize, i64)>,
) {
    for json in next {
        let Ok(member) = serde_json::from_str::<Member<'a>>(json.get()) else { continue };
        match seen.get(&member.id) {
            Some((_, newest)) if *newest > member.as_of => {}
            Some((at, _)) => {
                let at = *at;
                joined[at] = json;
                seen.insert(member.id, (at, member.as_of));
            }
            None => {
                seen.insert(member.id, (joined.len(), member.as_of));
                joined.push(json);
            }
        }
    }
}

/// What the audience of a carrier may see of the cascade of something that moved between two: its own side.
/// `project:1` keeps the project 1, and what says of its `project_id` that it is 1 or says nothing of it.
pub fn one_side<'a>(mut cascade: Cascade<'a>, carrier: &Topic) -> Cascade<'a> {
    let Some((kind, id)) = carrier.as_str().split_once(':') else { return cascade };
    let parent = format!("{kind}_id");
    let belongs = |json: &&RawValue| {
        let fields = serde_json::from_str::<HashMap<Cow<'_, str>, &RawValue>>(json.get());
        let said = fields.as_ref().ok().and_then(|fields| fields.get(parent.as_str()));
        said.is_none_or(|said| said.get().trim_matches('"') == id)
    };
    if kind == "project" {
        cascade.projects.retain(|json| {
            serde_json::from_str::<Member<'_>>(json.get()).is_ok_and(|member| member.id == id)
        });
    }
    for members in [&mut cascade.branches, &mut cascade.tasks, &mut cascade.subtasks, &mut cascade.contexts] {
        members.retain(belongs);
    }
    cascade
}

#[cfg(test)]
mod tests {
    use super::super::event::{Action, sample};
    use super::*;

    fn with_cascade(sequence: i64, cascade: &str) -> Arc<Event> {
        Arc::new(Event { cascade: Some(sample::raw(cascade)), ..sample::event(sequence, 1, "p:1", "a") })
    }

    #[test]
    fn the_newest_as_of_of_each_member_stays_in_its_first_place() {
        let events = [
            with_cascade(1, r#"{"branches":[{"id":"x","n":1,"asOf":5},{"id":"y","asOf":5}],"tasks":[]}"#),
            with_cascade(2, r#"{"branches":[{"id":"x","n":2,"asOf":7}],"projects":[{"id":"x","asOf":7}]}"#),
            with_cascade(3, r#"{"branches":[{"id":"x","n":0,"asOf":4}]}"#),
        ];
        let text = serde_json::to_string(&cascades(&events)).unwrap();
        let expected = r#"{"branches":[{"id":"x","n":2,"asOf":7},{"id":"y","asOf":5}],"tasks":[],"projects":[{"id":"x","asOf":7}],"subtasks":[],"contexts":[]}"#;
        assert_eq!(text, expected);
    }

    #[test]
    fn of_a_move_each_side_sees_its_own() {
        let event = with_cascade(
            1,
            r#"{"branches":[{"id":"x","project_id":"1"},{"id":"y","project_id":"2"}],"projects":[{"id":"1"},{"id":"2"}],"tasks":[{"id":"t","deleted":true}]}"#,
        );
        let text = serde_json::to_string(&one_side(cascades([&event]), &"project:1".into())).unwrap();
        let expected = r#"{"branches":[{"id":"x","project_id":"1"}],"tasks":[{"id":"t","deleted":true}],"projects":[{"id":"1"}],"subtasks":[],"contexts":[]}"#;
        assert_eq!(text, expected);
    }

    #[test]
    fn a_cascade_that_is_not_one_costs_only_itself() {
        let events = [with_cascade(1, "[]"), with_cascade(2, r#"{"tasks":[{"id":"t","asOf":2}]}"#)];
        assert_eq!(cascades(&events).tasks.len(), 1);
    }

    #[test]
    fn deltas_tell_the_whole_way_and_forget_what_came_back() {
        let first = sample::raw(r#"{"status":["todo","done"],"title":["a","b"]}"#);
        let second = sample::raw(r#"{"status":["done","todo"],"title":["b","c"],"progress":[0,5]}"#);
        let joined = join_deltas(&first, &second).unwrap();
        assert_eq!(joined.get(), r#"{"progress":[0,5],"title":["a","c"]}"#);
    }

    #[test]
    fn a_delete_wins_over_earlier_updates_and_keeps_its_own_sequence() {
        let gone = Event { action: Action::Delete, delta: None, ..sample::ai(3, 3, "p:1", "a") };
        let events = vec![sample::ai(1, 1, "p:1", "a"), sample::ai(2, 2, "p:1", "b"), gone];
        let kept = last_of_each(events.into_iter().map(Arc::new).collect());
        let seen: Vec<_> = kept.iter().map(|event| (event.sequence, event.action)).collect();
        assert_eq!(seen, [(2, Action::Update), (3, Action::Delete)]);
    }
}
