//! The environment: whatever a variable of ours says, it is a setting or a refusal, and a secret is never shown.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tidegate::config::Config;

const SECRET: &str = "a secret that is in the environment, too";

fuzz_target!(|text: &str| {
    let said = text.lines().filter_map(|line| line.split_once('='));
    let said = said.map(|(key, value)| (format!("TIDEGATE_{key}"), value.to_owned()));
    let ours = [("TIDEGATE_JWT_SECRET".to_owned(), SECRET.to_owned())];
    match Config::load(None, said.chain(ours)) {
        Ok(config) => assert!(!format!("{config:?}").contains(SECRET)),
        Err(error) => assert!(!error.to_string().contains(SECRET)),
    }
});
