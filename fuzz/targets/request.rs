//! Cursors and conditions of requests.
#![no_main]

use axum::http::header::IF_MATCH;
use axum::http::{HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;
use tidegate::http::{etag, page::Place};

fuzz_target!(|text: &str| {
    let place: Result<Place, _> = Place::new(None, Some(text));
    if let Ok(place) = place {
        assert!(place.after.is_some());
    }
    if let Ok(place) = Place::<i64>::new(None, Some(text)) {
        assert!(place.after.is_some());
    }
    if let Ok(value) = HeaderValue::from_str(text) {
        let headers = HeaderMap::from_iter([(IF_MATCH, value)]);
        let _ = etag::versions(&headers, &IF_MATCH);
    }
});
