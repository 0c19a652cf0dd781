//! What must not pass, as one table.

use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::super::client::Client;
use super::super::node::{Node, SECRET};
use super::super::world::World;
use super::{RSA_PUBLIC, at, buy_ticket, create_key, ed25519, rsa, token};

/// What is shown, and the code with which it is refused; `None` passes.
type Case = (&'static str, String, Option<&'static str>);

const INVALID: Option<&str> = Some("credential_invalid");
const EXPIRED: Option<&str> = Some("credential_expired");

/// A set of two public keys, `r` and `e`, in a file.
fn key_set() -> TempDir {
    let jwk = |key: &EncodingKey, algorithm, kid: &str| {
        let mut jwk = serde_json::to_value(Jwk::from_encoding_key(key, algorithm).unwrap()).unwrap();
        jwk["kid"] = kid.into();
        jwk
    };
    let set = json!({"keys": [jwk(&rsa(), Algorithm::RS256, "r"), jwk(&ed25519(), Algorithm::EdDSA, "e")]});
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("keys.json"), set.to_string()).unwrap();
    dir
}

/// What Ann's token says, with something else in one place; null takes it away.
fn but(claim: &str, value: impl Into<Value>) -> Value {
    let mut claims = json!({"sub": "ann", "exp": at(60), "aud": "tide", "iss": "moon"});
    claims[claim] = value.into();
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    claims
}

/// A token with another part in the place of its own.
fn with_part(token: &str, place: usize, part: &Value) -> String {
    let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    parts[place] = base64_of(&part.to_string());
    parts.join(".")
}

/// Somebody else's base64 would be one more dependency: a token of ours is made of it.
fn base64_of(text: &str) -> String {
    let claims: Value = serde_json::from_str(text).unwrap();
    let token = token(Algorithm::HS256, None, &claims, &EncodingKey::from_secret(b"x"));
    token.split('.').nth(1).unwrap().to_owned()
}

/// By whom and with what it is signed.
fn keys() -> Vec<Case> {
    let claims = but("role", "admin");
    let ours = EncodingKey::from_secret(SECRET.as_bytes());
    let public = EncodingKey::from_secret(RSA_PUBLIC.as_bytes());
    let good = token(Algorithm::RS256, Some("r"), &claims, &rsa());
    let unsigned = with_part(&good, 0, &json!({"alg": "none", "typ": "JWT"}));
    let unsigned = unsigned.rsplit_once('.').unwrap().0.to_owned() + ".";
    vec![
        ("RS256 by its key", good.clone(), None),
        ("EdDSA by its key", token(Algorithm::EdDSA, Some("e"), &claims, &ed25519()), None),
        ("HS256 by our secret", token(Algorithm::HS256, None, &claims, &ours), None),
        ("alg none", unsigned, INVALID),
        ("HS256 with the public key as secret", token(Algorithm::HS256, None, &claims, &public), INVALID),
        ("the same naming that key", token(Algorithm::HS256, Some("r"), &claims, &public), INVALID),
        ("HS256 by our secret naming a key", token(Algorithm::HS256, Some("r"), &claims, &ours), INVALID),
        ("RS256 naming the key of EdDSA", token(Algorithm::RS256, Some("e"), &claims, &rsa()), INVALID),
        ("RS512 by the right key", token(Algorithm::RS512, Some("r"), &claims, &rsa()), INVALID),
        ("PS256 by the right key", token(Algorithm::PS256, Some("r"), &claims, &rsa()), INVALID),
        ("no kid among several keys", token(Algorithm::EdDSA, None, &claims, &ed25519()), INVALID),
        ("an unknown kid", token(Algorithm::EdDSA, Some("x"), &claims, &ed25519()), INVALID),
        ("an empty kid", token(Algorithm::EdDSA, Some(""), &claims, &ed25519()), INVALID),
        ("a kid that is a path", token(Algorithm::EdDSA, Some("../etc/e"), &claims, &ed25519()), INVALID),
        ("a kid that is SQL", token(Algorithm::EdDSA, Some("x' or 'e'='e"), &claims, &ed25519()), INVALID),
        ("another payload", with_part(&good, 1, &but("sub", "ben")), INVALID),
        ("a signature cut short", good[..good.len() - 2].to_owned(), INVALID),
        ("a signature of nothing", format!("{}.", good.rsplit_once('.').unwrap().0), INVALID),
        ("no token", "hello".to_owned(), INVALID),
    ]
}

/// What it says.
fn claims() -> Vec<Case> {
    // Not by RSA, whose arithmetic takes its time in a build without optimisation.
    let says = |claims: &Value| token(Algorithm::EdDSA, Some("e"), claims, &ed25519());
    vec![
        ("expired", says(&but("exp", at(-10))), EXPIRED),
        ("expired long ago", says(&but("exp", 1)), EXPIRED),
        ("no exp", says(&but("exp", Value::Null)), INVALID),
        ("an exp that is a text", says(&but("exp", "tomorrow")), INVALID),
        ("not yet valid", says(&but("nbf", at(30))), INVALID),
        ("valid since now", says(&but("nbf", at(0))), None),
        ("another audience", says(&but("aud", "ebb")), INVALID),
        ("several audiences", says(&but("aud", json!(["ebb", "tide"]))), None),
        ("no audience", says(&but("aud", Value::Null)), INVALID),
        ("another issuer", says(&but("iss", "sun")), INVALID),
        ("no issuer", says(&but("iss", Value::Null)), INVALID),
        ("a source that there is not", says(&but("sources", json!(["root"]))), INVALID),
        ("no source at all", says(&but("sources", json!([]))), INVALID),
        ("of nobody", says(&but("sub", "nobody")), Some("user_unknown")),
        ("of nobody in particular", says(&but("sub", Value::Null)), INVALID),
    ]
}

/// Keys of ours.
async fn api_keys(world: &World) -> Vec<Case> {
    let good = create_key(&world.sql, "ann", "").await;
    let revoked = create_key(&world.sql, "ann", ", 'revoked'").await;
    let expired = create_key(&world.sql, "ann", ", 'expired', lifetime => '1 hour'").await;
    world.run("update work.api_keys set revoked_at = now() where name = 'revoked'").await;
    world
        .run(
            "update work.api_keys set created_at = now() - interval '2 h', expires_at = now()
            where name = 'expired'",
        )
        .await;
    let (shown, _) = good.rsplit_once('_').unwrap();
    vec![
        ("another secret", format!("{shown}_{}", "0".repeat(64)), INVALID),
        ("a prefix alone", format!("{shown}_"), INVALID),
        ("a key in capitals", good.to_uppercase(), INVALID),
        ("a key that is SQL", "tg_' or true --".to_owned(), INVALID),
        ("a revoked key", revoked, Some("credential_revoked")),
        ("an expired key", expired, EXPIRED),
        ("a key", good, None),
    ]
}

#[tokio::test]
async fn every_forgery_is_refused_by_http_and_by_socket_and_what_is_right_passes() {
    let world = World::new().await;
    let files = key_set();
    let file = files.path().join("keys.json");
    let settings = [
        ("TIDEGATE_AUTH__JWT_KEY_FILE", file.to_str().unwrap()),
        ("TIDEGATE_AUTH__JWT_AUDIENCE", "tide"),
        ("TIDEGATE_AUTH__JWT_ISSUER", "moon"),
    ];
    let node = Node::start(&world.database, &settings).await;
    for (what, credential, refused) in [keys(), claims(), api_keys(&world).await].concat() {
        let (status, answer) = buy_ticket(node.address, &credential).await;
        let code = answer["code"].as_str();
        assert_eq!((status, code), (if refused.is_some() { 401 } else { 200 }, refused), "{what}: {answer}");
        let mut client = Client::open(node.address, "/ws", Some(&credential)).await;
        let heard = client.hear().await.map(|message| message["type"].clone());
        let expected = if refused.is_some() { Err(4401) } else { Ok("sync".into()) };
        assert_eq!(heard, expected, "{what}, by socket");
    }
    let nothing = reqwest::Client::new().post(format!("http://{}/api/v2/ws-ticket", node.address));
    let answer = nothing.send().await.unwrap();
    assert_eq!(answer.status(), 401);
    assert_eq!(answer.headers()["www-authenticate"], "Bearer");
    assert_eq!(answer.json::<Value>().await.unwrap()["code"], "credential_missing");
}
