//! The world of the service's tests with more people in it, and a client of its API for each of them.

use std::ops::Deref;

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::service::node::{Node, sign, sign_as};
use crate::service::world::{APOLLO, MAIN, TASKS, World};

pub(crate) const SUBTASK: &str = "00000000-0000-7000-8000-00000000c001";
pub(crate) const CONTEXT: &str = "00000000-0000-7000-8000-00000000d001";
/// An id of nothing.
pub(crate) const NOTHING: &str = "00000000-0000-7000-8000-00000000ffff";

/// `ann` edits both projects, `dora` runs Apollo, `cleo` looks at it, `ben` is a stranger.
pub(crate) struct House {
    pub(crate) world: World,
    pub(crate) node: Node,
    http: reqwest::Client,
}

/// Somebody at the API.
#[derive(Clone)]
pub(crate) struct Person {
    http: reqwest::Client,
    at: String,
    token: String,
}

/// What the API answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl House {
    pub(crate) async fn new() -> Self {
        Self::with(&[]).await
    }

    pub(crate) async fn with(settings: &[(&str, &str)]) -> Self {
        let world = World::new().await;
        let more = format!(
            "insert into work.users (handle) values ('cleo'), ('dora');
             insert into work.project_members (project_id, user_id, role)
               select '{APOLLO}', u.id, case u.handle when 'cleo' then 'viewer' else 'admin' end
               from work.users u where u.handle in ('cleo', 'dora');
             insert into work.subtasks (id, task_id, title) values ('{SUBTASK}', '{}', 'a step');
             insert into work.contexts (id, project_id, branch_id, key, body)
               values ('{CONTEXT}', '{APOLLO}', '{MAIN}', 'goal', '{{\"text\": \"home\", \"due\": 1}}')",
            TASKS[0]
        );
        world.run(&more).await;
        let node = Node::start(&world.database, settings).await;
        Self { world, node, http: reqwest::Client::new() }
    }

    pub(crate) fn person(&self, handle: &str) -> Person {
        self.holder(sign(handle, 3600))
    }

    /// Somebody whose token says that they may do everything.
    pub(crate) fn administrator(&self, handle: &str) -> Person {
        self.holder(sign_as(handle, 3600, Some("admin")))
    }

    pub(crate) fn holder(&self, token: String) -> Person {
        self.holder_at(&self.node, token)
    }

    /// The same person at another node.
    pub(super) fn person_at(&self, node: &Node, handle: &str) -> Person {
        self.holder_at(node, sign(handle, 3600))
    }

    fn holder_at(&self, node: &Node, token: String) -> Person {
        Person { http: self.http.clone(), at: format!("http://{}", node.address), token }
    }

    pub(crate) async fn user_id(&self, handle: &str) -> String {
        self.world.text(&format!("select id::text from work.users where handle = '{handle}'")).await
    }
}

impl Person {
    /// A request below `/api/v2`, or anywhere if the path says so.
    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let below = if path.starts_with("/projects")
            || ["/branches", "/tasks", "/subtasks", "/contexts"].iter().any(|start| path.starts_with(start))
        {
            "/api/v2"
        } else if ["/webhooks", "/alerts", "/dashboard"].iter().any(|start| path.starts_with(start)) {
            "/api/v1"
        } else {
            ""
        };
        self.http.request(method, format!("{}{below}{path}", self.at)).bearer_auth(&self.token)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: impl Serialize) -> Answer {
        send(self.request(Method::POST, path).json(&body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: impl Serialize) -> Answer {
        send(self.request(Method::PUT, path).json(&body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: impl Serialize) -> Answer {
        send(self.request(Method::PATCH, path).json(&body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        send(self.request(Method::DELETE, path)).await
    }
}

pub(crate) async fn send(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.unwrap();
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Answer { status, headers, body }
}

impl Deref for Answer {
    type Target = Value;

    fn deref(&self) -> &Value {
        &self.body
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// It is this status; returns itself.
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }

    /// It is a problem with this status and code, in full.
    #[track_caller]
    pub(crate) fn refuses(&self, status: u16, code: &str) {
        assert_eq!((self.status, &self.body["code"]), (status, &code.into()), "{}", self.body);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!((&self.body["status"], self.header("x-request-id")), (&status.into(), self.id()));
    }

    /// The same, blaming one field.
    #[track_caller]
    pub(crate) fn blames(&self, status: u16, code: &str, field: &str) {
        self.refuses(status, code);
        assert_eq!(self.body["errors"][0]["field"], field, "{}", self.body);
    }

    fn id(&self) -> &str {
        self.body["request_id"].as_str().unwrap_or_default()
    }

    /// The body is exactly what the document says of this type.
    #[track_caller]
    pub(crate) fn reads_as<T: DeserializeOwned + Serialize>(&self) {
        let read: T =
            serde_json::from_value(self.body.clone()).unwrap_or_else(|e| panic!("{e}: {}", self.body));
        assert_eq!(serde_json::to_value(read).unwrap(), self.body, "nothing more and nothing less");
    }

    /// The values of a field in a page of a list.
    pub(crate) fn all(&self, field: &str) -> Vec<&str> {
        self.body["items"].as_array().unwrap().iter().map(|item| item[field].as_str().unwrap()).collect()
    }
}
