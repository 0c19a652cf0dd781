//! The SQL functions that answer with summaries: questions whose answers may be kept ([`crate::cache`]).
//!
//! Invariant: [`SummaryQuestion::key`] names everything that the answer depends on beside the data, whose rights first;
//! the topics that it depends on come from Postgres with the answer.

use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use postgres_types::Type;
use sha2::{Digest, Sha256};
use tokio_postgres::Row;
use uuid::Uuid;

use crate::cache::{Answer, Question};
use crate::db::pool::Pool;
use crate::db::problem::Problem;
use crate::db::reader::Source;
use crate::db::session::Param;
use crate::stream::log::JsonText;

/// A question about summaries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SummaryQuestion {
    /// Whose rights limit the answer; `None` is an administrator, who may see everything.
    pub subject: Option<Uuid>,
    /// Of what.
    pub of: Summaries,
}

/// What is summed up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Summaries {
    /// One branch.
    Branch(Uuid),
    /// One project.
    Project(Uuid),
    /// All branches of many projects.
    Bulk {
        /// Of the projects that this user may see …
        user: Uuid,
        /// … these, sorted, or all.
        projects: Option<Vec<Uuid>>,
        /// What is archived too.
        archived: bool,
    },
}

impl Summaries {
    /// Stands for what was asked for, whoever asks.
    pub fn key(&self) -> String {
        match self {
            Self::Branch(id) => id.to_string(),
            Self::Project(id) => id.to_string(),
            Self::Bulk { user, projects, archived } => {
                let projects =
                    projects.as_ref().map(|ids| ids.iter().map(Uuid::to_string).collect::<Vec<_>>());
                let projects = projects.map_or_else(|| "all".to_owned(), |ids| ids.join(","));
                digest([&user.to_string(), &projects, if *archived { "archived too" } else { "" }])
            }
        }
    }
}

impl Question for SummaryQuestion {
    fn kind(&self) -> &'static str {
        match self.of {
            Summaries::Branch(_) => "branch_summary",
            Summaries::Project(_) => "project_summary",
            Summaries::Bulk { .. } => "bulk_summaries",
        }
    }

    fn key(&self) -> String {
        let whose = self.subject.map_or_else(|| "everybody".to_owned(), |user| user.to_string());
        format!("{} for {whose}: {}", self.kind(), self.of.key())
    }

    fn load<'a>(&'a self, pool: &'a Pool) -> BoxFuture<'a, Result<Answer, Problem>> {
        self.ask(Source::Primary(pool)).boxed()
    }
}

impl SummaryQuestion {
    /// Asks the tables, in one snapshot.
    ///
    /// # Errors
    /// As [`Source::ask`].
    pub async fn ask(&self, source: Source<'_>) -> Result<Answer, Problem> {
        let subject = self.subject;
        match &self.of {
            Summaries::Branch(id) => get_branch_summary(source, subject, *id).await,
            Summaries::Project(id) => get_project_summary(source, subject, *id).await,
            Summaries::Bulk { user, projects, archived } => {
                bulk_summaries_at(source, subject, *user, projects.as_deref(), *archived).await
            }
        }
    }
}

/// `work.get_branch_summary`
async fn get_branch_summary(
    source: Source<'_>,
    subject: Option<Uuid>,
    branch: Uuid,
) -> Result<Answer, Problem> {
    // A branch moves: what happens in its project may end that the caller sees it.
    const SQL: &str = "select p.epoch, p.sequence, pg_current_snapshot()::text,
        array_remove(array['branch:' || $2, 'project:' || (f ->> 'project_id'), 'user:' || $1], null),
        f, tide.version_of(f)
        from work.get_branch_summary($1, $2) f cross join tide.position() p";
    one(&source.ask(subject, SQL, &[(&subject, Type::UUID), (&branch, Type::UUID)]).await?)
}

/// `work.get_project_summary`
async fn get_project_summary(
    source: Source<'_>,
    subject: Option<Uuid>,
    project: Uuid,
) -> Result<Answer, Problem> {
    const SQL: &str = "select p.epoch, p.sequence, pg_current_snapshot()::text,
        array_remove(array['project:' || $2, 'user:' || $1], null),
        f, tide.version_of(f)
        from work.get_project_summary($1, $2) f cross join tide.position() p";
    one(&source.ask(subject, SQL, &[(&subject, Type::UUID), (&project, Type::UUID)]).await?)
}

fn one(row: &Row) -> Result<Answer, Problem> {
    let JsonText(body) = row.get::<_, Option<JsonText>>(4).ok_or_else(|| Problem::new(404, "not_found"))?;
    let body = Bytes::from(Box::<str>::from(body).into_string());
    Ok(Answer::of(row, body, row.get::<_, &str>(5).into(), 1))
}

/// `work.bulk_summaries_at`: the body is the beginning of an object, up to where metadata follow.
async fn bulk_summaries_at(
    source: Source<'_>,
    subject: Option<Uuid>,
    user: Uuid,
    projects: Option<&[Uuid]>,
    archived: bool,
) -> Result<Answer, Problem> {
    const SQL: &str = "select s.epoch, s.sequence, s.snapshot::text, s.topics, s.summaries, s.projects,
        s.summary_count from work.bulk_summaries_at($1, $2, $3) s";
    let params: [Param<'_>; 3] =
        [(&user, Type::UUID), (&projects, Type::UUID_ARRAY), (&archived, Type::BOOL)];
    let row = source.ask(subject, SQL, &params).await?;
    let (JsonText(summaries), JsonText(projects)) = (row.get(4), row.get(5));
    let (summaries, projects) = (summaries.get(), projects.get());
    let body = format!("{{\"summaries\":{summaries},\"projects\":{projects}");
    Ok(Answer::of(&row, body.into(), digest([summaries, projects]).into(), row.get(6)))
}

fn digest<const N: usize>(parts: [&str; N]) -> String {
    let each = parts.iter().fold(Sha256::new(), |digest, part| digest.chain_update(part).chain_update("\n"));
    hex::encode(&each.finalize()[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_may_see_something_else_asks_something_else() {
        let (ann, ben) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let bulk = |user, projects, archived| Summaries::Bulk { user, projects, archived };
        let mut keys: Vec<String> = [
            (Some(ann), bulk(ann, None, false)),
            (Some(ben), bulk(ben, None, false)),
            (None, bulk(ann, None, false)),
            (Some(ann), bulk(ann, None, true)),
            (Some(ann), bulk(ann, Some(vec![]), false)),
            (Some(ann), bulk(ann, Some(vec![ben]), false)),
            (Some(ann), Summaries::Branch(ann)),
            (Some(ann), Summaries::Project(ann)),
            (None, Summaries::Project(ann)),
        ]
        .map(|(subject, of)| SummaryQuestion { subject, of }.key())
        .into();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), 9);
    }
}
