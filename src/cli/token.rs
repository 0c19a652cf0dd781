//! `tidegate token`: a JWT (HS256) for a person, signed with the configured secret.

use std::time::Duration;

use jsonwebtoken::{EncodingKey, Header, encode, get_current_timestamp};
use serde::Serialize;

use super::{Outcome, Verdict};
use crate::config::Config;
use crate::db::pool;
use crate::error::Failure;

/// Options of `tidegate token`.
#[derive(Debug, Clone, clap::Args)]
pub struct TokenOptions {
    /// The person's handle or id.
    #[arg(long, value_name = "HANDLE|ID")]
    pub user: String,
    /// How long it is valid: 45s, 30m, 1h, 7d.
    #[arg(long, default_value = "1h", value_parser = parse_ttl)]
    pub ttl: Duration,
    /// A role to carry, e.g. admin.
    #[arg(long)]
    pub role: Option<String>,
}

#[derive(Serialize)]
struct Claims<'c> {
    sub: &'c str,
    iat: u64,
    exp: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'c str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    iss: &'c str,
    #[serde(skip_serializing_if = "str::is_empty")]
    aud: &'c str,
}

pub(super) async fn run(config: Config, options: TokenOptions) -> Outcome {
    config.jwt_secret()?;
    let subject = match config.database_url() {
        Ok(_) => find_user(&config, &options.user).await?,
        // Without a database the name is taken as given; the service looks it up.
        Err(_) => options.user.clone(),
    };
    println!("{}", sign(&config, &subject, options.ttl, options.role.as_deref())?);
    Ok(Verdict::So)
}

/// A token for `subject` (a user's id or handle), valid for `ttl` from now.
///
/// # Errors
/// The secret is missing or short.
pub fn sign(config: &Config, subject: &str, ttl: Duration, role: Option<&str>) -> Result<String, Failure> {
    let now = get_current_timestamp();
    let claims = Claims {
        sub: subject,
        iat: now,
        exp: now + ttl.as_secs(),
        role,
        iss: &config.auth.jwt_issuer,
        aud: &config.auth.jwt_audience,
    };
    let key = EncodingKey::from_secret(config.jwt_secret()?.as_bytes());
    encode(&Header::default(), &claims, &key).map_err(|e| {
        Failure::environment(format!("the token cannot be signed: {e}"), "check [auth] in the settings")
    })
}

/// The id of the user with this handle or id.
async fn find_user(config: &Config, user: &str) -> Result<String, Failure> {
    let client = pool::connect_for(config, "token").await?;
    let found = client
        .query_opt("select u.id::text from work.users u where u.handle = $1 or u.id::text = $1", &[&user])
        .await?;
    found.map(|row| row.get(0)).ok_or_else(|| {
        Failure::not_so(
            format!("there is no user {user}"),
            format!("create one with `tidegate user create {user}`"),
        )
    })
}

fn parse_ttl(text: &str) -> Result<Duration, String> {
    let expected = || "expected a number and s, m, h or d, e.g. 1h".to_owned();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &text[digits.len()..] {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(expected()),
    };
    let number: u64 = digits.parse().map_err(|_| expected())?;
    number.checked_mul(unit).filter(|s| *s > 0).map(Duration::from_secs).ok_or_else(expected)
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
    use serde_json::Value;

    use super::*;

    const SECRET: &str = "0123456789abcdef0123456789abcdef";

    fn config() -> Config {
        Config::load(None, [("TIDEGATE_JWT_SECRET".to_owned(), SECRET.to_owned())]).unwrap()
    }

    #[test]
    fn a_lifetime_is_a_number_with_a_unit() {
        assert_eq!(parse_ttl("90"), Ok(Duration::from_secs(90)));
        assert_eq!(parse_ttl("2h"), Ok(Duration::from_secs(7_200)));
        assert_eq!(parse_ttl("7d"), Ok(Duration::from_secs(604_800)));
        for wrong in ["", "h", "1w", "-1h", "0s", "1.5h"] {
            assert!(parse_ttl(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_token_carries_subject_role_and_expiry() {
        let token = sign(&config(), "ada", Duration::from_secs(60), Some("admin")).unwrap();
        let key = DecodingKey::from_secret(SECRET.as_bytes());
        let claims = decode::<Value>(&token, &key, &Validation::new(Algorithm::HS256)).unwrap().claims;
        assert_eq!(claims["sub"], "ada");
        assert_eq!(claims["role"], "admin");
        assert_eq!(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(), 60);
        assert!(claims.get("aud").is_none());
    }

    #[test]
    fn nothing_is_signed_without_a_proper_secret() {
        assert!(sign(&Config::defaults(), "ada", Duration::from_secs(60), None).is_err());
    }
}
