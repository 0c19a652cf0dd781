//! An authority that lives as long as a test, and what it vouches for.

use std::path::PathBuf;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use tempfile::TempDir;

pub(super) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    files: TempDir,
}

/// A certificate and its key, PEM.
pub(super) struct Issued {
    pub(super) certificate: String,
    pub(super) key: String,
}

impl Authority {
    pub(super) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        Self { issuer, files: TempDir::new().unwrap() }
    }

    /// For that host.
    pub(super) fn vouches_for(&self, host: &str) -> Issued {
        self.issue(&CertificateParams::new([host.to_owned()]).unwrap())
    }

    /// For that host, long ago.
    pub(super) fn vouched_for(&self, host: &str) -> Issued {
        let mut params = CertificateParams::new([host.to_owned()]).unwrap();
        params.not_before = date_time_ymd(2001, 1, 1);
        params.not_after = date_time_ymd(2002, 1, 1);
        self.issue(&params)
    }

    /// For whoever logs in by that name.
    pub(super) fn vouches_for_login(&self, name: &str) -> Issued {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        self.issue(&params)
    }

    fn issue(&self, params: &CertificateParams) -> Issued {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Issued { certificate: certificate.pem(), key: key.serialize_pem() }
    }

    pub(super) fn certificate(&self) -> String {
        self.issuer.pem()
    }

    /// Its certificate as `sslrootcert` names it.
    pub(super) fn file(&self) -> PathBuf {
        self.keep("ca.pem", &self.certificate())
    }

    /// A file that is gone with the authority.
    pub(super) fn keep(&self, name: &str, text: &str) -> PathBuf {
        let path = self.files.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}
