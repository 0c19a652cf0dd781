//! The one TLS stack, and whom it trusts: rustls on ring, and the certificate authorities of this machine.
//!
//! The way to webhooks and the way to Postgres begin here, so that both speak the same versions of TLS.

use std::sync::Arc;

use rustls::client::WantsClientCert;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::{WebPkiSupportedAlgorithms, ring};
use rustls::{ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier};

fn client() -> ConfigBuilder<ClientConfig, WantsVerifier> {
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the provider speaks TLS 1.2 and 1.3")
}

/// A client that trusts whom these authorities vouch for, by name.
pub fn in_authorities(roots: RootCertStore) -> ConfigBuilder<ClientConfig, WantsClientCert> {
    client().with_root_certificates(roots)
}

/// A client that leaves the judgement to `verifier`.
pub fn as_judged_by(verifier: Arc<dyn ServerCertVerifier>) -> ConfigBuilder<ClientConfig, WantsClientCert> {
    client().dangerous().with_custom_certificate_verifier(verifier)
}

/// Which signatures are understood.
pub fn signatures() -> WebPkiSupportedAlgorithms {
    ring::default_provider().signature_verification_algorithms
}

/// The authorities of this machine. Empty where none are installed.
pub fn authorities() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}
