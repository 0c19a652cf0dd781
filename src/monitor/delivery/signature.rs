//! Signatures of [Standard Webhooks](https://www.standardwebhooks.com): HMAC-SHA256 over id, time and body.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What secrets begin with; the rest is the key in Base64.
const PREFIX: &str = "whsec_";

/// The value of `webhook-signature`: one signature for each secret, so that a receiver may know either during a
/// rotation. A secret that cannot be read signs nothing.
pub fn sign(secrets: &[String], id: &str, timestamp: i64, body: &str) -> String {
    let signatures = secrets.iter().filter_map(|secret| sign_with(secret, id, timestamp, body));
    signatures.collect::<Vec<_>>().join(" ")
}

fn sign_with(secret: &str, id: &str, timestamp: i64, body: &str) -> Option<String> {
    let key = STANDARD.decode(secret.strip_prefix(PREFIX)?).ok()?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body.as_bytes());
    Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(byte: u8) -> String {
        format!("{PREFIX}{}", STANDARD.encode([byte; 32]))
    }

    #[test]
    fn the_independent_library_takes_the_signature_of_either_secret() {
        let now = i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_secs()).unwrap();
        let signed = sign(&[secret(1), secret(2)], "msg_1", now, "{}");
        for known in [1, 2] {
            let headers = axum::http::HeaderMap::from_iter([
                ("webhook-id".parse().unwrap(), "msg_1".parse().unwrap()),
                ("webhook-timestamp".parse().unwrap(), now.into()),
                ("webhook-signature".parse().unwrap(), signed.parse().unwrap()),
            ]);
            let judge = standardwebhooks::Webhook::new(&secret(known)).unwrap();
            judge.verify(b"{}", &headers).unwrap();
            assert!(judge.verify(b"{ }", &headers).is_err());
        }
    }

    #[test]
    fn what_is_no_secret_signs_nothing() {
        assert_eq!(sign(&["nonsense".to_owned(), "whsec_%".to_owned()], "m", 0, ""), "");
    }
}
