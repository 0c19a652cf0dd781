//! Headers that decide something: from where, which page, which request, since when, by whom.
#![no_main]

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use libfuzzer_sys::fuzz_target;
use tidegate::http::origin::Origins;
use tidegate::http::{extract, position, request_id, visitor};

const NAMES: [&str; 6] =
    ["x-forwarded-for", "origin", "host", "x-request-id", "x-tide-position", "authorization"];

fuzz_target!(|input: Vec<(u8, Vec<u8>)>| {
    let mut headers = HeaderMap::new();
    for (name, value) in &input {
        let name = HeaderName::from_static(NAMES[usize::from(*name) % NAMES.len()]);
        if let Ok(value) = HeaderValue::from_bytes(value) {
            headers.append(name, value);
        }
    }
    let _ = visitor::forwarded_for(&headers);
    let _ = position::wanted(&headers);
    let _ = extract::shown(&headers, None);
    if let Some(name) = headers.get("x-request-id").and_then(request_id::readable) {
        assert!(
            name.bytes().all(|byte| byte == b'\t' || (b' '..=b'~').contains(&byte)),
            "it cannot be printed"
        );
    }
    let is_allowed = Origins::new(&["https://app.example.com".to_owned()]).allow(&headers);
    if let (true, Some(origin)) = (is_allowed, headers.get("origin")) {
        let origin = origin.to_str().expect("what cannot be read is nobody's").to_ascii_lowercase();
        let own =
            headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or_default().to_ascii_lowercase();
        assert!(origin == "https://app.example.com" || origin.ends_with(&format!("://{own}")), "{origin}");
    }
});
