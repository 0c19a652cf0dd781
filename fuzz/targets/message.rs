//! Whatever text a client sends: it is read or refused, and what was read can be asked for everything that it says.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tidegate::gateway::protocol::{self, Request};

fuzz_target!(|text: &str| {
    let Ok(incoming) = protocol::read(text) else { return };
    match incoming.request {
        Ok(request) => {
            assert!(!request.name().is_empty());
            if let Request::Resume(resume) = &request {
                let wanted = resume.wanted();
                assert!(wanted.iter().all(|(topic, _)| text.len() >= topic.as_str().len()));
            }
            assert!(!format!("{request:?}").contains("eyJhbGciOi"), "a token is shown");
        }
        Err((_, why)) => assert!(!why.is_empty()),
    }
});
