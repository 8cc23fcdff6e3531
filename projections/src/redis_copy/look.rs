//! A look at a Redis, without leaving a trace in it.

use std::time::Duration;

use redis::AsyncConnectionConfig;
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
    /// Of each plant that was asked for, the epoch of the copy that is there and its `written_at`;
    /// `None` where there is no copy.
    pub copies: Vec<Option<(u64, String)>>,
}

/// Looks at a Redis, and at the copies of `plants` in it.
///
/// # Errors
/// What Redis or the way to it says.
pub async fn look(target: &RedisTarget, plants: &[PlantId]) -> redis::RedisResult<RedisLook> {
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(LOOK_WAIT))
        .set_response_timeout(Some(LOOK_WAIT));
    let client = target.client()?;
    let mut connection = client
        .get_multiplexed_async_connection_with_config(&config)
        .await?;
    let mut copies = Vec::with_capacity(plants.len());
    for plant in plants {
        let mut read = redis::cmd("HMGET");
        read.arg(Keys::of(plant).meta())
            .arg("epoch")
            .arg("written_at");
        let (epoch, written_at): (Option<u64>, Option<String>) =
            read.query_async(&mut connection).await?;
        copies.push(epoch.map(|epoch| (epoch, written_at.unwrap_or_default())));
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
