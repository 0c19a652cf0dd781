//! `/openapi.json` and `/docs`.

use std::path::Path;

use serde_json::Value;

use super::house::{House, NOTHING};
use crate::support::files;

/// (method, path, operation) of every operation in a document.
pub(super) fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let each = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().iter().filter(|(_, about)| about.get("responses").is_some());
        methods.map(|(method, about)| (method.to_uppercase(), path.clone(), about.clone()))
    });
    each.collect()
}

#[tokio::test]
async fn every_operation_of_the_document_is_a_route() {
    let house = House::new().await;
    let ann = house.person("ann");
    let document = ann.get("/openapi.json").await.is(200).body;
    let operations = operations(&document);
    assert!(operations.len() > 35, "{}", operations.len());
    for (method, path, _) in operations {
        let path = path.replace("{id}", NOTHING).replace("{user_id}", NOTHING);
        let response = ann.request(method.parse().unwrap(), &path).send().await.unwrap();
        let status = response.status().as_u16();
        // Only then is the body read: that of a stream has no end.
        let is_route = match status {
            404 => !response.text().await.unwrap().contains("nothing at this address"),
            _ => status != 405,
        };
        assert!(is_route, "{method} {path}: {status}");
    }
}

/// Routes are made by `OpenApiRouter::routes`, which takes the description along; `.route` would not. So that every
/// route is in the document, it is used for documents and the files of the live page alone.
#[test]
fn every_route_is_an_operation_of_the_document() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    files::below(&root, &mut paths);
    let mut plain = Vec::new();
    // The floor that `tidegate bench` measures against has routes of its own.
    paths.retain(|path| !path.starts_with(root.join("bench")));
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap();
        let routes = text.split(".route(\"").skip(1).filter_map(|rest| rest.split('"').next());
        plain.extend(routes.map(str::to_owned));
    }
    plain.sort();
    let pages = ["/", "/assets/{name}", "/licenses.txt", "/tidegate.svg"];
    let documents = ["/asyncapi.json", "/docs/errors", "/openapi.json"];
    assert!(
        plain.iter().all(|path| pages.contains(&path.as_str()) || documents.contains(&path.as_str())),
        "{plain:?}"
    );
    assert_eq!(plain.len(), pages.len() + documents.len(), "{plain:?}");
}

#[tokio::test]
async fn an_operation_says_what_it_is_for_and_what_it_may_answer() {
    let house = House::new().await;
    let document = house.person("ann").get("/openapi.json").await.body;
    assert_eq!(document["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
    for (method, path, about) in operations(&document) {
        assert!(
            about["summary"].as_str().is_some_and(|text| !text.is_empty()),
            "{method} {path} has no summary"
        );
        if !path.starts_with("/api") {
            continue;
        }
        let told: Vec<&str> = about["responses"].as_object().unwrap().keys().map(String::as_str).collect();
        let mut owed = vec!["400", "401", "404", "422", "500", "503", "504"];
        if about.get("requestBody").is_some() {
            owed.extend(["403", "413", "415"]);
        }
        for status in owed {
            assert!(told.contains(&status), "{method} {path} does not tell of {status}");
            let example = &about["responses"][status]["content"]["application/problem+json"]["example"];
            assert_eq!(example["status"].to_string(), status, "{method} {path}: an example of {status}");
        }
    }
}

#[tokio::test]
async fn every_reference_in_the_document_leads_somewhere() {
    let house = House::new().await;
    let document = house.person("ann").get("/openapi.json").await.body;
    let text = document.to_string();
    let references = text.split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next());
    for reference in references {
        assert!(document.pointer(reference).is_some(), "{reference}");
    }
}

#[tokio::test]
async fn the_page_asks_nobody_else() {
    let house = House::new().await;
    let ann = house.person("ann");
    for name in ["", "swagger-initializer.js"] {
        let Value::String(page) = ann.get(&format!("/docs/{name}")).await.is(200).body else {
            panic!("a text")
        };
        let strangers: Vec<&str> = page
            .split(['"', '\''])
            .filter(|text| text.starts_with("http") || text.starts_with("//"))
            .collect();
        assert!(strangers.is_empty(), "{name}: {strangers:?}");
    }
    assert!(ann.get("/docs/").await.header("content-security-policy").contains("default-src 'self'"));
    let Value::String(script) = ann.get("/docs/swagger-ui-bundle.js").await.is(200).body else {
        panic!("a text")
    };
    assert!(script.len() > 100_000);
    ann.get("/docs/nothing.js").await.refuses(404, "not_found");
}
