//! TLS to Postgres: what `sslmode`, `sslrootcert`, `sslcert` and `sslkey` ask for, as psql understands them.
//!
//! Invariant: who demanded TLS never gets less. `allow` and `prefer` demand nothing and may end without it; `require`
//! encrypts; `verify-ca` trusts whom an authority vouches for; `verify-full` only under the name that was called. That the
//! server holds the key of its certificate is proved in every mode: the channel binding of a password rests on it.

use std::sync::Arc;
use std::{fmt, io};

use percent_encoding::percent_decode_str;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio_postgres::Socket;
use tokio_postgres::config::{SslMode, SslNegotiation};
use tokio_postgres::error::SqlState;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::pool::chain;
use crate::config::Database;
use crate::error::Failure;
use crate::trust;

/// What a connection with TLS is made of.
pub type Stream = <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream;

/// The name of all authorities of this machine, in place of a file.
const SYSTEM: &str = "system";

/// What libpq's words mean, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
enum Mode {
    Disable,
    Allow,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

/// What somebody asks for, in libpq's words.
#[derive(Debug)]
pub struct Wishes {
    mode: String,
    root: String,
    certificate: String,
    key: String,
    is_direct: bool,
}

impl Wishes {
    /// What the settings say.
    pub fn of(database: &Database) -> Self {
        Self {
            mode: database.sslmode.clone(),
            root: database.sslrootcert.clone(),
            certificate: database.sslcert.clone(),
            key: database.sslkey.clone(),
            is_direct: false,
        }
    }

    /// What `url` says counts instead; the rest of it is returned, for a parser that does not know all these words.
    pub fn take_from(&mut self, url: &str) -> String {
        // A question mark before the @ belongs to a password.
        let host = url.find('@').unwrap_or(0);
        let Some(mark) = url[host..].find('?').filter(|_| url.starts_with("postgres")) else {
            return url.to_owned();
        };
        let (place, query) = url.split_at(host + mark);
        let kept: Vec<&str> = query[1..].split('&').filter(|pair| !self.takes(pair)).collect();
        if kept.is_empty() { place.to_owned() } else { format!("{place}?{}", kept.join("&")) }
    }

    fn takes(&mut self, pair: &str) -> bool {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let wish = match key {
            "sslmode" => &mut self.mode,
            "sslrootcert" => &mut self.root,
            "sslcert" => &mut self.certificate,
            "sslkey" => &mut self.key,
            _ => return false,
        };
        *wish = percent_decode_str(value).decode_utf8_lossy().into_owned();
        true
    }

    /// What the parser of the rest understood: `host=… sslmode=…` is no URL, and it knows three modes.
    pub fn hear(&mut self, server: &tokio_postgres::Config) {
        match server.get_ssl_mode() {
            SslMode::Disable => "disable".clone_into(&mut self.mode),
            SslMode::Require => "require".clone_into(&mut self.mode),
            _ => {}
        }
        self.is_direct = server.get_ssl_negotiation() == SslNegotiation::Direct;
    }

    fn mode(&self) -> Result<Mode, Failure> {
        let mode = match self.mode.as_str() {
            "disable" => Mode::Disable,
            "allow" => Mode::Allow,
            "prefer" => Mode::Prefer,
            "require" if !self.root.is_empty() => Mode::VerifyCa,
            "require" => Mode::Require,
            "verify-ca" => Mode::VerifyCa,
            "verify-full" => Mode::VerifyFull,
            other => {
                let remedy = "use disable, allow, prefer, require, verify-ca or verify-full";
                return Err(Failure::environment(format!("there is no sslmode {other:?}"), remedy));
            }
        };
        let demands = [
            (self.root == SYSTEM, Mode::VerifyFull, "sslrootcert=system", "sslmode=verify-full"),
            (self.is_direct, Mode::Require, "sslnegotiation=direct", "sslmode=require or better"),
        ];
        match demands.iter().find(|(asked, least, ..)| *asked && mode < *least) {
            Some((_, _, what, needed)) => {
                let what = format!("{what} means little with sslmode={}", self.mode);
                Err(Failure::environment(what, format!("add {needed} to it, or leave it out")))
            }
            None => Ok(mode),
        }
    }

    fn judge(&self, mode: Mode) -> Result<Judge, Failure> {
        let roots = match self.root.as_str() {
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
}

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
        let client = trust::as_judged_by(Arc::new(wishes.judge(mode)?));
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

    fn wishes(url: &str) -> (Wishes, String) {
        let mut wishes = Wishes::of(&Config::defaults().database);
        let rest = wishes.take_from(url);
        (wishes, rest)
    }

    #[test]
    fn an_address_says_more_of_tls_than_its_parser_knows() {
        let url = "postgres://u:a?b@h/d?sslmode=verify-full&options=-c%20x&sslrootcert=%2Fetc%2Fca+1.pem";
        let (wishes, rest) = wishes(url);
        assert_eq!(rest, "postgres://u:a?b@h/d?options=-c%20x");
        assert_eq!((wishes.mode.as_str(), wishes.root.as_str()), ("verify-full", "/etc/ca+1.pem"));
    }

    #[test]
    fn an_address_that_says_nothing_of_tls_is_left_as_it_is() {
        for url in ["postgres://h/d", "postgres://u:p@h/d?options=-c%20x", "host=h password=a?sslmode=b"] {
            let (wishes, rest) = wishes(url);
            assert_eq!((rest.as_str(), wishes.mode().unwrap()), (url, Mode::Prefer));
        }
    }

    #[test]
    fn a_mode_is_one_of_libpqs_and_a_root_makes_require_verify() {
        let mode = |query: &str| wishes(&format!("postgres://h/d?{query}")).0.mode();
        assert_eq!(mode("sslmode=allow").unwrap(), Mode::Allow);
        assert_eq!(mode("sslmode=require").unwrap(), Mode::Require);
        assert_eq!(mode("sslmode=require&sslrootcert=ca.pem").unwrap(), Mode::VerifyCa);
        assert_eq!(mode("sslmode=verify-full&sslrootcert=system").unwrap(), Mode::VerifyFull);
        assert!(mode("sslmode=verify_full").unwrap_err().what().contains("no sslmode \"verify_full\""));
        assert!(mode("sslmode=require&sslrootcert=system").unwrap_err().remedy().contains("verify-full"));
    }

    #[test]
    fn what_is_no_url_is_heard_through_its_parser() {
        let (mut wishes, rest) = wishes("host=h dbname=d sslmode=require");
        wishes.hear(&rest.parse().unwrap());
        assert_eq!(wishes.mode().unwrap(), Mode::Require);
    }

    #[test]
    fn direct_negotiation_needs_a_mode_that_demands_tls() {
        let (mut wishes, rest) = wishes("postgres://h/d?sslnegotiation=direct");
        wishes.hear(&rest.parse().unwrap());
        assert!(wishes.mode().unwrap_err().remedy().contains("sslmode=require"));
    }

    #[test]
    fn a_file_that_holds_no_certificate_is_named() {
        let refused = |query: &str| Tls::new(&wishes(&format!("postgres://h/d?{query}")).0).unwrap_err();
        let missing = refused("sslmode=verify-ca&sslrootcert=/nowhere/ca.pem");
        assert!(missing.what().starts_with("/nowhere/ca.pem cannot be used"), "{missing}");
        let key = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keys/rsa.public.pem");
        let empty = refused(&format!("sslmode=verify-ca&sslrootcert={key}"));
        assert!(empty.what().ends_with("there is no certificate in it"), "{empty}");
    }
}
