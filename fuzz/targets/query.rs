//! What an address asks for: filters, pages, topics.
#![no_main]

use axum::extract::Query;
use axum::http::Uri;
use libfuzzer_sys::fuzz_target;
use tidegate::monitor::model::{AlertQuery, DeliveryQuery};
use tidegate::rooms::model::PageQuery;
use tidegate::work::model::{ContextQuery, ListQuery, TaskQuery};

fuzz_target!(|text: &str| {
    let Ok(address) = format!("/api/v2/tasks?{text}").parse::<Uri>() else { return };
    if let Ok(Query(asked)) = Query::<TaskQuery>::try_from_uri(&address) {
        assert!(asked.filter().is_object());
        let _ = asked.place();
    }
    if let Ok(Query(asked)) = Query::<ContextQuery>::try_from_uri(&address) {
        assert!(asked.filter().is_object());
        let _ = asked.place();
    }
    let pages = [
        Query::<ListQuery>::try_from_uri(&address).ok().and_then(|Query(asked)| asked.place().ok()),
        Query::<PageQuery>::try_from_uri(&address).ok().and_then(|Query(asked)| asked.place().ok()),
    ];
    for page in pages.into_iter().flatten() {
        assert!((1..=200).contains(&page.max_rows));
    }
    let _ = Query::<AlertQuery>::try_from_uri(&address);
    let _ = Query::<DeliveryQuery>::try_from_uri(&address);
});
