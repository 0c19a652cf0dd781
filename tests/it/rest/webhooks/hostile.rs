//! Endpoints that are slow, endless, lying or broken hold up nobody but themselves.

use axum::http::header::LOCATION;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::receiver::Receiver;
use super::{house, of_apollo};
use crate::rest::house::House;
use crate::service::world::TASKS;
use crate::support::eventually;

/// What an endpoint does with a request that it has read.
#[derive(Debug, Clone, Copy)]
enum Deed {
    /// Says nothing.
    Nothing,
    /// Refuses, and goes on talking for ever.
    Endless,
    /// Refuses, and hangs up in the middle of saying why.
    HangUp,
    /// Speaks something else.
    Nonsense,
}

/// An endpoint that means no good.
struct Villain {
    url: String,
    task: JoinHandle<()>,
}

impl Villain {
    async fn start(deed: Deed) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/in", listener.local_addr().unwrap());
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(perform(stream, deed));
            }
        });
        Self { url, task }
    }
}

impl Drop for Villain {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn perform(mut stream: TcpStream, deed: Deed) {
    let mut read = [0; 16 * 1024];
    let _ = stream.read(&mut read).await;
    match deed {
        Deed::Nothing => {
            // Until the other side has had enough.
            while stream.read(&mut read).await.is_ok_and(|count| count > 0) {}
        }
        Deed::Endless => {
            let _ = stream.write_all(b"HTTP/1.1 500 No\r\ntransfer-encoding: chunked\r\n\r\n").await;
            while stream.write_all(b"400\r\n").await.is_ok()
                && stream.write_all(&[b'x'; 0x400]).await.is_ok()
                && stream.write_all(b"\r\n").await.is_ok()
            {}
        }
        Deed::HangUp => {
            let _ = stream.write_all(b"HTTP/1.1 500 No\r\ncontent-length: 100\r\n\r\nbecause").await;
        }
        Deed::Nonsense => {
            let _ = stream.write_all(b"220 smtp.example ESMTP\r\n").await;
        }
    }
}

/// The first attempt at the only delivery.
async fn first_attempt(house: &House, url: &str) -> Value {
    let ann = house.person("ann");
    let made = ann.post("/webhooks", of_apollo(url)).await.is(201);
    let path = made.header("location").to_owned();
    house.world.run(&format!("update work.tasks set title = 'one' where id = '{}'", TASKS[0])).await;
    let list = format!("{path}/deliveries");
    eventually("it was tried", async || ann.get(&list).await["items"][0]["attempt_count"] == 1).await;
    let delivery = format!("{list}/{}", ann.get(&list).await.all("id")[0]);
    let shown = ann.get(&delivery).await.is(200);
    assert_eq!(shown["status"], "pending", "none of that is a delivery: {}", shown.body);
    shown["attempts"][0].clone()
}

#[tokio::test]
async fn one_that_says_nothing_has_failed_when_its_time_is_over() {
    let house = house().await;
    let attempt = first_attempt(&house, &Villain::start(Deed::Nothing).await.url).await;
    assert_eq!((&attempt["status"], &attempt["error"]), (&Value::Null, &"no answer within 1 s".into()));
}

#[tokio::test]
async fn of_one_that_never_stops_talking_16_kilobytes_are_kept() {
    let house = house().await;
    let attempt = first_attempt(&house, &Villain::start(Deed::Endless).await.url).await;
    assert_eq!((&attempt["status"], attempt["reply"].as_str().unwrap().len()), (&500.into(), 16 * 1024));
}

#[tokio::test]
async fn one_that_hangs_up_or_talks_nonsense_has_failed() {
    let house = house().await;
    let attempt = first_attempt(&house, &Villain::start(Deed::HangUp).await.url).await;
    assert_eq!((&attempt["status"], &attempt["reply"]), (&500.into(), &"because".into()));
    let house = self::house().await;
    let attempt = first_attempt(&house, &Villain::start(Deed::Nonsense).await.url).await;
    assert!(attempt["error"].is_string(), "{attempt}");
}

#[tokio::test]
async fn a_redirect_is_a_failure_wherever_it_leads() {
    let house = house().await;
    let (receiver, elsewhere) = (Receiver::start().await, Receiver::start().await);
    receiver.will_answer_with(307, LOCATION, &elsewhere.url);
    let attempt = first_attempt(&house, &receiver.url).await;
    assert_eq!((&attempt["status"], elsewhere.heard().len()), (&307.into(), 0));
}

#[tokio::test]
async fn an_address_that_is_forbidden_is_not_called_even_if_somebody_writes_it_by_sql() {
    let house = House::new().await;
    let receiver = Receiver::start().await;
    let insert = format!(
        "insert into monitor.webhooks (url, topics) values ('{}', '{{monitor:alerts}}'), ('{}', '{{monitor:alerts}}')",
        receiver.url,
        receiver.url.replace("127.0.0.1", "localhost")
    );
    house.world.run(&insert).await;
    house.world.run("insert into monitor.alerts (title) values ('disk full')").await;
    let tried = "select count(*)::text from monitor.deliveries
        where attempt_count = 1 and attempts #>> '{0,error}' like '%not at a public address%'";
    eventually("both were tried", async || house.world.text(tried).await == "2").await;
    assert!(receiver.heard().is_empty());
}

#[tokio::test]
async fn beside_one_that_hangs_the_others_hear_at_once() {
    let house = house().await;
    let (villain, receiver) = (Villain::start(Deed::Nothing).await, Receiver::start().await);
    let ann = house.person("ann");
    ann.post("/webhooks", of_apollo(&villain.url)).await.is(201);
    ann.post("/webhooks", of_apollo(&receiver.url)).await.is(201);
    for round in 1..=10 {
        house.world.run(&format!("update work.tasks set title = 't{round}' where id = '{}'", TASKS[0])).await;
        receiver.hears(round).await;
    }
}
