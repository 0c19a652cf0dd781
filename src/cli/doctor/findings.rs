//! What was found: a grade, a sentence, and what to do.

use std::fmt::{self, Display, Formatter};

use serde::Serialize;
use tokio_postgres::error::SqlState;

use crate::db::pool;
use crate::error::Failure;
use crate::terminal::say;

/// How bad it is. The order matters: the worst is the largest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Grade {
    /// As it should be.
    Ok,
    /// Works, but somebody should know.
    Warn,
    /// A promise does not hold.
    Fail,
}

impl Display for Grade {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "FAIL",
        })
    }
}

/// The answer of one check.
#[derive(Debug, Serialize)]
pub(super) struct Finding {
    grade: Grade,
    what: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
}

impl Finding {
    pub(super) fn ok(what: impl Into<String>) -> Self {
        Self { grade: Grade::Ok, what: what.into(), remedy: None }
    }

    pub(super) fn warn(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { grade: Grade::Warn, what: what.into(), remedy: Some(remedy.into()) }
    }

    pub(super) fn fail(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { grade: Grade::Fail, what: what.into(), remedy: Some(remedy.into()) }
    }

    /// Something that this role may not read, or that this Postgres does not know.
    fn unchecked(error: &tokio_postgres::Error) -> Self {
        if error.code() == Some(&SqlState::UNDEFINED_FUNCTION) {
            return Self::fail(
                format!("could not be checked: {}", pool::chain(error)),
                "run `tidegate migrate`",
            );
        }
        let reason =
            error.as_db_error().map_or_else(|| error.to_string(), |refusal| refusal.message().to_owned());
        Self::warn(format!("could not be checked: {reason}"), "run it as a superuser to know")
    }
}

/// What a check answers, or why it could not.
pub(super) type Checked = Result<Finding, tokio_postgres::Error>;

#[derive(Debug, Serialize)]
struct Line {
    check: &'static str,
    #[serde(flatten)]
    finding: Finding,
}

/// All that was found, in the order of the checks.
#[derive(Debug, Default, Serialize)]
pub(super) struct Findings {
    findings: Vec<Line>,
}

impl Findings {
    pub(super) fn add(&mut self, check: &'static str, finding: Finding) {
        self.findings.push(Line { check, finding });
    }

    pub(super) fn note(&mut self, check: &'static str, checked: Checked) {
        self.add(check, checked.unwrap_or_else(|error| Finding::unchecked(&error)));
    }

    pub(super) fn worst(&self) -> Grade {
        self.findings.iter().map(|line| line.finding.grade).max().unwrap_or(Grade::Ok)
    }

    pub(super) fn print(&self, json: bool) -> Result<(), Failure> {
        let text = if json {
            serde_json::to_string(self).expect("texts and enums always serialise")
        } else {
            self.findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
        };
        say(text)
    }
}

impl Display for Line {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Finding { grade, what, remedy } = &self.finding;
        write!(f, "{grade:<5} {:<13} {what}", self.check)?;
        match remedy {
            Some(remedy) => write!(f, "\n{:<19} -> {remedy}", ""),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_finding_decides() {
        let mut findings = Findings::default();
        assert_eq!(findings.worst(), Grade::Ok);
        findings.add("a", Finding::warn("so so", "look"));
        findings.add("b", Finding::ok("fine"));
        assert_eq!(findings.worst(), Grade::Warn);
        findings.add("c", Finding::fail("broken", "mend it"));
        assert_eq!(findings.worst(), Grade::Fail);
    }

    #[test]
    fn a_line_says_what_is_wrong_and_the_next_one_what_to_do() {
        let line = Line { check: "clock", finding: Finding::fail("an hour off", "start a time service") };
        let text = line.to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("FAIL  clock") && lines[0].ends_with("an hour off"), "{text}");
        assert!(lines[1].ends_with("-> start a time service"), "{text}");
    }
}
