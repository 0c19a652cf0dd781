//! What the service tells of itself to whoever looks after it: `/metrics`, `/ready`, the slow calls in its log, and the
//! health that decides about rollouts.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tidegate::config::Config;
use tidegate::db::pool;
use tidegate::http::traffic::Traffic;
use tidegate::pulse::Pulse;
use tokio_util::sync::CancellationToken;

use super::node::{Node, Process, sign};
use super::web::{Web, answer};
use super::world::{TASKS, World, progress};
use crate::support::{eventually, files};

/// The names that dashboards are built on.
const PROMISED: [&str; 15] = [
    "websocket_connections_total",
    "websocket_messages_per_second",
    "api_bulk_endpoint_latency",
    "cascade_calculation_time",
    "ai_batch_efficiency",
    "user_update_latency",
    "cache_hit_ratio",
    "materialized_view_refresh_time",
    "tide_commit_to_send_seconds",
    "tide_ticks_total",
    "tide_events_total",
    "tide_backlog_events",
    "tide_notify_queue_usage",
    "websocket_slow_closes_total",
    "websocket_closes_total",
];

/// Name and HELP of every figure.
fn described(page: &str) -> Vec<(&str, &str)> {
    page.lines().filter_map(|line| line.strip_prefix("# HELP ")?.split_once(' ')).collect()
}

/// The value of a line.
fn value(page: &str, line: &str) -> f64 {
    let rest = page.lines().find_map(|l| l.strip_prefix(line)?.strip_prefix(' '));
    rest.unwrap_or_else(|| panic!("no {line} in\n{page}")).parse().unwrap()
}

async fn figures(node: &Node) -> String {
    let response = Web::with_token(node, None).request(Method::GET, "/metrics").send().await.unwrap();
    response.text().await.unwrap()
}

#[tokio::test]
async fn every_promised_figure_is_there_and_says_what_it_means() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let page = figures(&node).await;
    let described = described(&page);
    for name in PROMISED {
        let help = described.iter().find(|(known, _)| *known == name).map(|(_, help)| *help);
        assert!(help.is_some_and(|help| help.len() > 10), "{name}: {help:?}");
        assert!(page.contains(&format!("# TYPE {name} ")), "{name}");
    }
}

#[tokio::test]
async fn figures_count_what_happened() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let (mut client, ann) = (node.synced("ann").await, Web::new(&node, "ann"));
    world.as_person(&progress(TASKS[0], 10)).await;
    client.expect("update").await;
    let bulk = ann.request(Method::POST, "/api/v2/branches/summaries/bulk").json(&json!({}));
    assert_eq!(answer(bulk).await.status, 200);
    ann.get("/api/v2/projects").await;
    ann.get("/api/v2/changes?wait=0").await;

    let page = figures(&node).await;
    assert!(
        (value(&page, "http_requests_total") - 2.0).abs() < 0.1,
        "a poll may take its time: it does not count"
    );
    assert!(value(&page, "http_request_errors_total").abs() < 0.1);
    assert!((value(&page, "api_bulk_endpoint_latency_count") - 1.0).abs() < 0.1);
    for of_a_tick in ["cascade_calculation_time", "materialized_view_refresh_time", "user_update_latency"] {
        assert!(value(&page, &format!("{of_a_tick}_count")) >= 1.0, "{of_a_tick}");
        assert!(value(&page, &format!("{of_a_tick}_sum")) > 0.0, "{of_a_tick}");
    }
    assert!(value(&page, "tide_listener_round_trip_seconds") > 0.0);
    assert!(value(&page, "database_pool_max_connections") > 0.0);
}

#[tokio::test]
async fn ready_names_what_its_work_rests_on() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let ready = Web::with_token(&node, None).get("/ready").await;
    assert_eq!(ready.status, 200);
    let body = &ready.body;
    assert_eq!(
        (&body["status"], &body["database"], &body["migrations"]),
        (&"ready".into(), &"connected".into(), &"current".into())
    );
    assert_eq!((&body["listener"]["state"], &body["backlog"]), (&"hears".into(), &0.into()));
    assert!(body["listener"]["roundTripMs"].as_f64() > Some(0.0), "{body}");
}

/// Words of an expression that are no metric: functions, labels and units of the query language.
const LANGUAGE: [&str; 13] = [
    "rate",
    "increase",
    "sum",
    "max",
    "min",
    "by",
    "le",
    "histogram_quantile",
    "clamp_min",
    "code",
    "or",
    "up",
    "job",
];

/// The names of metrics in an expression of Prometheus' language.
fn metrics_in(expression: &str) -> BTreeSet<String> {
    let mut bare = String::new();
    let mut depth = 0;
    for letter in expression.chars() {
        match letter {
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            _ if depth == 0 => bare.push(letter),
            _ => {}
        }
    }
    let words = bare.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let names = words.filter(|word| word.starts_with(|c: char| c.is_ascii_lowercase()));
    names.filter(|word| !LANGUAGE.contains(word)).map(str::to_owned).collect()
}

/// Every expression of the alert rules and of the dashboard.
fn expressions() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("ops");
    let rules = std::fs::read_to_string(root.join("prometheus/rules.yml")).unwrap();
    let mut found: Vec<String> =
        rules.lines().filter_map(|line| line.trim().strip_prefix("expr: ").map(str::to_owned)).collect();
    let alerts = rules.matches("- alert: ").count();
    assert_eq!(found.len(), alerts, "an expression on one line for every alert");
    let mut dashboards = Vec::new();
    files::below(&root.join("grafana"), &mut dashboards);
    dashboards.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
    for path in dashboards {
        let dashboard: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        for panel in dashboard["panels"].as_array().unwrap() {
            let targets = panel["targets"].as_array().into_iter().flatten();
            found.extend(targets.map(|target| target["expr"].as_str().unwrap().to_owned()));
        }
    }
    assert!(found.len() > 25, "{}", found.len());
    found
}

#[tokio::test]
async fn every_metric_of_the_rules_and_of_the_dashboard_exists() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let page = figures(&node).await;
    let known: BTreeSet<&str> = page
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split(['{', ' ']).next())
        .collect();
    for expression in expressions() {
        let unknown: Vec<String> =
            metrics_in(&expression).into_iter().filter(|name| !known.contains(name.as_str())).collect();
        assert!(unknown.is_empty(), "{expression}: {unknown:?}");
    }
    let odd = metrics_in("histogram_quantile(0.95, sum by (le) (rate(no_such_bucket{job=\"x\"}[5m]))) > 0.2");
    assert_eq!(odd, BTreeSet::from(["no_such_bucket".to_owned()]), "one that does not exist is found");
}

#[tokio::test]
async fn a_slow_request_is_told_once_with_its_id_and_its_statement() {
    let world = World::new().await;
    let node = Process::start_logging(&world.database, "warn").await;
    let path = format!("http://{}/api/v2/tasks/{}", node.address(), TASKS[0]);
    let client = reqwest::Client::new();
    world.run(&format!("begin; {}", progress(TASKS[0], 1))).await;
    let slow = client.patch(&path).bearer_auth(sign("ann", 60)).header("x-request-id", "slow-one");
    let slow = tokio::spawn(slow.json(&json!({"title": "late"})).send());
    let watcher = world.database.connect().await;
    eventually("the request has waited for the lock", async || {
        let waits = "select count(*) from pg_stat_activity a where a.datname = current_database()
            and a.wait_event_type = 'Lock' and clock_timestamp() - a.query_start > interval '150 ms'";
        watcher.query_one(waits, &[]).await.unwrap().get::<_, i64>(0) > 0
    })
    .await;
    world.run("commit").await;
    assert_eq!(slow.await.unwrap().unwrap().status().as_u16(), 200);
    let log = node.end().await;
    let lines: Vec<&str> = log.lines().filter(|line| line.contains("slow-one")).collect();
    assert_eq!(lines.len(), 1, "{log}");
    assert!(lines[0].contains("A request was slow") && lines[0].contains("work.update_task"), "{log}");
}

#[tokio::test]
async fn what_nodes_see_moves_a_rollout_on_and_takes_it_back() {
    let world = World::new().await;
    let config = Config::load(None, [("DATABASE_URL".to_owned(), world.database.service_url())]).unwrap();
    let traffic = Arc::<Traffic>::default();
    let shutdown = CancellationToken::new();
    let pulse = Pulse {
        pool: pool::open(&config).unwrap(),
        traffic: traffic.clone(),
        every: Duration::from_millis(20),
    };
    let beats = tokio::spawn(pulse.run(shutdown.clone()));
    let stands = async |state: &str| {
        let question = "select coalesce(f.rollout ->> 'state', '') || ' at ' || f.percentage
            from tide.features f where f.name = 'bulk_api'";
        world.text(question).await == state
    };
    world.run("select tide.begin_rollout('bulk_api', soak_minutes => 0, min_requests => 1)").await;
    eventually("every stage was passed", async || {
        traffic.requests.add(10);
        traffic.latency.observe(Duration::from_millis(3));
        stands("done at 100").await
    })
    .await;
    let seen = "select sum(h.requests)::text || ' by ' || count(distinct h.node) from tide.health_samples h";
    assert!(world.text(seen).await.ends_with(" by 1"));

    world.run("select tide.begin_rollout('bulk_api', min_requests => 1)").await;
    traffic.requests.add(10);
    traffic.errors.add(1);
    eventually("it was rolled back", async || stands("rolled_back at 10").await).await;
    assert_eq!(world.text("select tide.feature_enabled('bulk_api', 'ann')::text").await, "false");
    shutdown.cancel();
    beats.await.unwrap();
}

#[tokio::test]
async fn an_administrator_who_ends_a_connection_is_noted_with_their_address() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let mut socket = node.client("ann").await;
    let id = socket.expect("sync").await["metadata"]["sessionId"].as_str().unwrap().to_owned();
    let admin = Web::admin(&node, "ben");
    assert_eq!(answer(admin.request(Method::DELETE, &format!("/ws/connections/{id}"))).await.status, 204);
    let noted =
        "select concat_ws(' ', a.action, a.target, u.handle, a.client_address, a.detail ->> 'transport')
        from tide.audit_log a join work.users u on u.id::text = a.actor order by a.id desc limit 1";
    assert_eq!(world.text(noted).await, format!("connection.ended {id} ben 127.0.0.1 websocket"));
}
