//! Who calls, and what the credential lets them do.

use tokio::time::Instant;
use uuid::Uuid;

use crate::db::problem::Problem;
use crate::stream::event::Source;

/// Who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The user's id.
    pub user_id: Uuid,
    /// The user's name in credentials.
    pub handle: String,
    /// May do what only administrators may.
    pub is_admin: bool,
    /// As which kind of writer.
    pub sources: Sources,
    /// What it showed; asked again while a connection lives.
    pub credential: Credential,
    /// When the credential ends.
    pub expires: Instant,
}

/// What somebody showed. A ticket counts as the credential that it was bought with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    /// A signed token: good until it expires, or its user is gone.
    Token,
    /// An API key, by its id: it can be revoked.
    Key(Uuid),
}

impl Principal {
    /// The user whose rights limit what is read; `None` for an administrator.
    pub fn limited_to(&self) -> Option<Uuid> {
        (!self.is_admin).then_some(self.user_id)
    }

    /// Whether a text in an address names this user, by id or handle.
    pub fn is(&self, id_or_handle: &str) -> bool {
        id_or_handle == self.handle || Uuid::parse_str(id_or_handle).is_ok_and(|id| id == self.user_id)
    }

    /// The source of a write: the one asked for (`X-Tide-Source`) if this credential may, else its default.
    ///
    /// # Errors
    /// 403 `source_not_allowed`.
    pub fn source_for(&self, requested: Option<&str>) -> Result<Source, Problem> {
        let Some(word) = requested else { return Ok(self.sources.default()) };
        let word = word.trim();
        self.sources.0.iter().copied().find(|source| source.as_str() == word).ok_or_else(|| {
            Problem::new(403, "source_not_allowed").with_detail(format!(
                "this credential writes as {}: leave X-Tide-Source away, or use a credential made for another source",
                self.sources
            ))
        })
    }
}

/// The sources a credential may write as, the default first. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sources(Vec<Source>);

impl Sources {
    /// What a credential gets that says nothing: a person's.
    pub fn of_a_person() -> Self {
        Self(vec![Source::User])
    }

    /// Reads the words of a credential; `None` for no word, or one that is no source.
    pub fn read<W: AsRef<str>>(words: &[W]) -> Option<Self> {
        let known: Option<Vec<Source>> = words.iter().map(|word| Source::parse(word.as_ref())).collect();
        known.filter(|sources| !sources.is_empty()).map(Self)
    }

    /// The source of a write that asks for none.
    pub fn default(&self) -> Source {
        self.0[0]
    }

    /// The contract's words, the default first.
    pub fn words(&self) -> Vec<&'static str> {
        self.0.iter().map(|source| source.as_str()).collect()
    }
}

impl std::fmt::Display for Sources {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.words().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn principal(sources: &[&str]) -> Principal {
        Principal {
            user_id: Uuid::nil(),
            handle: "ann".into(),
            is_admin: false,
            sources: Sources::read(sources).unwrap(),
            credential: Credential::Token,
            expires: Instant::now(),
        }
    }

    #[test]
    fn a_write_has_the_default_source_unless_another_allowed_one_is_asked_for() {
        let agent = principal(&["mcp-ai", "user"]);
        assert_eq!(agent.source_for(None), Ok(Source::McpAi));
        assert_eq!(agent.source_for(Some("user")), Ok(Source::User));
        for refused in ["system", "USER", "", "root"] {
            let problem = agent.source_for(Some(refused)).unwrap_err();
            assert_eq!((problem.status, &*problem.code), (403, "source_not_allowed"), "{refused}");
        }
    }

    #[test]
    fn words_that_are_no_sources_are_not_read_as_some() {
        assert_eq!(Sources::read(&["user", "root"]), None);
        assert_eq!(Sources::read::<&str>(&[]), None);
        assert_eq!(Sources::read(&["system"]).unwrap().words(), ["system"]);
    }
}
