//! One layer of settings over another: a file over the defaults, the environment over the file.
//!
//! Invariant: a layer changes values, never keys or types. What it cannot say is refused by the key's name as the user wrote
//! it, and without its value where that may be a secret.

use std::path::Path;

use toml::{Table, Value};

use super::ConfigError;

/// Other names of keys, weakest first: a later one that is set wins, and `TIDEGATE_<SECTION>__<KEY>` wins over all.
pub(super) const ALIASES: &[(&str, &str, &str)] = &[
    ("WEBSOCKET_HEARTBEAT_INTERVAL", "websocket", "heartbeat_interval"),
    ("WEBSOCKET_CONNECTION_TIMEOUT", "websocket", "connection_timeout"),
    ("WEBSOCKET_MAX_CONNECTIONS", "websocket", "max_connections"),
    ("WEBSOCKET_CORS_ORIGINS", "http", "allowed_origins"),
    ("WEBSOCKET_PORT", "http", "websocket_port"),
    ("JWT_SECRET", "auth", "jwt_secret"),
    ("FEATURE_BULK_API", "features", "bulk_api"),
    ("FEATURE_WS_CASCADE", "features", "ws_cascade"),
    ("FEATURE_AI_BATCH", "features", "ai_batch"),
    ("RUST_LOG", "log", "filter"),
    ("PGSSLMODE", "database", "sslmode"),
    ("PGSSLROOTCERT", "database", "sslrootcert"),
    ("PGSSLCERT", "database", "sslcert"),
    ("PGSSLKEY", "database", "sslkey"),
    ("DATABASE_URL", "database", "url"),
    ("LISTENER_DATABASE_URL", "database", "listener_url"),
    ("REPLICA_DATABASE_URLS", "database", "replica_urls"),
    ("TIDEGATE_LISTEN", "http", "listen"),
    ("TIDEGATE_JWT_SECRET", "auth", "jwt_secret"),
    ("TIDEGATE_ALLOWED_ORIGINS", "http", "allowed_origins"),
];

/// What `path` says, over what `table` has.
pub(super) fn overlay_file(table: &mut Table, path: &Path) -> Result<(), ConfigError> {
    let origin = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|e| ConfigError::Unreadable { path: origin.clone(), reason: e.to_string() })?;
    let theirs: Table = text.parse().map_err(|e: toml::de::Error| ConfigError::Syntax {
        origin: origin.clone(),
        reason: e.to_string().trim().to_owned(),
    })?;
    for (section, keys) in theirs {
        let Value::Table(keys) = keys else {
            return Err(ConfigError::UnknownKey { origin, key: section });
        };
        for (key, value) in keys {
            let slot = slot(table, &section, &key).ok_or_else(|| ConfigError::UnknownKey {
                origin: origin.clone(),
                key: format!("{section}.{key}"),
            })?;
            if !slot.same_type(&value) {
                let found = if holds_secrets(&key) { "(not shown)".to_owned() } else { value.to_string() };
                return Err(wrong_type(&format!("{section}.{key} in {origin}"), slot, &found));
            }
            *slot = value;
        }
    }
    Ok(())
}

/// What the environment says, over what `table` has.
pub(super) fn overlay_environment(
    table: &mut Table,
    environment: impl IntoIterator<Item = (String, String)>,
) -> Result<(), ConfigError> {
    let set: Vec<(String, String)> = environment.into_iter().filter(|(_, v)| !v.is_empty()).collect();
    for (name, section, key) in ALIASES {
        if let Some((_, text)) = set.iter().find(|(n, _)| n == name) {
            let slot = slot(table, section, key).expect("a unit test finds every alias among the defaults");
            *slot = read_as(slot, name, text)?;
        }
    }
    for (name, text) in &set {
        let Some((section, key)) = name.strip_prefix("TIDEGATE_").and_then(|rest| rest.split_once("__"))
        else {
            continue;
        };
        let (section, key) = (section.to_ascii_lowercase(), key.to_ascii_lowercase());
        let slot = slot(table, &section, &key).ok_or_else(|| ConfigError::UnknownKey {
            origin: format!("environment variable {name}"),
            key: format!("{section}.{key}"),
        })?;
        *slot = read_as(slot, name, text)?;
    }
    Ok(())
}

/// Where a key's value is; `None`: there is no such key.
pub(super) fn slot<'t>(table: &'t mut Table, section: &str, key: &str) -> Option<&'t mut Value> {
    table.get_mut(section)?.as_table_mut()?.get_mut(key)
}

/// Reads an environment variable's text as the type that the present value has.
fn read_as(present: &Value, name: &str, text: &str) -> Result<Value, ConfigError> {
    let refuse = || wrong_type(name, present, text);
    let text = text.trim();
    Ok(match present {
        Value::Integer(_) => Value::Integer(text.parse().map_err(|_| refuse())?),
        Value::Float(_) => Value::Float(text.parse().map_err(|_| refuse())?),
        Value::Boolean(_) => Value::Boolean(read_bool(text).ok_or_else(refuse)?),
        Value::Array(_) => Value::Array(read_list(text)),
        _ => Value::String(text.to_owned()),
    })
}

fn read_bool(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Some(true),
        "false" | "0" | "no" | "off" => Some(false),
        _ => None,
    }
}

fn read_list(text: &str) -> Vec<Value> {
    text.split(',').map(str::trim).filter(|s| !s.is_empty()).map(|s| Value::String(s.to_owned())).collect()
}

/// What stands there may be a password, whatever its type.
fn holds_secrets(key: &str) -> bool {
    key.ends_with("secret") || key.ends_with("url") || key.ends_with("urls")
}

fn wrong_type(key: &str, expected: &Value, found: &str) -> ConfigError {
    let expected = match expected {
        Value::Integer(_) => "a whole number",
        Value::Float(_) => "a number",
        Value::Boolean(_) => "true or false",
        Value::Array(_) => "a list of texts",
        _ => "a text",
    };
    ConfigError::WrongType { key: key.to_owned(), expected, found: found.to_owned() }
}
