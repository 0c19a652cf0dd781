//! Where a webhook is to lead: what is let through is plain HTTP to a name, or to a public number.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use tidegate::monitor::delivery::guard::Guard;
use url::Host;

static GUARD: LazyLock<Guard> = LazyLock::new(|| Guard::new(&[]));

fuzz_target!(|text: &str| {
    let Ok(url) = GUARD.read(text) else { return };
    assert!(matches!(url.scheme(), "http" | "https"));
    assert!(url.username().is_empty() && url.password().is_none());
    match url.host().expect("it leads somewhere") {
        Host::Ipv4(number) => assert!(GUARD.permits(number.into())),
        Host::Ipv6(number) => assert!(GUARD.permits(number.into())),
        // What a resolver would take for a number has been read as one.
        Host::Domain(name) => assert!(name.parse::<std::net::IpAddr>().is_err(), "{name}"),
    }
});
