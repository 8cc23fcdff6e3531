//! What a check of an installation found: one line for whoever must act.

use serde::Serialize;

/// How a check came out; the worst one last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// As it must be.
    Ok,
    /// The plant runs, or would; somebody should look.
    Warning,
    /// The plant is silent, or would be.
    Problem,
}

impl Outcome {
    /// The outcome as a word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Ok => "ok",
            Outcome::Warning => "warning",
            Outcome::Problem => "problem",
        }
    }
}

/// Whose it is to act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// Who runs the broker: its users, permissions, queues and disks.
    Broker,
    /// Who runs the Redis: its users, memory and policy.
    Redis,
    /// Who runs the twin: its configuration, its process and its disk.
    Twin,
    /// Who answers for the plant's events.
    Plant,
}

impl Owner {
    /// The owner in words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Owner::Broker => "who runs the broker",
            Owner::Redis => "who runs the Redis",
            Owner::Twin => "who runs the twin",
            Owner::Plant => "who answers for the plant's events",
        }
    }
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Remedy {
    /// Whose it is.
    pub owner: Owner,
    /// What to do next.
    pub next: String,
}

/// What one check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at, like `queue twin.in.P1`.
    pub object: String,
    /// How it came out.
    pub outcome: Outcome,
    /// What was found; where two things differ, both.
    pub found: String,
    /// What to do, unless it is as it must be.
    #[serde(flatten)]
    pub remedy: Option<Remedy>,
}

impl Finding {
    /// It is as it must be.
    pub fn ok(object: impl Into<String>, found: impl Into<String>) -> Finding {
        Finding {
            object: object.into(),
            outcome: Outcome::Ok,
            found: found.into(),
            remedy: None,
        }
    }

    /// Somebody should look.
    pub fn warning(
        object: impl Into<String>,
        found: impl Into<String>,
        owner: Owner,
        next: impl Into<String>,
    ) -> Finding {
        let next = next.into();
        Finding {
            outcome: Outcome::Warning,
            remedy: Some(Remedy { owner, next }),
            ..Finding::ok(object, found)
        }
    }

    /// Somebody must act.
    pub fn problem(
        object: impl Into<String>,
        found: impl Into<String>,
        owner: Owner,
        next: impl Into<String>,
    ) -> Finding {
        Finding {
            outcome: Outcome::Problem,
            ..Finding::warning(object, found, owner, next)
        }
    }
}
