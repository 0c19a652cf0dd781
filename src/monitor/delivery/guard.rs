//! Where a webhook may lead: to public addresses, and to what the operator allows besides.
//!
//! Invariant: an address is judged when it is connected to, after its name was resolved, so a name that answers
//! differently the next time gains nothing. What is written as an address is judged before, because no name is
//! resolved for it. Redirects are not followed and no proxy is used: neither exists in this client.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll};
use std::time::Duration;

use futures::future::BoxFuture;
use hyper_util::client::legacy::connect::dns::Name;
use ipnet::IpNet;
use tower::Service;
use url::{Host, Url};

/// How long a name may take.
const RESOLVE: Duration = Duration::from_secs(5);

/// Networks that are not public: of this machine, private, shared, for documents and tests, or translated to others.
static NOT_PUBLIC: LazyLock<Vec<IpNet>> = LazyLock::new(|| {
    let networks = [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
        "::/96",
        "::ffff:0:0:0/96",
        "64:ff9b::/32",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/9",
        "ff00::/8",
    ];
    networks.into_iter().map(|network| network.parse().expect("a network of this list")).collect()
});

/// Resolves a name, in whatever way.
type Lookup = Arc<dyn Fn(String) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> + Send + Sync>;

/// Why an address is not called.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[allow(missing_docs, reason = "the sentences say it")]
pub enum Forbidden {
    #[error("the address is not http:// or https:// with a host")]
    Malformed,
    #[error("the host is not at a public address; webhooks.allowed_networks lists the exceptions")]
    NotPublic,
    #[error("the host is not known")]
    Unknown,
}

/// The judge, and the resolver that asks it.
#[derive(Clone)]
pub struct Guard {
    allowed: Arc<[IpNet]>,
    lookup: Lookup,
}

impl std::fmt::Debug for Guard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Guard").field("allowed", &self.allowed).finish_non_exhaustive()
    }
}

impl Guard {
    /// Public addresses and these networks.
    pub fn new(allowed: &[IpNet]) -> Self {
        Self::with_lookup(allowed, Arc::new(|name| Box::pin(system_lookup(name))))
    }

    fn with_lookup(allowed: &[IpNet], lookup: Lookup) -> Self {
        Self { allowed: allowed.into(), lookup }
    }

    /// Whether a webhook may lead to this address.
    pub fn permits(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let is_in = |networks: &[IpNet]| networks.iter().any(|network| network.contains(&address));
        is_in(&self.allowed) || !is_in(&NOT_PUBLIC)
    }

    /// An address as text, with whatever disguise of a number taken off it.
    ///
    /// # Errors
    /// [`Forbidden::Malformed`], [`Forbidden::NotPublic`] for a number. A name is judged when it is resolved.
    pub fn read(&self, text: &str) -> Result<Url, Forbidden> {
        let url = Url::parse(text).map_err(|_| Forbidden::Malformed)?;
        let is_plain = matches!(url.scheme(), "http" | "https") && url.username().is_empty();
        if !is_plain || url.password().is_some() {
            return Err(Forbidden::Malformed);
        }
        let number = match url.host() {
            Some(Host::Ipv4(number)) => IpAddr::V4(number),
            Some(Host::Ipv6(number)) => IpAddr::V6(number),
            Some(Host::Domain(name)) if !name.is_empty() => return Ok(url),
            _ => return Err(Forbidden::Malformed),
        };
        if self.permits(number) { Ok(url) } else { Err(Forbidden::NotPublic) }
    }

    /// The same, with its name resolved once: for who is still there to be told.
    ///
    /// # Errors
    /// [`Forbidden`]
    pub async fn check(&self, text: &str) -> Result<(), Forbidden> {
        let url = self.read(text)?;
        let Some(Host::Domain(name)) = url.host() else { return Ok(()) };
        match tokio::time::timeout(RESOLVE, (self.lookup)(name.to_owned())).await {
            Ok(Ok(found)) if found.is_empty() => Err(Forbidden::Unknown),
            Ok(Ok(found)) if found.iter().all(|place| !self.permits(place.ip())) => Err(Forbidden::NotPublic),
            Ok(Ok(_)) => Ok(()),
            _ => Err(Forbidden::Unknown),
        }
    }
}

async fn system_lookup(name: String) -> io::Result<Vec<SocketAddr>> {
    Ok(tokio::net::lookup_host((name, 0)).await?.collect())
}

impl Service<Name> for Guard {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = BoxFuture<'static, io::Result<Self::Response>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let guard = self.clone();
        Box::pin(async move {
            let mut found = (guard.lookup)(name.as_str().to_owned()).await?;
            found.retain(|place| guard.permits(place.ip()));
            match found.is_empty() {
                true => Err(io::Error::new(io::ErrorKind::PermissionDenied, Forbidden::NotPublic)),
                false => Ok(found.into_iter()),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn whatever_is_not_public_is_refused() {
        let guard = Guard::new(&[]);
        let of_version_4 = "127.0.0.1 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 \
                            255.255.255.255 224.0.0.1";
        let of_version_6 = "::1 :: fe80::1 fd00::1 fec0::1 ff02::1";
        let translated =
            "::ffff:127.0.0.1 ::ffff:10.0.0.1 ::127.0.0.1 64:ff9b::7f00:1 64:ff9b:1::1 2002:7f00:1:: 2001::1";
        for number in [of_version_4, of_version_6, translated].into_iter().flat_map(str::split_whitespace) {
            assert!(!guard.permits(number.parse().unwrap()), "{number}");
        }
    }

    #[test]
    fn a_number_is_known_in_every_disguise() {
        let guard = Guard::new(&[]);
        for host in [
            "127.1",
            "0x7f000001",
            "2130706433",
            "0177.0.0.1",
            "[::1]:80",
            "[::ffff:127.0.0.1]",
            "127。0。0。1",
        ] {
            assert_eq!(guard.read(&format!("http://{host}/")), Err(Forbidden::NotPublic), "{host}");
        }
        for text in [
            "ftp://example.com/",
            "http://ann:secret@example.com/",
            "http://ann@example.com/",
            "mailto:a@b",
            "x",
        ] {
            assert_eq!(guard.read(text), Err(Forbidden::Malformed), "{text}");
        }
    }

    #[test]
    fn what_is_public_is_permitted_and_what_the_operator_allows() {
        let guard = Guard::new(&["127.0.0.0/8".parse().unwrap()]);
        for number in ["93.184.216.34", "2606:2800:220:1::1", "127.0.0.1", "::ffff:127.0.0.1"] {
            assert!(guard.permits(number.parse().unwrap()), "{number}");
        }
        assert!(!guard.permits("10.0.0.1".parse().unwrap()));
        assert!(guard.read("https://example.com:8443/in?a=b").is_ok());
    }

    #[tokio::test]
    async fn a_name_that_changes_its_answer_is_judged_by_the_answer_that_is_used() {
        let asked = Arc::new(AtomicUsize::new(0));
        let lookup: Lookup = Arc::new(move |_| {
            let number =
                if asked.fetch_add(1, Ordering::Relaxed) == 0 { "93.184.216.34:0" } else { "127.0.0.1:0" };
            Box::pin(async move { Ok(vec![number.parse().unwrap()]) })
        });
        let mut guard = Guard::with_lookup(&[], lookup);
        assert_eq!(guard.check("http://rebind.example/").await, Ok(()));
        let refused = guard.call("rebind.example".parse().unwrap()).await.unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::PermissionDenied);
    }

    #[tokio::test]
    async fn of_several_answers_only_the_public_ones_are_used() {
        let lookup: Lookup = Arc::new(|_| {
            Box::pin(async { Ok(vec!["10.0.0.1:0".parse().unwrap(), "93.184.216.34:0".parse().unwrap()]) })
        });
        let mut guard = Guard::with_lookup(&[], lookup);
        let found: Vec<_> = guard.call("mixed.example".parse().unwrap()).await.unwrap().collect();
        assert_eq!(found, ["93.184.216.34:0".parse().unwrap()]);
    }
}
