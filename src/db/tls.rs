//! TLS to Postgres: what `sslmode`, `sslrootcert`, `sslcert` and `sslkey` ask for, as psql understands them.
//!
//! Invariant: who demanded TLS never gets less. `allow` and `prefer` demand nothing and may end without it; `require`
//! encrypts; `verify-ca` trusts whom an authority vouches for; `verify-full` only under the name that was called. That the
//! server holds the key of its certificate is proved in every mode: the channel binding of a password rests on it.

use std::sync::Arc;
use std::{fmt, io};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio_postgres::Socket;
use tokio_postgres::config::SslMode;
use tokio_postgres::error::SqlState;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::pool::chain;
use crate::error::Failure;
use crate::trust;
use wishes::{Mode, SYSTEM};

pub use wishes::Wishes;

mod wishes;

/// What a connection with TLS is made of.
pub type Stream = <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream;

/// How connections to a server are protected.
#[derive(Clone)]
pub struct Tls {
    mode: Mode,
    connector: MakeRustlsConnect,
}

impl Tls {
    /// Never.
    pub fn off() -> Self {
        let nobody = trust::in_authorities(RootCertStore::empty()).with_no_client_auth();
        Self { mode: Mode::Disable, connector: MakeRustlsConnect::new(nobody) }
    }

    /// As somebody wishes. Reads the files that they name, once.
    ///
    /// # Errors
    /// There is no such mode, or a file that does not hold what it should.
    pub fn new(wishes: &Wishes) -> Result<Self, Failure> {
        let mode = wishes.mode()?;
        if mode == Mode::Disable {
            return Ok(Self::off());
        }
        let client = trust::as_judged_by(Arc::new(judge(wishes, mode)?));
        let mut client: ClientConfig = if wishes.certificate.is_empty() {
            client.with_no_client_auth()
        } else {
            let (chain, key) = identity(&wishes.certificate, &wishes.key)?;
            client.with_client_auth_cert(chain, key).map_err(|error| unusable(&wishes.certificate, &error))?
        };
        if wishes.is_direct {
            client.alpn_protocols = vec![b"postgresql".to_vec()];
        }
        Ok(Self { mode, connector: MakeRustlsConnect::new(client) })
    }

    /// How to connect, and how to try again when that is refused ([`may_do_without`]).
    pub fn attempts(&self) -> (SslMode, Option<SslMode>) {
        match self.mode {
            Mode::Disable => (SslMode::Disable, None),
            Mode::Allow => (SslMode::Disable, Some(SslMode::Require)),
            Mode::Prefer => (SslMode::Prefer, Some(SslMode::Disable)),
            Mode::Require | Mode::VerifyCa | Mode::VerifyFull => (SslMode::Require, None),
        }
    }

    /// What makes a connection's stream.
    pub fn connector(&self) -> MakeRustlsConnect {
        self.connector.clone()
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("mode", &self.mode).finish_non_exhaustive()
    }
}

fn judge(wishes: &Wishes, mode: Mode) -> Result<Judge, Failure> {
    let roots = match wishes.root.as_str() {
        _ if mode < Mode::VerifyCa => None,
        "" | SYSTEM => Some(trust::authorities()),
        file => Some(authorities_of(file)?),
    };
    if roots.as_ref().is_some_and(RootCertStore::is_empty) {
        return Err(Failure::environment(
            "no certificate authorities are installed here, so no server can be verified",
            "install ca-certificates, or name the server's authority: sslrootcert=FILE",
        ));
    }
    Ok(Judge { roots, by_name: mode == Mode::VerifyFull, signatures: trust::signatures() })
}

fn authorities_of(file: &str) -> Result<RootCertStore, Failure> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(file)? {
        roots.add(certificate).map_err(|error| unusable(file, &error))?;
    }
    Ok(roots)
}

fn identity(
    certificate: &str,
    key: &str,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), Failure> {
    let chain = certificates(certificate)?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(|error| unusable(key, &error))?;
    Ok((chain, key))
}

fn certificates(file: &str) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let found = CertificateDer::pem_file_iter(file).and_then(|found| found.collect::<Result<Vec<_>, _>>());
    match found {
        Ok(found) if found.is_empty() => {
            Err(unusable(file, &io::Error::other("there is no certificate in it")))
        }
        Ok(found) => Ok(found),
        Err(error) => Err(unusable(file, &error)),
    }
}

fn unusable(file: &str, error: &dyn std::error::Error) -> Failure {
    Failure::environment(
        format!("{file} cannot be used for TLS to Postgres: {}", chain(error)),
        "sslrootcert and sslcert name files with PEM certificates, sslkey one with a private key without a passphrase",
    )
}

/// Who decides whether a server is the one that was meant.
#[derive(Debug)]
struct Judge {
    /// Who may vouch for it; `None`: nobody is asked.
    roots: Option<RootCertStore>,
    by_name: bool,
    signatures: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for Judge {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        _ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if let Some(roots) = &self.roots {
            let certificate = ParsedCertificate::try_from(certificate)?;
            let signatures = self.signatures.all;
            verify_server_cert_signed_by_trust_anchor(&certificate, roots, intermediates, now, signatures)?;
            if self.by_name {
                verify_server_name(&certificate, name)?;
            }
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.signatures)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.signatures)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.signatures.supported_schemes()
    }
}

/// Whether `allow` and `prefer` try the other way: TLS failed, or pg_hba.conf wants it otherwise.
pub(super) fn may_do_without(error: &tokio_postgres::Error) -> bool {
    is_handshake(error) || error.code() == Some(&SqlState::INVALID_AUTHORIZATION_SPECIFICATION)
}

fn is_handshake(error: &tokio_postgres::Error) -> bool {
    error.to_string() == "error performing TLS handshake"
}

/// Why there is no TLS with a server, and what to do; `None`: that is not what went wrong, or it may pass.
pub(super) fn refusal(error: &tokio_postgres::Error) -> Option<Failure> {
    let cause = std::error::Error::source(error).filter(|_| is_handshake(error))?;
    let (what, remedy) = match cause.downcast_ref::<io::Error>() {
        Some(broken) => explain(broken.get_ref()?.downcast_ref()?),
        None => (
            format!("TLS is demanded: {cause}"),
            "switch `ssl` on in postgresql.conf; or sslmode=prefer, on a network that nobody else reads",
        ),
    };
    Some(Failure::environment(what, remedy))
}

fn explain(error: &rustls::Error) -> (String, &'static str) {
    let rustls::Error::InvalidCertificate(why) = error else {
        return (format!("no TLS with the database: {error}"), "the server must speak TLS 1.2 or 1.3");
    };
    match why {
        // A signature is bad where somebody took an authority's name.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => (
            "the database's certificate was issued by nobody who is trusted here".to_owned(),
            "name the certificate of its authority: sslrootcert=FILE",
        ),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => (
            format!("the database is not who it was called: {why}"),
            "connect by a name that is in the certificate, or with sslmode=verify-ca",
        ),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            (format!("the database's {why}"), "renew the server's certificate")
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            (format!("the database's {why}"), "compare the clocks of both machines")
        }
        _ => (
            format!("the database's certificate proves nothing: {why}"),
            "it must be of version 3, with subjectAltName, issued by an authority and not by itself",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn wishes(url: &str) -> Wishes {
        let mut wishes = Wishes::of(&Config::defaults().database);
        wishes.take_from(url);
        wishes
    }

    #[test]
    fn a_file_that_holds_no_certificate_is_named() {
        let refused = |query: &str| Tls::new(&wishes(&format!("postgres://h/d?{query}"))).unwrap_err();
        let missing = refused("sslmode=verify-ca&sslrootcert=/nowhere/ca.pem");
        assert!(missing.what().starts_with("/nowhere/ca.pem cannot be used"), "{missing}");
        let key = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keys/rsa.public.pem");
        let empty = refused(&format!("sslmode=verify-ca&sslrootcert={key}"));
        assert!(empty.what().ends_with("there is no certificate in it"), "{empty}");
    }
}
