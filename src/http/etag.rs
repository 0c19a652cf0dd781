//! `ETag`, `If-Match`, `If-None-Match`: versions of what one reads and writes.

use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// The versions that a condition names; `None` without one, or for `*`, which any version satisfies.
pub fn versions(headers: &HeaderMap, name: &HeaderName) -> Option<Vec<String>> {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    let tags: Vec<&str> = values.flat_map(|value| value.split(',')).map(str::trim).collect();
    if tags.is_empty() || tags.contains(&"*") {
        return None;
    }
    let bare = |tag: &str| tag.trim_start_matches("W/").trim_matches('"').to_owned();
    Some(tags.into_iter().map(bare).collect())
}

/// The header for a version of ours.
pub fn tag(version: &str) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("\"{version}\"")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::header::IF_MATCH;

    #[test]
    fn a_condition_is_a_list_of_versions_or_none() {
        let read = |text: &str| {
            let headers = HeaderMap::from_iter([(IF_MATCH, text.parse().unwrap())]);
            versions(&headers, &IF_MATCH)
        };
        assert_eq!(read("\"a\", W/\"b\""), Some(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(read("*"), None);
        assert_eq!(versions(&HeaderMap::new(), &IF_MATCH), None);
    }
}
