use std::path::PathBuf;

use jsonwebtoken::EncodingKey;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;

const RSA: &str = include_str!("../../tests/keys/rsa.pem");
const RSA_PUBLIC: &str = include_str!("../../tests/keys/rsa.public.pem");
const ED_PUBLIC: &str = include_str!("../../tests/keys/ed25519.public.pem");
const WEAK_PUBLIC: &str = include_str!("../../tests/keys/weak-rsa.public.pem");

/// A key of a set, with what makes it special.
fn jwk(more: &Value) -> Value {
    let key = EncodingKey::from_rsa_pem(RSA.as_bytes()).unwrap();
    let mut jwk = serde_json::to_value(Jwk::from_encoding_key(&key, Algorithm::RS256).unwrap()).unwrap();
    for (name, value) in more.as_object().unwrap() {
        jwk[name] = value.clone();
    }
    jwk
}

fn set(keys: &[Value]) -> String {
    json!({"keys": keys}).to_string()
}

fn file(text: &str) -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keys");
    std::fs::write(&path, text).unwrap();
    (dir, path)
}

fn found(text: &str) -> Vec<(Option<String>, Algorithm)> {
    let (_dir, path) = file(text);
    KeyFile::open(&path).unwrap().keys().iter().map(|key| (key.id.clone(), key.algorithm)).collect()
}

#[test]
fn the_kind_of_key_says_the_algorithm() {
    assert_eq!(found(RSA_PUBLIC), [(None, Algorithm::RS256)]);
    assert_eq!(found(ED_PUBLIC), [(None, Algorithm::EdDSA)]);
    assert_eq!(found(&set(&[jwk(&json!({"kid": "a"}))])), [(Some("a".to_owned()), Algorithm::RS256)]);
}

#[test]
fn keys_of_a_set_that_are_for_something_else_are_left_alone() {
    let strange = [
        json!({"kid": "b", "use": "enc"}),
        json!({"kid": "c", "alg": "RS512"}),
        json!({"kid": "d", "n": "AQAB"}),
    ];
    let mut keys: Vec<Value> = strange.iter().map(jwk).collect();
    keys.push(json!({"kty": "oct", "kid": "e", "k": "c2VjcmV0"}));
    keys.push(json!({"kty": "lattice", "kid": "f"}));
    keys.push(jwk(&json!({"kid": "a"})));
    assert_eq!(found(&set(&keys)), [(Some("a".to_owned()), Algorithm::RS256)]);
}

#[test]
fn what_cannot_be_used_as_a_whole_is_refused_with_the_reason() {
    let twins = set(&[jwk(&json!({"kid": "a"})), jwk(&json!({"kid": "a"}))]);
    let two = format!("{RSA_PUBLIC}{ED_PUBLIC}");
    let symmetric = set(&[json!({"kty": "oct", "kid": "e", "k": "c2VjcmV0"})]);
    for (text, reason) in [
        (RSA, "private key"),
        (WEAK_PUBLIC, "2048 bits"),
        (&*two, "one key"),
        (&*twins, "same kid"),
        (&*symmetric, "no key for RS256"),
        ("{\"keys\": [", "not a JWKS"),
        ("hello", "neither"),
    ] {
        let (_dir, path) = file(text);
        let refused = KeyFile::open(&path).unwrap_err();
        assert!(refused.contains(reason), "{refused}");
    }
}

#[test]
fn a_new_file_is_taken_and_a_broken_one_changes_nothing() {
    let (dir, path) = file(RSA_PUBLIC);
    let keys = KeyFile::open_and_look(&path, Duration::ZERO).unwrap();
    let algorithm = || keys.keys().first().map(|key| key.algorithm);
    // A file that is replaced, so that it differs however coarse the clock of the file system is.
    let replace = |text: &str| {
        let new = dir.path().join("new");
        std::fs::write(&new, text).unwrap();
        std::fs::rename(&new, &path).unwrap();
    };
    assert_eq!(algorithm(), Some(Algorithm::RS256));
    replace("half a fi");
    assert_eq!(algorithm(), Some(Algorithm::RS256));
    replace(ED_PUBLIC);
    assert_eq!(algorithm(), Some(Algorithm::EdDSA));
    std::fs::remove_file(&path).unwrap();
    assert_eq!(algorithm(), Some(Algorithm::EdDSA));
    replace(RSA_PUBLIC);
    assert_eq!(algorithm(), Some(Algorithm::RS256));
}
