//! One plant as a supervised shard of entity actors: turn, group commit, recovery.
