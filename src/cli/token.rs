//! `tidegate token`: a JWT (HS256) for a person, signed with the configured secret.

use std::time::Duration;

use jsonwebtoken::{EncodingKey, Header, encode, get_current_timestamp};

use super::{Outcome, Verdict, lifetime, user};
use crate::auth::Claims;
use crate::config::{Config, ConfigError};
use crate::error::Failure;
use crate::terminal::say;

/// Options of `tidegate token`.
#[derive(Debug, Clone, clap::Args)]
pub struct TokenOptions {
    /// The person's handle or id.
    #[arg(long, value_name = "HANDLE|ID")]
    pub user: String,
    /// How long it is valid: 45s, 30m, 1h, 7d.
    #[arg(long, default_value = "1h", value_parser = lifetime::parse)]
    pub ttl: Duration,
    /// A role to carry, e.g. admin.
    #[arg(long)]
    pub role: Option<String>,
    /// As what it may write; the first is the default, without any it is user.
    #[arg(long = "source", value_name = "SOURCE", value_parser = super::SOURCES)]
    pub sources: Vec<String>,
}

pub(super) async fn run(config: Config, options: TokenOptions) -> Outcome {
    let key = signing_key(&config)?;
    let subject = match config.database_url() {
        Ok(_) => user::find(&config, &options.user).await?,
        // Without a database the name is taken as given; the service looks it up.
        Err(_) => options.user.clone(),
    };
    let claims = Claims {
        sources: (!options.sources.is_empty()).then_some(options.sources),
        ..claims(&config, &subject, options.ttl, options.role.as_deref())
    };
    say(encoded(&claims, &key)?)?;
    Ok(Verdict::So)
}

/// A token for `subject` (a user's id or handle), valid for `ttl` from now.
///
/// # Errors
/// The secret is missing or short.
pub fn sign(config: &Config, subject: &str, ttl: Duration, role: Option<&str>) -> Result<String, Failure> {
    encoded(&claims(config, subject, ttl, role), &signing_key(config)?)
}

fn claims(config: &Config, subject: &str, ttl: Duration, role: Option<&str>) -> Claims {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let now = get_current_timestamp();
    Claims {
        sub: subject.to_owned(),
        exp: now + ttl.as_secs(),
        iat: Some(now),
        role: role.map(str::to_owned),
        aud: some(&config.auth.jwt_audience).map(Into::into),
        iss: some(&config.auth.jwt_issuer),
        sources: None,
    }
}

fn signing_key(config: &Config) -> Result<EncodingKey, Failure> {
    match config.jwt_secret() {
        Err(ConfigError::NoSecret) if config.jwt_key_file().is_some() => Err(Failure::environment(
            "there is no secret to sign with: tokens are verified by auth.jwt_key_file",
            "get a token from whoever has the private key, or make a key: `tidegate key create --user HANDLE`",
        )),
        secret => Ok(EncodingKey::from_secret(secret?.as_bytes())),
    }
}

fn encoded(claims: &Claims, key: &EncodingKey) -> Result<String, Failure> {
    encode(&Header::default(), claims, key).map_err(|e| {
        Failure::environment(format!("the token cannot be signed: {e}"), "check [auth] in the settings")
    })
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
    use serde_json::Value;

    use super::*;

    const SECRET: &str = "0123456789abcdef0123456789abcdef";

    fn config(setting: (&str, &str)) -> Config {
        Config::load(None, [(setting.0.to_owned(), setting.1.to_owned())]).unwrap()
    }

    #[test]
    fn a_token_carries_subject_role_and_expiry() {
        let config = config(("TIDEGATE_JWT_SECRET", SECRET));
        let token = sign(&config, "ada", Duration::from_secs(60), Some("admin")).unwrap();
        let key = DecodingKey::from_secret(SECRET.as_bytes());
        let claims = decode::<Value>(&token, &key, &Validation::new(Algorithm::HS256)).unwrap().claims;
        assert_eq!(claims["sub"], "ada");
        assert_eq!(claims["role"], "admin");
        assert_eq!(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(), 60);
        assert!(claims.get("aud").is_none() && claims.get("sources").is_none());
    }

    #[test]
    fn nothing_is_signed_without_a_proper_secret() {
        let refused = |config: &Config| sign(config, "ada", Duration::from_secs(60), None).unwrap_err();
        assert!(refused(&Config::defaults()).what().contains("no token secret"));
        let verifies_only = config(("TIDEGATE_AUTH__JWT_KEY_FILE", "keys.json"));
        assert!(refused(&verifies_only).what().contains("auth.jwt_key_file"));
    }
}
