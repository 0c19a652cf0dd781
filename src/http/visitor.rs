//! From where a request comes, and whether one more may listen.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;

use super::Shared;
use super::accept::Place;
use super::addresses::{Addresses, Seat};
use crate::config::Config;
use crate::db::problem::Problem;
use crate::gateway::Counted;
use crate::gateway::connections::{Guest, Transport};

/// What proxies write of the client before them; the last entry is the nearest proxy's word.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// How far requests' addresses are believed, and what is counted by them.
#[derive(Debug, Clone)]
pub struct Visitors {
    /// Connections by address.
    pub addresses: Arc<Addresses>,
    /// A proxy in front tells the client's address.
    pub trust_forwarded_for: bool,
    /// Anybody may read `/metrics`.
    pub open_metrics: bool,
}

impl From<&Config> for Visitors {
    fn from(config: &Config) -> Self {
        Self {
            addresses: Arc::new(Addresses::new(config.http.max_connections_per_address)),
            trust_forwarded_for: config.http.trust_forwarded_for,
            open_metrics: config.http.open_metrics,
        }
    }
}

/// Who sent a request, as far as the network tells.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// The client's address.
    pub address: Option<IpAddr>,
    /// It comes from this machine, and no proxy has handed it on.
    pub is_local: bool,
    /// The connection's place, for who takes it over.
    pub place: Option<Place>,
}

impl FromRequestParts<Arc<Shared>> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Infallible> {
        let place = parts.extensions.get::<Place>().cloned();
        let peer = place.as_ref().map(|place| place.peer.to_canonical());
        let is_forwarded = parts.headers.contains_key(FORWARDED_FOR);
        let forwarded = forwarded_for(&parts.headers).filter(|_| shared.visitors.trust_forwarded_for);
        Ok(Self {
            address: forwarded.or(peer),
            is_local: !is_forwarded && peer.is_some_and(|peer| peer.is_loopback()),
            place,
        })
    }
}

/// What the nearest proxy says, if it is an address.
pub fn forwarded_for(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all(FORWARDED_FOR).iter().next_back()?.to_str().ok()?;
    last.rsplit(',').next()?.trim().parse().ok()
}

/// One who may listen, until it is dropped.
#[derive(Debug)]
pub struct Admitted {
    /// From where, and how.
    pub guest: Guest,
    /// In the figures.
    pub counted: Counted,
    /// Behind a trusted proxy: one of its address's connections.
    pub seat: Option<Seat>,
}

impl Shared {
    /// What is asked of everybody who wants to listen, before who they are.
    ///
    /// # Errors
    /// `origin_not_allowed`, `restarting`, `too_many_connections`, `too_many_connections_of_address`.
    pub fn admit(
        &self,
        visitor: &Visitor,
        headers: &HeaderMap,
        transport: Transport,
    ) -> Result<Admitted, Problem> {
        if !self.origins.allow(headers) {
            let problem = Problem::new(403, "origin_not_allowed");
            return Err(problem.with_detail("set TIDEGATE_ALLOWED_ORIGINS"));
        }
        if self.gateway.draining.is_cancelled() {
            return Err(Problem::new(503, "restarting").retry_after(5));
        }
        let full = || Problem::new(503, "too_many_connections").retry_after(5);
        let counted = self.gateway.count(transport).ok_or_else(full)?;
        let seat = match visitor.address.filter(|_| self.visitors.trust_forwarded_for) {
            Some(address) => Some(self.visitors.addresses.enter(address).ok_or_else(too_many_of_address)?),
            None => None,
        };
        let guest = Guest { transport, address: visitor.address };
        Ok(Admitted { guest, counted, seat })
    }
}

/// The address has as many connections as it may.
pub fn too_many_of_address() -> Problem {
    Problem::new(429, "too_many_connections_of_address").retry_after(5)
}

/// The user has as many connections as they may.
pub fn too_many_of_user() -> Problem {
    Problem::new(429, "too_many_connections_of_user").retry_after(5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_proxys_word_counts() {
        let mut headers = HeaderMap::new();
        assert_eq!(forwarded_for(&headers), None);
        headers.append(FORWARDED_FOR, "1.1.1.1".parse().unwrap());
        headers.append(FORWARDED_FOR, "2.2.2.2, 10.0.0.9".parse().unwrap());
        assert_eq!(forwarded_for(&headers), Some("10.0.0.9".parse().unwrap()));
        headers.insert(FORWARDED_FOR, "nonsense".parse().unwrap());
        assert_eq!(forwarded_for(&headers), None);
    }
}
