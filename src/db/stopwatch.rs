//! How long the database takes to answer. Of a request everything is added up, so that a slow one is told once, with
//! the statement that took longest; outside of requests a slow statement is told itself.

use std::cell::RefCell;
use std::time::Duration;

use tokio::time::Instant;

use crate::telemetry;

tokio::task_local! {
    static SPENT: RefCell<Spent>;
}

/// What a request has spent waiting for answers.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Spent {
    /// In sum.
    pub total: Duration,
    /// For the one that took longest.
    pub longest: Duration,
    /// Which one that was.
    pub statement: &'static str,
}

impl Spent {
    fn add(&mut self, statement: &'static str, took: Duration) {
        self.total += took;
        if took >= self.longest {
            (self.longest, self.statement) = (took, statement);
        }
    }
}

/// A request, with what it has spent.
pub async fn measured<F: Future>(request: F) -> (F::Output, Spent) {
    let request = async {
        let output = request.await;
        (output, SPENT.with(|spent| *spent.borrow()))
    };
    SPENT.scope(RefCell::default(), request).await
}

/// A statement, or several of one transaction.
pub async fn timed<F: Future>(statement: &'static str, answer: F) -> F::Output {
    let began = Instant::now();
    let output = answer.await;
    note(statement, began.elapsed());
    output
}

fn note(statement: &'static str, took: Duration) {
    let is_of_request = SPENT.try_with(|spent| spent.borrow_mut().add(statement, took)).is_ok();
    if !is_of_request && took >= telemetry::slow_call() {
        tracing::warn!(duration_ms = telemetry::millis(took), statement, "The database was slow to answer");
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::sleep;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_request_knows_what_it_spent_and_on_what() {
        let request = async {
            timed("select 1", sleep(Duration::from_millis(20))).await;
            timed("select 2", sleep(Duration::from_millis(70))).await;
            sleep(Duration::from_secs(1)).await;
            timed("select 3", sleep(Duration::from_millis(10))).await;
        };
        let ((), spent) = measured(request).await;
        assert_eq!((spent.total.as_millis(), spent.statement), (100, "select 2"));
    }

    #[tokio::test(start_paused = true)]
    async fn requests_do_not_pay_for_each_other() {
        let request = async |ms| timed("select", sleep(Duration::from_millis(ms))).await;
        let (((), one), ((), other)) = futures::join!(measured(request(5)), measured(request(7)));
        assert_eq!((one.total.as_millis(), other.total.as_millis()), (5, 7));
    }
}
