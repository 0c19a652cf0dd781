//! Whether an answer that does not come ever will.
//!
//! A tick may take long, and a connection may be dead without a word: behind a router that forgot it, or a proxy that
//! hangs, whose kernel still takes what is sent. So who has waited for a while asks the server by another connection. A
//! server process that waits for us while we wait for it never got the question, or its answer was lost. One that is
//! at work is waited for. When no other connection can be had either, the database is away.

use std::pin::pin;
use std::time::Duration;

use postgres_types::Type;
use tokio::time::{sleep, timeout};

use crate::db::address::Address;
use crate::db::pool;

/// How long an answer may take before it is doubted.
const LONG: Duration = Duration::from_secs(2);
/// How long the other connection may take.
const GLANCE: Duration = Duration::from_secs(4);

/// The answer of a server process, unless it will never come. `pid` is that of the process, not of one that a
/// transaction pooler chose.
pub(super) async fn answer_of<T>(address: &Address, pid: i32, answer: impl Future<Output = T>) -> Option<T> {
    let mut answer = pin!(answer);
    loop {
        let doubt = async {
            sleep(LONG).await;
            timeout(GLANCE, Box::pin(waits_for_us(address, pid))).await
        };
        tokio::select! {
            biased;
            answer = &mut answer => return Some(answer),
            found = doubt => match found {
                Err(_) | Ok(Ok(true)) => return None,
                // At work.
                Ok(Ok(false)) => {}
                // Without a code it was not the server who said so; with one, it is too busy for another connection.
                Ok(Err(error)) => drop(error.code()?),
            },
        }
    }
}

/// True also when the process is gone.
async fn waits_for_us(address: &Address, pid: i32) -> Result<bool, tokio_postgres::Error> {
    const SQL: &str = "select not exists (select from pg_stat_activity a
        where a.pid = $1 and a.wait_event is distinct from 'ClientRead')";
    let client = pool::connect(&address.clone().named("doubt")).await?;
    client.query_typed_one(SQL, &[(&pid, Type::INT4)]).await.map(|row| row.get(0))
}
