//! Positions as clients carry them from one transport to the next: what is read is what is written again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tidegate::stream::position::Position;

fuzz_target!(|text: &str| {
    if let Ok(position) = text.parse::<Position>() {
        assert_eq!(position.to_string().parse(), Ok(position));
    }
});
