//! What is shown is shown to nobody else: the log has no credential in it, however much it tells.

use reqwest::Method;
use serde_json::json;

use super::super::client::Client;
use super::super::node::{Node, Process, sign};
use super::super::topic;
use super::super::web::{Web, answer};
use super::super::world::{APOLLO, World};
use super::{buy_ticket, create_key, ticket, with_ticket};

#[tokio::test]
async fn no_credential_good_or_bad_is_in_the_log_at_its_loudest() {
    let world = World::new().await;
    let process = Process::start_logging(&world.database, "trace").await;
    let node = process.address();

    let (token, key) = (sign("ann", 3600), create_key(&world.sql, "ann", "").await);
    let bad_token = format!("{}AAAA", sign("ann", 3601));
    let bad_key = format!("tg_0123456789ab_{}", "5ec2e7".repeat(10));
    let bad_ticket = format!("tgt_{}", "71c4e7".repeat(10));
    let tickets = [ticket(node, &token).await, ticket(node, &key).await];
    for bad in [&bad_token, &bad_key] {
        assert_eq!(buy_ticket(node, bad).await.0, 401);
        assert_eq!(Client::open(node, "/ws", Some(bad)).await.closed().await, 4401);
    }
    for good in [&token, &key] {
        Client::open(node, "/ws", Some(good)).await.expect("sync").await;
    }
    for credential in [&token, &key, &bad_token, &bad_key] {
        let mut client = Client::open(node, "/ws", None).await;
        client.say(&json!({"type": "auth", "token": credential})).await;
        let _ = client.hear().await;
    }
    for ticket in [&tickets[0], &tickets[1], &tickets[1], &bad_ticket] {
        let _ = with_ticket(node, ticket).await.hear().await;
    }

    let log = process.end().await;
    assert!(log.contains("TRACE"), "it tells much");
    for credential in [&token, &key, &bad_token, &bad_key, &tickets[0], &tickets[1], &bad_ticket] {
        // A part is as bad as all of it.
        let secret = &credential[credential.len() - 20..];
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{credential}");
    }
}

#[tokio::test]
async fn no_credential_is_in_figures_refusals_or_what_postgres_shows_of_statements() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let (token, key) = (sign("ann", 3600), create_key(&world.sql, "ann", "").await);
    let bad_key = format!("tg_0123456789ab_{}", "5ec2e7".repeat(10));
    let tickets = [ticket(node.address, &token).await, ticket(node.address, &key).await];
    for shown in &tickets {
        with_ticket(node.address, shown).await.expect("sync").await;
    }
    let (_, refusal) = buy_ticket(node.address, &bad_key).await;
    let web = Web::with_token(&node, Some(key.clone()));
    let webhook = json!({"url": "https://93.184.216.34/", "topics": [topic(APOLLO)]});
    let made = answer(web.request(Method::POST, "/api/v1/webhooks").json(&webhook)).await.body;
    let secret = made["secret"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned();

    let mut seen = vec![refusal.to_string()];
    for path in ["/metrics", "/ready", "/ws/stats", "/api/v2/admin/audit", "/api/v1/webhooks"] {
        seen.push(Web::admin(&node, "ann").get(path).await.body.to_string());
    }
    let statements = "select coalesce(string_agg(concat_ws(' ', application_name, query), e'\\n'), '')
        from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";
    let statements = world.text(statements).await;
    assert!(statements.contains("tidegate"), "{statements}");
    seen.push(statements);
    for credential in [&token, &key, &bad_key, &tickets[0], &tickets[1], &secret] {
        let part = &credential[credential.len() - 20..];
        let shown = seen.iter().find(|text| text.contains(part));
        assert_eq!(shown, None, "{credential}");
    }
}
