//! How long a credential is good, as people write it.

use std::time::Duration;

/// Reads a number with a unit: 45s, 30m, 1h, 7d.
pub(super) fn parse(text: &str) -> Result<Duration, String> {
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
    use super::*;

    #[test]
    fn a_lifetime_is_a_number_with_a_unit() {
        assert_eq!(parse("90"), Ok(Duration::from_secs(90)));
        assert_eq!(parse("2h"), Ok(Duration::from_secs(7_200)));
        assert_eq!(parse("7d"), Ok(Duration::from_secs(604_800)));
        for wrong in ["", "h", "1w", "-1h", "0s", "1.5h"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
