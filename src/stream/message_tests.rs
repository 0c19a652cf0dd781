//! What clients read.

use serde_json::Value;

use super::super::event::sample::{ai, event, raw};
use super::*;

fn message(events: Vec<Event>, kind: Kind) -> Message {
    let events: Vec<_> = events.into_iter().map(Arc::new).collect();
    let first = events[0].sequence;
    let departure = Departure { topic: "project:1".into(), events, kind, first, position: 9 };
    Message::new(departure, Uuid::nil(), 4, 1_700_000_000_000)
}

fn parsed(message: &Message, view: &View) -> Value {
    serde_json::from_str(&message.text(view)).unwrap()
}

#[test]
fn one_event_is_an_update_with_row_cascade_and_delta() {
    let cascade =
        r#"{"branches":[{"id":"b","asOf":7}],"tasks":[],"projects":[],"subtasks":[],"contexts":[]}"#;
    let one = Event { cascade: Some(raw(cascade)), ..event(7, 70, "project:1", "t") };
    let message = message(vec![one], Kind::Transaction);
    let json = parsed(&message, &message.whole());
    assert_eq!((json["type"].as_str(), json["version"].as_str()), (Some("update"), Some("2.0")));
    assert_eq!(json["sequence"], 7);
    assert_eq!(json["payload"]["entity"], "task");
    assert_eq!(json["payload"]["data"]["primary"]["asOf"], 7);
    assert_eq!(json["payload"]["data"]["cascade"]["branches"][0]["id"], "b");
    assert_eq!(json["payload"]["data"]["delta"]["status"][1], "done");
    let metadata = &json["metadata"];
    assert_eq!((metadata["source"].as_str(), metadata["userId"].as_str()), (Some("user"), Some("ann")));
    assert_eq!((metadata["txid"].as_str(), metadata["topic"].as_str()), (Some("70"), Some("project:1")));
    assert_eq!((metadata["previous"].as_i64(), metadata["position"].as_i64()), (Some(4), Some(9)));
    assert!(metadata["sessionId"].is_null() && metadata.get("batchSize").is_none());
}

#[test]
fn several_events_are_a_bulk_in_order_with_their_own_actions() {
    let gone = Event { action: Action::Delete, ..event(6, 5, "project:1", "b") };
    let many = Event { key: None, record: None, count: 700, ..event(7, 5, "project:1", "") };
    let message = message(vec![event(5, 5, "project:1", "a"), gone, many], Kind::Transaction);
    let json = parsed(&message, &message.whole());
    assert_eq!(json["type"], "bulk");
    let payload = &json["payload"];
    assert_eq!((payload["entity"].as_str(), payload["action"].as_str()), (Some("multiple"), Some("update")));
    assert_eq!(payload["updates"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        (payload["updates"][1]["action"].as_str(), payload["updates"][1]["id"].as_str()),
        (Some("delete"), Some("b"))
    );
    assert_eq!(payload["data"]["primary"][0]["id"], "a");
    assert_eq!(payload["coalesced"][0]["count"], 700);
    assert_eq!(payload["data"]["cascade"]["contexts"], Value::Array(vec![]));
}

#[test]
fn a_row_without_a_key_is_shown_all_the_same() {
    let keyless = |sequence| Event { key: None, ..event(sequence, 5, "project:1", "a") };
    let one = message(vec![keyless(5)], Kind::Transaction);
    let json = parsed(&one, &one.whole());
    assert_eq!(
        (json["type"].as_str(), &json["payload"]["data"]["primary"]["id"]),
        (Some("update"), &"a".into())
    );
    let two = message(vec![keyless(5), keyless(6)], Kind::Transaction);
    let payload = &parsed(&two, &two.whole())["payload"];
    assert_eq!(payload["data"]["primary"].as_array().map(Vec::len), Some(2));
    assert!(payload["updates"][1]["id"].is_null() && payload.get("coalesced").is_none());
}

#[test]
fn a_batch_of_one_is_still_a_bulk_and_of_many_agents_has_no_single_author() {
    let one = message(vec![ai(5, 5, "project:1", "a")], Kind::AiBatch { gathered: 1 });
    assert_eq!(parsed(&one, &one.whole())["metadata"]["batchSize"], 1);
    let other = Event { actor: Some("bob".into()), ..ai(6, 6, "project:1", "b") };
    let two = message(vec![ai(5, 5, "project:1", "a"), other], Kind::AiBatch { gathered: 2 });
    let metadata = &parsed(&two, &two.whole())["metadata"];
    assert_eq!(metadata["source"], "mcp-ai");
    assert!(metadata["userId"].is_null() && metadata["txid"].is_null());
}

#[test]
fn a_view_shows_only_its_events_and_is_shared_by_those_who_see_the_same() {
    let message =
        message(vec![event(5, 5, "project:1", "a"), event(6, 5, "project:1", "b")], Kind::Transaction);
    let view = View {
        keep: Keep::collect([true, false].into_iter()).unwrap(),
        previous: 2,
        position: 5,
        cascade: true,
    };
    let json = parsed(&message, &view);
    assert_eq!((json["type"].as_str(), json["sequence"].as_i64()), (Some("update"), Some(5)));
    assert_eq!(json["metadata"]["previous"], 2);
    assert_eq!(message.text(&view).as_ptr(), message.text(&view).as_ptr());
    assert_ne!(json["id"], parsed(&message, &message.whole())["id"]);
}

#[test]
fn the_same_message_has_the_same_id_wherever_it_is_made() {
    let make = || message(vec![event(5, 5, "project:1", "a")], Kind::Transaction);
    let (one, two) = (make(), make());
    assert_eq!(parsed(&one, &one.whole())["id"], parsed(&two, &two.whole())["id"]);
}

#[test]
fn keeping_nothing_is_no_view_and_keeping_all_is_the_whole() {
    assert_eq!(Keep::collect([false, false].into_iter()), None);
    assert_eq!(Keep::collect([true, true].into_iter()), Some(Keep::All));
    let wide = Keep::collect((0..130).map(|at| at == 129)).unwrap();
    assert!(wide.has(129) && !wide.has(128) && !wide.has(1));
}

#[test]
fn without_the_cascade_feature_the_arrays_are_there_and_empty() {
    let one = Event {
        cascade: Some(raw(r#"{"branches":[{"id":"b","asOf":7}]}"#)),
        ..event(7, 7, "project:1", "t")
    };
    let message = message(vec![one], Kind::Transaction);
    let bare = View { cascade: false, ..message.whole() };
    let empty =
        serde_json::json!({"branches": [], "tasks": [], "projects": [], "subtasks": [], "contexts": []});
    assert_eq!(parsed(&message, &bare)["payload"]["data"]["cascade"], empty);
    assert_eq!(parsed(&message, &message.whole())["payload"]["data"]["cascade"]["branches"][0]["id"], "b");
}

#[test]
fn who_hears_the_side_that_a_row_left_is_told_that_it_left_and_nothing_of_where_it_is() {
    let moved = Event {
        topics: ["project:2", "task:t", "project:1"].map(Topic::from).to_vec(),
        record_topics: Some(vec!["project:2".into(), "task:t".into()]),
        ..event(7, 70, "project:2", "t")
    };
    let earlier = Event { record_topics: moved.record_topics.clone(), ..event(6, 69, "project:1", "t") };
    for event in [moved, earlier] {
        let message = message(vec![event.clone()], Kind::Transaction);
        let data = &parsed(&message, &message.whole())["payload"]["data"];
        assert_eq!(data["primary"], serde_json::json!({"id": "t", "left": true, "asOf": event.as_of}));
        assert_eq!(data.get("delta").is_some(), !event.has_moved());
    }
}

#[test]
fn where_a_row_arrives_it_is_shown_without_what_it_was_before() {
    let moved = Event {
        topics: ["project:1", "task:t", "project:2"].map(Topic::from).to_vec(),
        record_topics: Some(vec!["project:1".into(), "task:t".into()]),
        ..event(7, 70, "project:1", "t")
    };
    let message = message(vec![moved], Kind::Transaction);
    let data = &parsed(&message, &message.whole())["payload"]["data"];
    assert_eq!((&data["primary"]["asOf"], data.get("delta")), (&7.into(), None));
}
