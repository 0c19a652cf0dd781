use jsonwebtoken::EncodingKey;
use serde_json::{Value, json};

use super::*;

const SECRET: &str = "0123456789abcdef0123456789abcdef";

fn tokens(extra: &[(&str, &str)]) -> Tokens {
    let environment = extra.iter().chain([&("JWT_SECRET", SECRET)]);
    let environment = environment.map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
    Tokens::new(&Config::load(None, environment).unwrap()).unwrap()
}

fn sign_with(algorithm: Algorithm, claims: &Value, secret: &str) -> String {
    jsonwebtoken::encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(secret.as_bytes()))
        .unwrap()
}

fn sign(claims: &Value) -> String {
    sign_with(Algorithm::HS256, claims, SECRET)
}

fn soon() -> u64 {
    seconds_now() + 60
}

#[test]
fn what_is_signed_counts_until_it_expires() {
    let claims = tokens(&[]).verify(&sign(&json!({"sub": "ann", "exp": soon(), "role": "admin"}))).unwrap();
    assert!(claims.sub == "ann" && claims.is_admin() && claims.remaining() > Duration::from_secs(50));
    let old = sign(&json!({"sub": "ann", "exp": seconds_now() - 10}));
    assert_eq!(tokens(&[]).verify(&old), Err(Refusal::Expired));
}

#[test]
fn another_secret_another_algorithm_no_expiry_or_too_early_is_refused() {
    let claims = json!({"sub": "ann", "exp": soon()});
    for forged in [
        sign_with(Algorithm::HS256, &claims, "another secret"),
        sign_with(Algorithm::HS512, &claims, SECRET),
        sign(&json!({"sub": "ann"})),
        sign(&json!({"sub": "ann", "exp": soon(), "nbf": seconds_now() + 30})),
    ] {
        assert_eq!(tokens(&[]).verify(&forged), Err(Refusal::Invalid));
    }
}

#[test]
fn a_key_that_is_named_or_a_header_that_must_be_understood_is_not_passed_over() {
    let claims = json!({"sub": "ann", "exp": soon()});
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    let plain = Header::new(Algorithm::HS256);
    for header in [
        Header { kid: Some("../../dev/null".to_owned()), ..plain.clone() },
        Header { crit: Some(vec!["exp".to_owned()]), ..plain },
    ] {
        let token = jsonwebtoken::encode(&header, &claims, &key).unwrap();
        assert_eq!(tokens(&[]).verify(&token), Err(Refusal::Invalid), "{header:?}");
    }
}

#[test]
fn a_configured_audience_or_issuer_must_be_there() {
    for (setting, claim) in [("TIDEGATE_AUTH__JWT_AUDIENCE", "aud"), ("TIDEGATE_AUTH__JWT_ISSUER", "iss")] {
        let strict = tokens(&[(setting, "tide")]);
        let mut claims = json!({"sub": "ann", "exp": soon()});
        assert_eq!(strict.verify(&sign(&claims)), Err(Refusal::Invalid), "no {claim}");
        claims[claim] = "ebb".into();
        assert_eq!(strict.verify(&sign(&claims)), Err(Refusal::Invalid), "another {claim}");
        claims[claim] = "tide".into();
        assert!(strict.verify(&sign(&claims)).is_ok());
    }
}

#[test]
fn sources_are_those_that_the_token_names() {
    let sources = |claim: Value| {
        let token = sign(&json!({"sub": "ann", "exp": soon(), "sources": claim}));
        tokens(&[]).verify(&token).unwrap().sources().map(|sources| sources.to_string())
    };
    assert_eq!(sources(Value::Null).as_deref(), Some("user"));
    assert_eq!(sources(json!(["mcp-ai", "user"])).as_deref(), Some("mcp-ai, user"));
    assert_eq!(sources(json!(["root"])), None);
    assert_eq!(sources(json!([])), None);
}
