use super::layers::{ALIASES, slot};
use super::*;

fn with(environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::load(None, environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())))
}

fn with_file(text: &str) -> Result<Config, ConfigError> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tidegate.toml");
    std::fs::write(&path, text).unwrap();
    Config::load(Some(&path), [])
}

#[test]
fn the_embedded_defaults_are_complete_and_have_the_promised_values() {
    let config = Config::defaults();
    assert_eq!(config.http.listen.to_string(), "127.0.0.1:8000");
    assert_eq!(config.websocket.heartbeat_interval, 25);
    assert_eq!(config.websocket.connection_timeout, 30);
    assert_eq!(config.websocket.max_connections, 10_000);
    assert_eq!((config.http.bulk_requests, config.http.bulk_window_seconds), (10, 60));
    assert_eq!(config.http.websocket_port, 0);
}

#[test]
fn every_key_of_the_default_file_has_a_comment_above_it() {
    let lines: Vec<&str> = DEFAULTS.lines().collect();
    for (above, line) in lines.iter().zip(&lines[1..]) {
        let is_key = line.starts_with(|c: char| c.is_ascii_lowercase());
        // Keys of one comment may stand together.
        assert!(!is_key || above.starts_with('#') || above.contains(" = "), "no comment above: {line}");
    }
}

#[test]
fn every_alias_names_an_existing_key() {
    let mut table: Table = DEFAULTS.parse().unwrap();
    for (name, section, key) in ALIASES {
        assert!(slot(&mut table, section, key).is_some(), "{name}");
        assert!(DEFAULTS.contains(name), "{name} is not documented");
    }
}

#[test]
fn the_legacy_names_are_honoured() {
    let config = with(&[
        ("WEBSOCKET_HEARTBEAT_INTERVAL", "10"),
        ("WEBSOCKET_CONNECTION_TIMEOUT", "20"),
        ("WEBSOCKET_MAX_CONNECTIONS", "5"),
        ("WEBSOCKET_CORS_ORIGINS", "http://a, http://b"),
        ("WEBSOCKET_PORT", "8001"),
        ("JWT_SECRET", "old"),
        ("FEATURE_BULK_API", "false"),
        ("FEATURE_WS_CASCADE", "0"),
        ("FEATURE_AI_BATCH", "off"),
    ])
    .unwrap();
    assert_eq!(config.websocket.heartbeat_interval, 10);
    assert_eq!(config.websocket.connection_timeout, 20);
    assert_eq!(config.websocket.max_connections, 5);
    assert_eq!(config.http.allowed_origins, ["http://a", "http://b"]);
    assert_eq!(config.http.websocket_port, 8001);
    assert_eq!(config.auth.jwt_secret.expose(), "old");
    assert!(!config.features.bulk_api && !config.features.ws_cascade && !config.features.ai_batch);
}

#[test]
fn our_short_names_win_over_legacy_ones_and_section_names_over_both() {
    let config = with(&[
        ("TIDEGATE_JWT_SECRET", "new"),
        ("JWT_SECRET", "old"),
        ("TIDEGATE_HTTP__LISTEN", "127.0.0.1:3"),
        ("TIDEGATE_LISTEN", "127.0.0.1:2"),
    ])
    .unwrap();
    assert_eq!(config.auth.jwt_secret.expose(), "new");
    assert_eq!(config.http.listen.port(), 3);
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_defaults() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("t.toml");
    std::fs::write(&path, "[websocket]\nmax_topics = 7\nauth_timeout = 9\n").unwrap();
    let environment = [("TIDEGATE_WEBSOCKET__MAX_TOPICS".to_owned(), "8".to_owned())];
    let config = Config::load(Some(&path), environment).unwrap();
    assert_eq!((config.websocket.max_topics, config.websocket.auth_timeout), (8, 9));
}

#[test]
fn an_unknown_key_is_refused_by_name() {
    let error = with_file("[websocket]\nhartbeat = 1\n").unwrap_err();
    assert!(error.to_string().ends_with("there is no setting websocket.hartbeat"), "{error}");
    let error = with(&[("TIDEGATE_WEBSOCKET__HARTBEAT", "1")]).unwrap_err();
    assert!(error.to_string().contains("TIDEGATE_WEBSOCKET__HARTBEAT"), "{error}");
}

#[test]
fn a_value_of_the_wrong_type_is_refused_with_what_was_expected() {
    let error = with(&[("WEBSOCKET_MAX_CONNECTIONS", "many")]).unwrap_err();
    assert_eq!(error.to_string(), "WEBSOCKET_MAX_CONNECTIONS must be a whole number, not \"many\"");
    assert!(with_file("[features]\nbulk_api = \"yes\"\n").is_err());
    assert!(with(&[("TIDEGATE_LISTEN", "nowhere")]).is_err());
}

#[test]
fn contradicting_values_are_refused() {
    let error = with(&[("WEBSOCKET_HEARTBEAT_INTERVAL", "40")]).unwrap_err();
    assert!(error.to_string().contains("connection_timeout"), "{error}");
    assert!(with(&[("TIDEGATE_AUTH__LEEWAY_SECONDS", "6")]).is_err());
}

#[test]
fn an_empty_variable_is_as_good_as_none() {
    let config = with(&[("DATABASE_URL", ""), ("WEBSOCKET_PORT", "")]).unwrap();
    assert_eq!(config.database_url(), Err(ConfigError::NoDatabase));
}

#[test]
fn the_listener_has_the_databases_address_unless_it_has_its_own() {
    let config = with(&[("DATABASE_URL", "postgres://a")]).unwrap();
    assert_eq!(config.listener_url(), Ok("postgres://a"));
    let config =
        with(&[("DATABASE_URL", "postgres://a"), ("LISTENER_DATABASE_URL", "postgres://b")]).unwrap();
    assert_eq!(config.listener_url(), Ok("postgres://b"));
}

#[test]
fn a_missing_short_or_guessable_secret_is_refused() {
    assert_eq!(Config::defaults().jwt_secret(), Err(ConfigError::NoSecret));
    let short = with(&[("JWT_SECRET", "short")]).unwrap();
    assert_eq!(short.jwt_secret(), Err(ConfigError::ShortSecret { bytes: 5 }));
    let dull = with(&[("JWT_SECRET", &"x".repeat(32))]).unwrap();
    assert_eq!(dull.jwt_secret(), Err(ConfigError::DullSecret { different: 1 }));
    assert!(with(&[("JWT_SECRET", &"0123456789abcdef".repeat(2))]).unwrap().jwt_secret().is_ok());
}

#[test]
fn secrets_are_not_printed() {
    let config = with(&[("JWT_SECRET", "hush"), ("DATABASE_URL", "postgres://u:hush@h/d")]).unwrap();
    assert!(!format!("{config:?}").contains("hush"));
}

#[test]
fn the_addresses_of_replicas_are_a_list_and_shown_to_nobody() {
    let config = with(&[("REPLICA_DATABASE_URLS", "postgres://u:hush@a/d, postgres://u:hush@b/d")]).unwrap();
    let urls: Vec<_> = config.database.replica_urls.iter().map(Secret::expose).collect();
    assert_eq!(urls, ["postgres://u:hush@a/d", "postgres://u:hush@b/d"]);
    assert!(!format!("{config:?}").contains("hush"));
    let error = with_file("[database]\nreplica_urls = \"postgres://u:hush@a/d\"\n").unwrap_err();
    assert!(
        error.to_string().contains("must be a list of texts") && !error.to_string().contains("hush"),
        "{error}"
    );
}
