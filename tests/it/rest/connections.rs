//! Connections to the database come back, however a request ends.

use std::time::Duration;

use futures::future::join_all;
use reqwest::Method;
use serde_json::json;
use tokio::time::timeout;

use super::cache::{BULK, OFTEN, told};
use super::house::House;
use crate::service::node::Node;
use crate::service::world::{APOLLO, MAIN, TASKS};
use crate::support::eventually;

/// Connections of the service by what they do now: (all, within a statement or a transaction).
const BUSY: &str =
    "select count(*) filter (where state <> 'idle') || ' of ' || count(*) from pg_stat_activity
    where datname = current_database() and application_name = 'tidegate requests'";

#[tokio::test]
async fn requests_that_are_given_up_leave_no_connection_behind() {
    let pool = ("TIDEGATE_DATABASE__POOL_SIZE", "4");
    let house = House::with(&[OFTEN, pool, ("TIDEGATE_DATABASE__POOL_WAIT_MS", "500")]).await;
    let ann = house.person("ann");
    let blocker = house.world.database.connect().await;
    for round in 0..5_u64 {
        blocker
            .batch_execute("begin; lock table work.projects, work.tasks in access exclusive mode")
            .await
            .unwrap();
        let given_up = (0..40_u64).map(|at| {
            let request = match at % 4 {
                0 => ann.request(Method::POST, BULK).json(&json!({"force_refresh": true})),
                1 => ann.request(Method::GET, &format!("/projects/{APOLLO}/branches")),
                2 => ann.request(Method::PATCH, &format!("/tasks/{}", TASKS[0])).json(&json!({"title": "x"})),
                _ => ann.request(Method::GET, &format!("/branches/{MAIN}/summary")),
            };
            // Some of them while they wait for a connection, some within a statement.
            timeout(Duration::from_millis(5 + at * 7 + round), request.send())
        });
        join_all(given_up).await;
        blocker.batch_execute("commit").await.unwrap();
        eventually("all connections are idle", async || house.world.text(BUSY).await.starts_with("0 of "))
            .await;
    }
    let count: u32 = house.world.text(BUSY).await.rsplit(' ').next().unwrap().parse().unwrap();
    assert!(count <= 4, "{count} connections");
    join_all((0..20).map(|_| ann.post(BULK, json!({"force_refresh": true})))).await.into_iter().for_each(
        |answer| {
            answer.is(200);
        },
    );
}

#[tokio::test]
async fn of_several_addresses_the_one_that_answers_and_takes_writes_is_served_from() {
    let house = House::new().await;
    let several = house.world.database.service_url().replacen('@', "@127.0.0.1:1,", 1);
    let node = Node::start(&house.world.database, &[OFTEN, ("TIDEGATE_DATABASE__URL", &several)]).await;
    let ann = house.person_at(&node, "ann");
    told(&ann).await;
    ann.patch(&format!("/tasks/{}", TASKS[0]), json!({"title": "x"})).await.is(200);
    assert!(told(&ann).await.0 == "main" && told(&ann).await.1);
}
