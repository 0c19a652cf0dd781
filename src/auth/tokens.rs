//! Signed tokens: HS256 JWTs.
//!
//! Invariant: a token counts only with its expiry, one algorithm, and at most five seconds of leeway. What a token
//! says about roles is believed because we signed it; what a client says elsewhere is not.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

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

/// Checks tokens, and makes them.
pub struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
    issuer: Option<String>,
    audience: Option<String>,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

impl Tokens {
    /// As configured.
    ///
    /// # Errors
    /// No secret, or one that is too short.
    pub fn new(config: &Config) -> Result<Self, ConfigError> {
        let secret = config.jwt_secret()?.as_bytes();
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
        let (encoding, decoding) = (EncodingKey::from_secret(secret), DecodingKey::from_secret(secret));
        Ok(Self { encoding, decoding, validation, issuer, audience })
    }

    /// What a token says, if it counts.
    ///
    /// # Errors
    /// Why it does not.
    pub fn verify(&self, token: &str) -> Result<Claims, Refusal> {
        jsonwebtoken::decode::<Claims>(token.trim(), &self.decoding, &self.validation)
            .map(|data| data.claims)
            .map_err(|error| match error.kind() {
                ErrorKind::ExpiredSignature => Refusal::Expired,
                _ => Refusal::Invalid,
            })
    }

    /// A token for a user's id or handle.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] when it cannot be encoded.
    pub fn issue(&self, sub: &str, ttl: Duration, role: Option<&str>) -> Result<String, Refusal> {
        let now = seconds_now();
        let claims = Claims {
            sub: sub.to_owned(),
            exp: now + ttl.as_secs(),
            iat: Some(now),
            role: role.map(str::to_owned),
            aud: self.audience.clone().map(Into::into),
            iss: self.issuer.clone(),
            sources: None,
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.encoding)
            .map_err(|_| Refusal::Invalid)
    }
}

fn seconds_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(extra: &[(&str, &str)]) -> Tokens {
        let secret = ("JWT_SECRET", "0123456789abcdef0123456789abcdef");
        let environment = extra.iter().chain([&secret]).map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        Tokens::new(&Config::load(None, environment).unwrap()).unwrap()
    }

    #[test]
    fn what_was_issued_counts_until_it_expires() {
        let tokens = tokens(&[]);
        let token = tokens.issue("ann", Duration::from_secs(60), Some("admin")).unwrap();
        let claims = tokens.verify(&token).unwrap();
        assert!(claims.sub == "ann" && claims.is_admin() && claims.remaining() > Duration::from_secs(50));
        let old = Claims { exp: seconds_now() - 10, ..claims };
        let old = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &old, &tokens.encoding).unwrap();
        assert_eq!(tokens.verify(&old), Err(Refusal::Expired));
    }

    #[test]
    fn another_secret_another_algorithm_or_no_expiry_is_refused() {
        let tokens = tokens(&[]);
        let claims = tokens.verify(&tokens.issue("ann", Duration::from_secs(60), None).unwrap()).unwrap();
        let other = EncodingKey::from_secret(b"another secret");
        let forged = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &other).unwrap();
        assert_eq!(tokens.verify(&forged), Err(Refusal::Invalid));
        let hs512 = jsonwebtoken::encode(&Header::new(Algorithm::HS512), &claims, &tokens.encoding).unwrap();
        assert_eq!(tokens.verify(&hs512), Err(Refusal::Invalid));
        let endless = serde_json::json!({"sub": "ann"});
        let endless =
            jsonwebtoken::encode(&Header::new(Algorithm::HS256), &endless, &tokens.encoding).unwrap();
        assert_eq!(tokens.verify(&endless), Err(Refusal::Invalid));
        let early = serde_json::json!({"sub": "ann", "exp": seconds_now() + 60, "nbf": seconds_now() + 30});
        let early = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &early, &tokens.encoding).unwrap();
        assert_eq!(tokens.verify(&early), Err(Refusal::Invalid));
    }

    #[test]
    fn a_configured_audience_must_be_there() {
        let strict = tokens(&[("TIDEGATE_AUTH__JWT_AUDIENCE", "tide")]);
        let token = tokens(&[]).issue("ann", Duration::from_secs(60), None).unwrap();
        assert_eq!(strict.verify(&token), Err(Refusal::Invalid));
        assert!(strict.verify(&strict.issue("ann", Duration::from_secs(60), None).unwrap()).is_ok());
    }
}
