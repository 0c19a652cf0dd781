//! `/dashboard`

use std::time::{Duration, Instant};

use futures::StreamExt;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::house::House;
use crate::service::node::{sign, sign_as};
use crate::service::schema;
use crate::support::eventually;

#[tokio::test]
async fn every_part_is_there_for_administrators_as_of_a_sequence() {
    let house = House::new().await;
    let operator = house.administrator("ann");
    for part in ["", "/overview", "/webhooks", "/performance", "/anomalies"] {
        let path = format!("/dashboard{part}");
        assert!(operator.get(&path).await.is(200)["asOf"].is_i64(), "{part}");
        house.person("ann").get(&path).await.refuses(403, "forbidden");
    }
}

#[tokio::test]
async fn what_was_committed_is_shown_to_whoever_asks_then() {
    let house = House::new().await;
    let operator = house.administrator("ann");
    for count in 0..20 {
        for path in ["/dashboard/overview", "/dashboard"] {
            let shown = operator.get(path).await.is(200);
            let overview = if path == "/dashboard" { &shown["overview"] } else { &*shown };
            assert_eq!(overview["alerts"]["open"], count, "{path}");
        }
        assert_eq!(operator.get("/alerts/stats/summary").await["open"], count);
        house.world.run(&format!("insert into monitor.alerts (title) values ('disk {count} full')")).await;
    }
}

#[tokio::test]
async fn a_dashboard_is_kept_until_something_that_it_tells_of_changes() {
    let house = House::new().await;
    let operator = house.administrator("ann");
    let made_at = async |part: &str| {
        operator.get(&format!("/dashboard/{part}")).await.is(200)["made_at"].as_str().unwrap().to_owned()
    };
    // Once the watchman's first round, which makes all of them anew, is over.
    eventually("an alert changes the overview and leaves the anomalies as they are", async || {
        let (overview, anomalies) = (made_at("overview").await, made_at("anomalies").await);
        house.world.run("insert into monitor.alerts (title) values (gen_random_uuid()::text)").await;
        assert_ne!(made_at("overview").await, overview);
        made_at("anomalies").await == anomalies
    })
    .await;
    let kept =
        "select count(*)::text from tide.cache_entries where key like 'dashboard for everybody: overview'";
    eventually("the second level has it", async || house.world.text(kept).await == "1").await;
}

#[tokio::test]
async fn the_service_records_what_it_does() {
    let house = House::new().await;
    let operator = house.administrator("ann");
    house.world.run("select monitor.record('connections', 3)").await;
    eventually("its figures are there", async || {
        house.world.run("select tide.cache_clear()").await;
        let shown = operator.get("/dashboard/performance").await;
        let figures = &shown["now"];
        figures["connections"]["max"] == 3.0 && figures["requests"]["per_second"].as_f64() > Some(0.0)
    })
    .await;
}

/// One who looks at `/ws/dashboard`.
struct Onlooker(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Onlooker {
    async fn open(house: &House, query: &str, token: &str) -> Self {
        let address = format!("ws://{}/ws/dashboard{query}", house.node.address);
        let mut request = address.into_client_request().unwrap();
        request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
        Self(connect_async(request).await.unwrap().0)
    }

    async fn next(&mut self) -> Result<Value, u16> {
        loop {
            let frame = tokio::time::timeout(Duration::from_secs(20), self.0.next()).await.unwrap();
            match frame {
                Some(Ok(Frame::Text(text))) => {
                    let message = serde_json::from_str(&text).unwrap();
                    schema::check(&message);
                    return Ok(message);
                }
                Some(Ok(Frame::Close(frame))) => return Err(frame.map_or(1005, |frame| frame.code.into())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(1006),
            }
        }
    }

    /// The next of this type.
    async fn hears(&mut self, kind: &str) -> Value {
        loop {
            let message = self.next().await.unwrap();
            if message["type"] == kind {
                return message;
            }
        }
    }
}

#[tokio::test]
async fn an_operator_sees_alerts_webhooks_and_figures_change() {
    let house = House::new().await;
    let token = sign_as("ann", 3600, Some("admin"));
    let mut onlooker = Onlooker::open(&house, "", &token).await;
    let first = onlooker.next().await.unwrap();
    assert_eq!((&first["type"], first["payload"]["asOf"].is_i64()), (&"dashboard".into(), true));
    onlooker.hears("metrics_update").await;
    house.world.run("insert into monitor.alerts (title) values ('disk full')").await;
    let alert = onlooker.hears("alert_new").await;
    assert_eq!(alert["payload"]["data"]["primary"]["title"], "disk full");
    house
        .world
        .run(
            "insert into monitor.webhooks (url, topics) values ('http://93.184.216.34/', '{monitor:alerts}');
        update monitor.webhooks set status = 'paused'",
        )
        .await;
    let changed = onlooker.hears("webhook_status_changed").await;
    assert!(changed["sequence"].as_i64() > alert["sequence"].as_i64());
    house.world.run("update monitor.alerts set status = 'resolved', resolved_at = now()").await;
    assert_eq!(onlooker.hears("update").await["payload"]["entity"], "alert");
    let since =
        format!("?epoch={}&after={}", alert["metadata"]["epoch"].as_str().unwrap(), alert["sequence"]);
    let mut again = Onlooker::open(&house, &since, &token).await;
    let missed = again.next().await.unwrap();
    assert_eq!(
        (&missed["type"], &missed["sequence"]),
        (&changed["type"], &changed["sequence"]),
        "nothing is missed"
    );
}

#[tokio::test]
async fn an_alert_is_on_the_dashboards_socket_within_100_ms_of_the_row_that_causes_it() {
    let house = House::new().await;
    let mut onlooker = Onlooker::open(&house, "", &sign_as("ann", 3600, Some("admin"))).await;
    onlooker.hears("metrics_update").await;
    let mut took = Vec::new();
    for count in 0..11 {
        let began = Instant::now();
        house.world.run(&format!("insert into monitor.alerts (title) values ('disk {count} full')")).await;
        onlooker.hears("alert_new").await;
        took.push(began.elapsed());
    }
    took.sort_unstable();
    println!("from a row to /ws/dashboard: half within {:?}, all within {:?}", took[5], took[10]);
    assert!(took[5] < Duration::from_millis(100), "{took:?}");
}

#[tokio::test]
async fn the_dashboards_socket_is_for_administrators() {
    let house = House::new().await;
    let mut onlooker = Onlooker::open(&house, "", &sign("ann", 3600)).await;
    assert_eq!(onlooker.next().await.unwrap_err(), 4403);
    let mut onlooker = Onlooker::open(&house, "", "forged").await;
    assert_eq!(onlooker.next().await.unwrap_err(), 4401);
}
