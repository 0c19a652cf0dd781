//! Who is behind a credential, as long as nothing changes about them: nobody is looked up for every request.
//!
//! Invariant: a revoked key, another role, a user who is gone count from the first request that comes after the commit
//! (`crate::cache`): what is kept depends on the user's own topic, on which all of these are told. Refusals are not kept.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use super::Principal;
use crate::cache::freshness::Freshness;
use crate::cache::memory::{Fetched, Keep, Memory};
use crate::db::problem::Problem;
use crate::gateway::store::User;
use crate::stream::event::Topic;

/// A key's use is noted by the minute, by whoever looks it up.
const LIFETIME: Duration = Duration::from_secs(60);
/// Enough for tens of thousands.
const MAX_BYTES: u64 = 16 << 20;

/// Those who were found.
#[derive(Debug)]
pub(super) struct People {
    by_name: Memory<Person<User>>,
    by_key: Memory<Person<Principal>>,
}

#[derive(Debug)]
struct Person<T> {
    who: T,
    topic: [Topic; 1],
}

impl<T: Send + Sync + 'static> Keep for Person<T> {
    fn bytes(&self) -> usize {
        size_of::<Self>() + 128
    }

    fn topics(&self) -> &[Topic] {
        &self.topic
    }
}

impl People {
    pub(super) fn new(freshness: Arc<Freshness>) -> Self {
        let by_name = Memory::new(MAX_BYTES, LIFETIME, freshness.clone());
        Self { by_name, by_key: Memory::new(MAX_BYTES, LIFETIME, freshness) }
    }

    /// A token's user, by what it calls them.
    pub(super) async fn by_name<F>(&self, name: &str, find: F) -> Result<User, Problem>
    where
        F: Future<Output = Result<User, Problem>>,
    {
        find_in(&self.by_name, name.into(), find, |user| user.id).await
    }

    /// A key's holder, by the key's hash.
    pub(super) async fn by_key<F>(&self, hash: &[u8; 32], find: F) -> Result<Principal, Problem>
    where
        F: Future<Output = Result<Principal, Problem>>,
    {
        find_in(&self.by_key, hex::encode(hash).into(), find, |who| who.user_id).await
    }
}

async fn find_in<T: Clone + Send + Sync + 'static>(
    known: &Memory<Person<T>>,
    key: Arc<str>,
    find: impl Future<Output = Result<T, Problem>>,
    id: impl Fn(&T) -> uuid::Uuid,
) -> Result<T, Problem> {
    if let Some(held) = known.get(&key).await {
        return Ok(held.value.who.clone());
    }
    let load = async {
        let who = find.await?;
        let topic = [Topic::from(&*format!("user:{}", id(&who)))];
        Ok((Person { who, topic }, LIFETIME))
    };
    let (Fetched::Kept(held) | Fetched::Loaded(held)) = known.fetch(&key, false, load).await?;
    Ok(held.value.who.clone())
}
