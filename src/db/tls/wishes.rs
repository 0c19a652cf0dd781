//! What somebody asks of TLS, before any file is read: libpq's words, in an address or in the settings.

use percent_encoding::percent_decode_str;
use tokio_postgres::config::{SslMode, SslNegotiation};

use crate::config::Database;
use crate::error::Failure;

/// The name of all authorities of this machine, in place of a file.
pub(super) const SYSTEM: &str = "system";

/// What libpq's words mean, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
pub(super) enum Mode {
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
    pub(super) root: String,
    pub(super) certificate: String,
    pub(super) key: String,
    pub(super) is_direct: bool,
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

    /// Which mode that is.
    ///
    /// # Errors
    /// There is none of this name, or it is too weak for what is asked besides.
    pub(super) fn mode(&self) -> Result<Mode, Failure> {
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
}
