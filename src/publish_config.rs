//! `[publish]` of `twin.toml`: the changes of the plants go to the broker.

use ingest::change_publisher::ChangeRetention;
use serde::Deserialize;

use crate::exit::{Failure, Kind};

/// Days for which changes are kept for replay.
const KEEP_DAYS: u32 = 7;
/// Mebibytes of changes that are kept for replay, per plant.
const KEEP_MIB: u32 = 4096;

/// What is kept at the broker.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PublishConfig {
    /// For how many days.
    #[serde(default = "keep_days")]
    keep_days: u32,
    /// How much per plant, in mebibytes.
    #[serde(default = "keep_mib")]
    keep_mib: u32,
}

fn keep_days() -> u32 {
    KEEP_DAYS
}

fn keep_mib() -> u32 {
    KEEP_MIB
}

impl PublishConfig {
    /// What the stream queue of a plant keeps.
    ///
    /// # Errors
    /// The setting that is wrong, and how to mend it.
    pub(crate) fn retention(&self) -> Result<ChangeRetention, Failure> {
        for (name, value) in [("keep_days", self.keep_days), ("keep_mib", self.keep_mib)] {
            if value == 0 {
                let text = format!("[publish] {name} must be 1 or more");
                return Err(Failure::new(Kind::Config, text));
            }
        }
        Ok(ChangeRetention {
            days: self.keep_days,
            mebibytes: self.keep_mib,
        })
    }
}
