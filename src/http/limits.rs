//! So many requests of a user in a while.

use std::num::NonZeroU32;
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use uuid::Uuid;

use crate::db::problem::Problem;

/// Users remembered before those who have all of their allowance again are forgotten.
const MANY: usize = 10_000;

type Limiter = RateLimiter<Uuid, DefaultKeyedStateStore<Uuid>, DefaultClock, StateInformationMiddleware>;

/// A limit for each user. The allowance comes back evenly over the window.
pub struct PerUser {
    limiter: Limiter,
    requests: u32,
    window: Duration,
}

impl std::fmt::Debug for PerUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PerUser").field("requests", &self.requests).field("window", &self.window).finish()
    }
}

/// What is left to a user: headers of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    limit: u32,
    remaining: u32,
    reset: Duration,
}

impl PerUser {
    /// `requests` in `window`; at least one.
    pub fn new(requests: u32, window: Duration) -> Self {
        let count = NonZeroU32::new(requests).unwrap_or(NonZeroU32::MIN);
        let pause = (window / count.get()).max(Duration::from_millis(1));
        let quota = Quota::with_period(pause).expect("a pause is longer than nothing").allow_burst(count);
        let limiter = RateLimiter::keyed(quota).with_middleware();
        Self { limiter, requests: count.get(), window }
    }

    /// Takes one request off a user's allowance.
    ///
    /// # Errors
    /// 429 with `Retry-After`, as an answer that carries the allowance's headers.
    pub fn take(&self, user: Uuid) -> Result<Allowance, Box<Response>> {
        if self.limiter.len() > MANY {
            self.limiter.retain_recent();
        }
        match self.limiter.check_key(&user) {
            Ok(left) => Ok(self.allowance(left.remaining_burst_capacity())),
            Err(refused) => {
                let wait = refused.wait_time_from(DefaultClock::default().now());
                let seconds = u32::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u32::MAX).max(1);
                let problem = Problem::new(429, "too_many_requests")
                    .retry_after(seconds)
                    .with_detail(format!("{} requests in {} s", self.requests, self.window.as_secs()));
                Err(Box::new(self.allowance(0).on(problem.into_response())))
            }
        }
    }

    fn allowance(&self, remaining: u32) -> Allowance {
        let used = self.requests.saturating_sub(remaining);
        Allowance { limit: self.requests, remaining, reset: self.window / self.requests * used }
    }
}

impl Allowance {
    /// The answer with what is left.
    pub fn on(self, mut response: Response) -> Response {
        let seconds = self.reset.as_millis().div_ceil(1000);
        for (name, value) in [
            ("ratelimit-limit", self.limit.to_string()),
            ("ratelimit-remaining", self.remaining.to_string()),
            ("ratelimit-reset", seconds.to_string()),
        ] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(HeaderName::from_static(name), value);
            }
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_user_has_an_allowance_of_their_own() {
        let limit = PerUser::new(2, Duration::from_secs(60));
        let (ann, ben) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert_eq!(limit.take(ann).unwrap().remaining, 1);
        assert_eq!(limit.take(ann).unwrap().remaining, 0);
        let refused = limit.take(ann).unwrap_err();
        assert_eq!(refused.status(), 429);
        let seconds: u32 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((29..=30).contains(&seconds), "{seconds}");
        assert!(limit.take(ben).is_ok());
    }
}
