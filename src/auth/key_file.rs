//! The public keys that verify tokens of somebody else: a PEM file with one, or a JSON Web Key Set.
//!
//! Invariants: a key has exactly one algorithm, RS256 or EdDSA, whatever a token says; symmetric keys do not count. The
//! file is looked at while it is used, at most once in [`LOOK`], and its keys are replaced as a whole: a file that
//! cannot be read as a whole changes nothing, and is complained of once.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime};

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};

/// How soon a new file is noticed.
const LOOK: Duration = Duration::from_secs(1);
/// A modulus of 2048 bits, in bytes and as base64 text. What is shorter can be factored.
const MODULUS_BYTES: usize = 256;
const MODULUS_TEXT: usize = 342;
/// 32 bytes as base64 text.
const ED25519_TEXT: usize = 43;

/// A key that verifies.
#[derive(Debug, Clone)]
pub struct PublicKey {
    /// The `kid` that a token must name.
    pub id: Option<String>,
    /// The only one that it is good for.
    pub algorithm: Algorithm,
    /// The key.
    pub key: DecodingKey,
}

/// A file of public keys, followed as it changes.
#[derive(Debug)]
pub struct KeyFile {
    path: PathBuf,
    look: Duration,
    keys: RwLock<Arc<[PublicKey]>>,
    seen: Mutex<Seen>,
}

/// The file when it was looked at last.
#[derive(Debug)]
struct Seen {
    at: Instant,
    stamp: Option<Stamp>,
}

/// What differs when a file was written or replaced.
type Stamp = (SystemTime, u64);

impl KeyFile {
    /// Reads the file.
    ///
    /// # Errors
    /// Why it cannot be used, as the end of a sentence.
    pub fn open(path: &Path) -> Result<Self, String> {
        Self::open_and_look(path, LOOK)
    }

    fn open_and_look(path: &Path, look: Duration) -> Result<Self, String> {
        // Before the file is read: what is written in between is then seen as a change.
        let stamp = stamp(path);
        let keys = RwLock::new(read(path)?.into());
        Ok(Self { path: path.to_owned(), look, keys, seen: Mutex::new(Seen { at: Instant::now(), stamp }) })
    }

    /// The keys as of now.
    pub fn keys(&self) -> Arc<[PublicKey]> {
        self.look_again();
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn look_again(&self) {
        // Whoever comes while another looks goes on with what there is.
        let Ok(mut seen) = self.seen.try_lock() else { return };
        if seen.at.elapsed() < self.look {
            return;
        }
        seen.at = Instant::now();
        let stamp = stamp(&self.path);
        if stamp == seen.stamp {
            return;
        }
        seen.stamp = stamp;
        let path = self.path.display();
        match read(&self.path) {
            Ok(keys) => {
                tracing::info!(%path, keys = keys.len(), "The keys that verify tokens were read anew");
                *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys.into();
            }
            Err(reason) => {
                tracing::error!(%path, %reason, "The former keys go on verifying tokens: auth.jwt_key_file cannot be used");
            }
        }
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    use std::os::unix::fs::MetadataExt;
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.ino()))
}

fn read(path: &Path) -> Result<Vec<PublicKey>, String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    if text.trim_start().starts_with('{') { of_set(&text) } else { of_pem(&text).map(|key| vec![key]) }
}

fn of_pem(text: &str) -> Result<PublicKey, String> {
    if text.contains("PRIVATE KEY") {
        return Err("it holds a private key; the public one is enough here, and safer".to_owned());
    }
    if text.matches("-----BEGIN").count() > 1 {
        return Err("a PEM file holds one key; several, with a kid each, go into a JWKS".to_owned());
    }
    let bytes = text.as_bytes();
    let (algorithm, key) = match DecodingKey::from_rsa_pem(bytes) {
        Ok(key) if key.try_get_as_bytes().is_ok_and(|der| der.len() <= MODULUS_BYTES) => {
            return Err("its RSA key is shorter than 2048 bits".to_owned());
        }
        Ok(key) => (Algorithm::RS256, key),
        Err(_) => {
            let key = DecodingKey::from_ed_pem(bytes)
                .map_err(|_| "it is neither a JWKS nor the PEM of an RSA or Ed25519 public key".to_owned())?;
            (Algorithm::EdDSA, key)
        }
    };
    Ok(PublicKey { id: None, algorithm, key })
}

fn of_set(text: &str) -> Result<Vec<PublicKey>, String> {
    let set: JwkSet = serde_json::from_str(text).map_err(|error| format!("it is not a JWKS: {error}"))?;
    let mut keys: Vec<PublicKey> = Vec::new();
    for jwk in &set.keys {
        let Some(algorithm) = algorithm_of(jwk) else { continue };
        let id = jwk.common.key_id.clone();
        if id.is_some() && keys.iter().any(|key| key.id == id) {
            return Err("two of its keys have the same kid".to_owned());
        }
        let key = DecodingKey::from_jwk(jwk).map_err(|error| format!("a key cannot be read: {error}"))?;
        keys.push(PublicKey { id, algorithm, key });
    }
    if keys.is_empty() { Err("it has no key for RS256 or EdDSA".to_owned()) } else { Ok(keys) }
}

/// What a key of a set is good for; `None` for those that are for something else.
fn algorithm_of(jwk: &Jwk) -> Option<Algorithm> {
    let (algorithm, named) = match &jwk.algorithm {
        AlgorithmParameters::RSA(rsa) if rsa.n.len() >= MODULUS_TEXT => {
            (Algorithm::RS256, KeyAlgorithm::RS256)
        }
        AlgorithmParameters::OctetKeyPair(pair)
            if pair.curve == EllipticCurve::Ed25519 && pair.x.len() == ED25519_TEXT =>
        {
            (Algorithm::EdDSA, KeyAlgorithm::EdDSA)
        }
        _ => return None,
    };
    let is_for_signatures =
        jwk.common.public_key_use.as_ref().is_none_or(|of| *of == PublicKeyUse::Signature);
    let is_for_it = jwk.common.key_algorithm.is_none_or(|alg| alg == named);
    (is_for_signatures && is_for_it).then_some(algorithm)
}

#[cfg(test)]
#[path = "key_file_tests.rs"]
mod tests;
