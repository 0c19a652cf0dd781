//! Which browser pages may call. A browser tells the page's origin; other clients do not, and are not concerned.

use axum::http::HeaderMap;

/// The configured origins.
#[derive(Debug, Clone, Default)]
pub struct Origins(Vec<String>);

impl Origins {
    /// `*` allows every page.
    pub fn new(allowed: &[String]) -> Self {
        Self(allowed.iter().map(|origin| origin.trim_end_matches('/').to_ascii_lowercase()).collect())
    }

    /// Whether a request's page may call: no origin, our own host, or one of the configured.
    pub fn allow(&self, headers: &HeaderMap) -> bool {
        if !headers.contains_key("origin") {
            return true;
        }
        // What cannot be read is nobody's.
        let text = |name| headers.get(name)?.to_str().ok().map(str::to_ascii_lowercase);
        let (origin, own) = (text("origin"), text("host"));
        let host = origin.as_deref().and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
        let is_own = host.is_some() && host == own.as_deref();
        is_own || self.0.iter().any(|allowed| allowed == "*" || Some(allowed) == origin.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderValue, header};

    use super::*;

    fn allows(configured: &[&str], origin: Option<&str>) -> bool {
        let configured: Vec<String> = configured.iter().map(|o| (*o).to_owned()).collect();
        let mut headers = HeaderMap::new();
        headers.insert("host", "app.example.com:8000".parse().unwrap());
        if let Some(origin) = origin {
            headers.insert("origin", origin.parse().unwrap());
        }
        Origins::new(&configured).allow(&headers)
    }

    #[test]
    fn a_page_of_another_origin_may_call_only_when_it_is_configured() {
        assert!(allows(&[], None));
        assert!(allows(&[], Some("http://app.example.com:8000")));
        assert!(!allows(&[], Some("http://app.example.com")));
        assert!(!allows(&[], Some("https://evil.example")));
        assert!(!allows(&[], Some("null")));
        assert!(allows(&["https://Other.example/"], Some("https://other.example")));
        assert!(allows(&["*"], Some("null")));
    }

    #[test]
    fn what_cannot_be_read_is_no_pages_own() {
        let unreadable = HeaderValue::from_bytes(b"\xFF").unwrap();
        let mut headers = HeaderMap::from_iter([(header::HOST, unreadable.clone())]);
        headers.insert(header::ORIGIN, HeaderValue::from_static("https://?"));
        assert!(!Origins::default().allow(&headers));
        headers.insert(header::ORIGIN, unreadable);
        assert!(!Origins::default().allow(&headers));
    }
}
