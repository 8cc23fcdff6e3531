//! The Redis that copies are kept in.

use ingest::finding::{Finding, Owner};
use projections::redis_copy::look;
use twin_model::PlantId;

use crate::redis_config::RedisConfig;

/// The only policy under which no item goes missing.
const KEEPS_ALL: &str = "noeviction";

/// Looks at the Redis of a configuration. Whatever is wrong there, the plants run: at most it is
/// a warning, but for a setting that keeps the twin from starting.
pub(super) async fn ask(config: &RedisConfig, plants: &[PlantId]) -> Vec<Finding> {
    let target = match config.target() {
        Ok(target) => target,
        Err(failure) => {
            let next = "mend the section [redis]; deploy/twin.toml explains its keys";
            return vec![Finding::problem(
                "redis",
                failure.to_string(),
                Owner::Twin,
                next,
            )];
        }
    };
    let object = format!("redis {}", target.place());
    let seen = match look(&target, plants).await {
        Ok(seen) => seen,
        Err(error) => {
            let next = "start it, or mend url, user and password_file of [redis]; the plants run \
                        without, and the copy is written anew once it is there";
            return vec![Finding::warning(
                object,
                error.to_string(),
                Owner::Redis,
                next,
            )];
        }
    };
    let mut findings = Vec::new();
    match seen.eviction.as_deref() {
        Some(KEEPS_ALL) => {
            let (copies, all) = (seen.copies, plants.len());
            let found = format!("answers; {copies} of {all} plants have a copy");
            findings.push(Finding::ok(object, found));
        }
        Some(other) => {
            let found = format!("maxmemory-policy is {other}, {KEEPS_ALL} wanted");
            let next = "set it: a full Redis would throw items away in silence";
            findings.push(Finding::warning(object, found, Owner::Redis, next));
        }
        None => {
            let found = "answers, and does not say what it throws away when it is full";
            let next = "see that maxmemory-policy is noeviction";
            findings.push(Finding::warning(object, found, Owner::Redis, next));
        }
    }
    findings
}
