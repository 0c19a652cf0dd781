//! The live page as the service serves it; what it does is tested in `board/tests`.

use reqwest::Method;
use reqwest::header::{ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, VARY};

use super::node::Node;
use super::web::Web;
use super::world::World;

const BROWSER: &str = "text/html,application/xhtml+xml,*/*;q=0.8";

async fn get(web: &Web, path: &str, accept: &str) -> (reqwest::Response, String) {
    let response = web.request(Method::GET, path).header(ACCEPT, accept).send().await.unwrap();
    let kind = said(&response, CONTENT_TYPE);
    (response, kind)
}

fn said(response: &reqwest::Response, name: HeaderName) -> String {
    let values = response.headers().get_all(name);
    values.iter().map(|value| value.to_str().unwrap()).collect::<Vec<_>>().join(", ")
}

#[tokio::test]
async fn a_browser_gets_the_page_and_everybody_else_text() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let nobody = Web::with_token(&node, None);

    let (page, kind) = get(&nobody, "/", BROWSER).await;
    assert_eq!((page.status().as_u16(), kind.as_str()), (200, "text/html; charset=utf-8"));
    assert!(said(&page, VARY).contains("accept") && said(&page, CACHE_CONTROL) == "no-cache");
    let (text, kind) = get(&nobody, "/", "*/*").await;
    assert_eq!((text.status().as_u16(), kind.as_str()), (200, "text/plain; charset=utf-8"));
    assert!(text.text().await.unwrap().contains("tidegate token"));
}

#[tokio::test]
async fn the_page_needs_nobody_but_the_service() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let nobody = Web::with_token(&node, None);

    let (page, _) = get(&nobody, "/", BROWSER).await;
    assert!(
        said(&page, CONTENT_SECURITY_POLICY).starts_with("default-src 'self'; connect-src 'self' ws: wss:;")
    );
    let html = page.text().await.unwrap();
    assert!(!html.contains("<style") && !html.contains(" style="), "{html}");
    for script in html.split("<script").skip(1) {
        assert!(script.contains("src=\"/assets/") && script.contains("></script>"), "{script}");
    }
    let references = html.split(['"']).filter(|text| text.starts_with("/assets/"));
    let mut found = 0;
    for path in references {
        let (part, kind) = get(&nobody, path, "*/*").await;
        assert_eq!(part.status(), 200, "{path}");
        assert!(kind.contains("javascript") || kind.contains("css"), "{path} is {kind}");
        assert_eq!(said(&part, CACHE_CONTROL), "public, max-age=31536000, immutable");
        found += 1;
    }
    assert!(found >= 2, "{html}");
    assert_eq!(get(&nobody, "/licenses.txt", "*/*").await.0.status(), 200);
    assert_eq!(get(&nobody, "/assets/nothing.js", "*/*").await.0.status(), 404);
    assert_eq!(get(&nobody, "/assets/..%2Findex.html", "*/*").await.0.status(), 404);
}
