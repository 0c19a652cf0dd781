//! Signed tokens: JWTs, by our secret (HS256) or by the key of somebody whom we trust (RS256, EdDSA: [`KeyFile`]).
//!
//! Invariant: a token counts only with its expiry, by the one key that it may be signed with and that key's only
//! algorithm, and with at most five seconds of leeway.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use super::key_file::KeyFile;
use super::{Refusal, Sources};
use crate::config::{Config, ConfigError};

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The user's id or handle.
    pub sub: String,
    /// Expiry, seconds since 1970.
    pub exp: u64,
    /// Issued at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iat: Option<u64>,
    /// `admin`, or nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Audience (one or a list), where one is configured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aud: Option<serde_json::Value>,
    /// Issuer, where one is configured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
    /// As what it may write (`user`, `mcp-ai`, `system`), the default first; nothing is a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sources: Option<Vec<String>>,
}

impl Claims {
    /// May do what only administrators may.
    pub fn is_admin(&self) -> bool {
        self.role.as_deref() == Some("admin")
    }

    /// As which sources it may write; `None` when it names one that there is not.
    pub fn sources(&self) -> Option<Sources> {
        self.sources.as_deref().map_or_else(|| Some(Sources::of_a_person()), Sources::read)
    }

    /// How long the credential is still good, from now on.
    pub fn remaining(&self) -> Duration {
        Duration::from_secs(self.exp.saturating_sub(seconds_now()))
    }
}

/// Checks tokens.
pub struct Tokens {
    secret: Option<DecodingKey>,
    file: Option<KeyFile>,
    validation: Validation,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens").field("file", &self.file).finish_non_exhaustive()
    }
}

impl Tokens {
    /// As configured.
    ///
    /// # Errors
    /// Neither a secret nor a key file; a secret that is too short, a file that cannot be used.
    pub fn new(config: &Config) -> Result<Self, ConfigError> {
        let file = config.jwt_key_file().map(|path| {
            let unusable = |reason| ConfigError::KeyFile { path: path.display().to_string(), reason };
            KeyFile::open(path).map_err(unusable)
        });
        let file = file.transpose()?;
        let secret = match config.jwt_secret() {
            Err(ConfigError::NoSecret) if file.is_some() => None,
            secret => Some(DecodingKey::from_secret(secret?.as_bytes())),
        };
        Ok(Self { secret, file, validation: validation(config) })
    }

    /// What a token says, if it counts.
    ///
    /// # Errors
    /// Why it does not.
    pub fn verify(&self, token: &str) -> Result<Claims, Refusal> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| Refusal::Invalid)?;
        if header.crit.is_some() {
            // Something that must be understood, and is not.
            return Err(Refusal::Invalid);
        }
        let key = self.key_for(&header).ok_or(Refusal::Invalid)?;
        let validation = Validation { algorithms: vec![header.alg], ..self.validation.clone() };
        jsonwebtoken::decode::<Claims>(token, &key, &validation).map(|data| data.claims).map_err(|error| {
            match error.kind() {
                ErrorKind::ExpiredSignature => Refusal::Expired,
                _ => Refusal::Invalid,
            }
        })
    }

    /// The one key that a token may be signed with. Whoever names a `kid` means that key; who names none means the
    /// secret or the file's only key, whichever has that algorithm.
    fn key_for(&self, header: &Header) -> Option<DecodingKey> {
        let keys = self.file.as_ref().map(KeyFile::keys);
        let keys = keys.as_deref().unwrap_or_default();
        let named = match (&header.kid, keys) {
            (Some(kid), _) => keys.iter().find(|key| key.id.as_ref() == Some(kid)),
            (None, [only]) => Some(only),
            (None, _) => None,
        };
        match header.alg {
            Algorithm::HS256 if header.kid.is_none() => self.secret.clone(),
            algorithm => named.filter(|key| key.algorithm == algorithm).map(|key| key.key.clone()),
        }
    }
}

/// What must be true of the claims; the algorithm is the key's.
fn validation(config: &Config) -> Validation {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let (issuer, audience) = (some(&config.auth.jwt_issuer), some(&config.auth.jwt_audience));
    let mut validation = Validation::new(Algorithm::HS256);
    validation.leeway = config.auth.leeway_seconds.min(5);
    validation.validate_nbf = true;
    validation.validate_aud = audience.is_some();
    // A claim that is only compared when it is there would let a token without it pass.
    let mut required = vec!["exp", "sub"];
    if let Some(name) = &audience {
        validation.set_audience(&[name]);
        required.push("aud");
    }
    if let Some(name) = &issuer {
        validation.set_issuer(&[name]);
        required.push("iss");
    }
    validation.set_required_spec_claims(&required);
    validation
}

fn seconds_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
#[path = "tokens_tests.rs"]
mod tests;
