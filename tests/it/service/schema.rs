//! Whatever the service says is what `/asyncapi.json` says that it says.

use std::collections::HashMap;
use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::{Value, json};
use tidegate::http::asyncapi::asyncapi;

static VALIDATORS: LazyLock<HashMap<String, Validator>> = LazyLock::new(|| {
    let components = &asyncapi()["components"];
    let messages = components["messages"].as_object().unwrap().keys();
    messages
        .map(|id| {
            let whole =
                json!({"$ref": format!("#/components/messages/{id}/payload"), "components": components});
            (id.clone(), jsonschema::validator_for(&whole).unwrap())
        })
        .collect()
});

/// Panics unless the document describes this message of the service.
pub(crate) fn check(message: &Value) {
    check_as(message["type"].as_str().unwrap(), message);
}

fn check_as(id: &str, message: &Value) {
    let errors: Vec<String> = VALIDATORS[id]
        .iter_errors(message)
        .map(|error| format!("{} at {}", error, error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "not as described: {errors:?} in {message}");
}

#[test]
fn what_clients_say_is_described_too() {
    check_as("subscribe", &json!({"type": "subscribe", "topics": ["project:1"], "correlationId": "s"}));
    check_as("resume", &json!({"type": "resume", "epoch": "e", "positions": {"project:1": 7}}));
    let primary = json!({"id": "x", "title": "y"});
    let payload = json!({"entity": "task", "action": "update", "data": {"primary": primary}});
    check_as("client-update", &json!({"type": "update", "payload": payload}));
}

#[test]
#[should_panic(expected = "not as described")]
fn a_message_of_another_shape_is_found() {
    check_as("error", &json!({"id": "x", "version": "2.0", "type": "error", "payload": {"code": 7}}));
}
