//! Headers and tokens of strangers: whoever is not known for certain is nobody.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use tidegate::auth::{Tokens, bearer};
use tidegate::config::Config;

static TOKENS: LazyLock<Tokens> = LazyLock::new(|| {
    let secret = ("TIDEGATE_JWT_SECRET".to_owned(), "a secret that no fuzzer will find out".to_owned());
    Tokens::new(&Config::load(None, [secret]).expect("a secret is all it takes")).expect("it is long enough")
});

fuzz_target!(|text: &str| {
    let token = bearer(text).unwrap_or(text);
    assert!(TOKENS.verify(token).is_err());
});
