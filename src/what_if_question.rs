//! What a planner asks of `POST /api/v1/what-if`.

use serde::Deserialize;
use simulators::plant_file::DispatchRule;
use simulators::what_if::{CHANGES_MAX, Change, HORIZON_H_MAX, REPLICATIONS_MAX};
use twin_model::PlantId;
use utoipa::ToSchema;

/// A question.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WhatIf {
    /// Which plant; the only one when left out.
    #[schema(value_type = Option<String>)]
    pub(crate) plant: Option<PlantId>,
    /// What is changed; without any, the answer is a forecast of the plant as it is.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    pub(crate) changes: Vec<Change>,
    /// How far ahead, hours; a week when left out.
    #[serde(default = "week")]
    pub(crate) horizon_h: u32,
    /// How many runs; 200 when left out.
    #[serde(default = "some")]
    pub(crate) replications: u32,
    /// Seed of the random numbers; 1 when left out.
    #[serde(default = "first")]
    pub(crate) seed: u64,
    /// Which waiting order a work center takes after the more urgent ones; `fifo` when left out.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(crate) dispatch: DispatchRule,
}

fn week() -> u32 {
    7 * 24
}

fn some() -> u32 {
    200
}

fn first() -> u64 {
    1
}

impl WhatIf {
    /// What is asked for and cannot be, with the numbers that can.
    pub(crate) fn beyond_limits(&self) -> Option<String> {
        let ranges = [
            (
                "horizon_h",
                u64::from(self.horizon_h),
                1,
                u64::from(HORIZON_H_MAX),
            ),
            (
                "replications",
                u64::from(self.replications),
                1,
                u64::from(REPLICATIONS_MAX),
            ),
            ("changes", self.changes.len() as u64, 0, CHANGES_MAX as u64),
        ];
        let (what, value, least, most) = ranges
            .into_iter()
            .find(|(_, value, least, most)| value < least || value > most)?;
        Some(format!("{what} is {value}; give {least} to {most}"))
    }
}
