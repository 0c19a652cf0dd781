//! How many connections one address may have.
//!
//! Where clients connect directly, the accept loop asks for each TCP connection. Behind a trusted proxy all connections
//! are the proxy's, so each listener (socket, stream, poll) is asked for by the address in `X-Forwarded-For`.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A customer of an IPv6 provider has at least this many bits to choose from.
const IPV6_PREFIX: u32 = 64;

/// Connections by address.
#[derive(Debug)]
pub struct Addresses {
    most: usize,
    open: Mutex<HashMap<IpAddr, usize>>,
}

impl Addresses {
    /// So many for each.
    pub fn new(most: usize) -> Self {
        Self { most, open: Mutex::default() }
    }

    /// One more; `None` when there are as many as there may be.
    pub fn enter(self: &Arc<Self>, address: IpAddr) -> Option<Seat> {
        let address = household(address);
        let mut open = self.lock();
        let count = open.entry(address).or_default();
        (*count < self.most).then(|| {
            *count += 1;
            Seat { addresses: self.clone(), address }
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One connection of an address, until it is dropped.
#[derive(Debug)]
pub struct Seat {
    addresses: Arc<Addresses>,
    address: IpAddr,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut open = self.addresses.lock();
        if let Some(count) = open.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.address);
            }
        }
    }
}

/// Addresses that one client can choose among count as one.
fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let mask = u128::MAX << (128 - IPV6_PREFIX);
            Ipv6Addr::from_bits(v6.to_bits() & mask).into()
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_is_full_waits_for_one_of_its_own_to_leave() {
        let addresses = Arc::new(Addresses::new(2));
        let [one, other] = ["10.0.0.1", "10.0.0.2"].map(|text| text.parse().unwrap());
        let (first, _second) = (addresses.enter(one).unwrap(), addresses.enter(one).unwrap());
        assert!(addresses.enter(one).is_none());
        assert!(addresses.enter(other).is_some());
        drop(first);
        assert!(addresses.enter(one).is_some());
    }

    #[test]
    fn an_ipv6_network_counts_as_one_and_so_does_the_mapped_form_of_an_ipv4_address() {
        let household = |text: &str| household(text.parse().unwrap());
        assert_eq!(household("2001:db8:1:2::3"), household("2001:db8:1:2:ffff::4"));
        assert_ne!(household("2001:db8:1:2::3"), household("2001:db8:1:3::3"));
        assert_eq!(household("::ffff:10.0.0.1"), household("10.0.0.1"));
    }
}
