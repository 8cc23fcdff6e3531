//! A look at a Redis, without leaving a trace in it.

use std::time::Duration;

use twin_model::PlantId;

use super::keys::Keys;
use super::target::RedisTarget;

/// How long a connection and each answer may take.
const LOOK_WAIT: Duration = Duration::from_secs(2);

/// What a look at a Redis found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedisLook {
    /// What it throws away when it is full; `None` when it does not say so to this user.
    pub eviction: Option<String>,
    /// How many of the plants that were asked for have a copy there.
    pub copies: usize,
}

/// Looks at a Redis, and at the copies of `plants` in it.
///
/// # Errors
/// What Redis or the way to it says.
pub async fn look(target: &RedisTarget, plants: &[PlantId]) -> redis::RedisResult<RedisLook> {
    let mut connection = target.connect(LOOK_WAIT, LOOK_WAIT).await?;
    let mut copies = 0;
    for plant in plants {
        let mut read = redis::cmd("EXISTS");
        let there: usize = read
            .arg(Keys::of(plant).meta())
            .query_async(&mut connection)
            .await?;
        copies += there;
    }
    let mut info = redis::cmd("INFO");
    let told: Option<String> = info.arg("memory").query_async(&mut connection).await.ok();
    let eviction = told.as_deref().and_then(|text| {
        let mut lines = text.lines();
        lines.find_map(|line| line.strip_prefix("maxmemory_policy:"))
    });
    Ok(RedisLook {
        eviction: eviction.map(|policy| policy.trim().to_owned()),
        copies,
    })
}
