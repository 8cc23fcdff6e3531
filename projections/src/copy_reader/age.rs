//! How old a copy is.

use serde::Serialize;
use twin_model::Time;
use utoipa::ToSchema;

/// A copy that the twin has not spoken for during longer than this is stale, milliseconds. The twin
/// does so every second.
pub const COPY_FRESH_MS_MAX: i64 = 5_000;

/// How old a copy is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CopyAge {
    /// When the twin last said that this is what it has, wall clock.
    #[schema(value_type = String, format = DateTime)]
    pub written_at: Time,
    /// How long ago that was, milliseconds.
    pub age_ms: i64,
    /// Whether that is too long ago: what is shown was right, and may no longer be.
    pub stale: bool,
    /// Why it is stale.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stale_because: Option<String>,
}

impl CopyAge {
    /// The age, at `now` of the wall clock, of what was written at `written_at`.
    pub(super) fn new(written_at: Time, now: Time) -> CopyAge {
        // The clock of the twin's machine may run a little ahead; that is not a negative age.
        let age_ms = now.micros_since(written_at).max(0) / 1_000;
        let stale = age_ms > COPY_FRESH_MS_MAX;
        CopyAge {
            written_at,
            age_ms,
            stale,
            stale_because: stale.then(|| {
                format!(
                    "the twin last wrote to this copy {} s ago, and does so every second: it is \
                     down, or cannot write to this Redis",
                    age_ms / 1_000
                )
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn age(ms: i64) -> CopyAge {
        CopyAge::new(Time::from_micros(0), Time::from_micros(ms * 1_000))
    }

    #[test]
    fn a_copy_is_stale_behind_the_limit_and_not_at_it() {
        let fresh = age(COPY_FRESH_MS_MAX);
        assert_eq!((fresh.stale, fresh.stale_because), (false, None));
        let stale = age(COPY_FRESH_MS_MAX + 1);
        assert!(stale.stale);
        assert!(stale.stale_because.unwrap().contains("5 s ago"));
    }

    #[test]
    fn a_clock_that_is_ahead_makes_no_negative_age() {
        assert_eq!(age(-700).age_ms, 0);
    }
}
