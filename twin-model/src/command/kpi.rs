//! What the twin tells of the figures of work centers.

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Amount, Bucket, Time, WorkCenterId};

/// Time that was spent on one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BucketTime {
    /// On what.
    pub bucket: Bucket,
    /// How long, microseconds.
    pub micros: i64,
}

/// A window of a work center's time is over: what it was spent on, what was counted, and the
/// factors of ISO 22400-2. Told once; what is reported later is in the answers of the twin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KpiClosed {
    /// The work center.
    pub work_center: WorkCenterId,
    /// The first instant of the window.
    pub from: Time,
    /// Its end, which does not belong to it.
    pub to: Time,
    /// What its time was spent on; together they are the window.
    pub buckets: Vec<BucketTime>,
    /// Good pieces; `null` where nobody counts them.
    pub good: Option<u64>,
    /// Scrapped pieces; `null` where nobody counts them.
    pub scrap: Option<u64>,
    /// All pieces; `null` where nobody counts them.
    pub total: Option<u64>,
    /// Production time in the planned busy time; `null` where it cannot be computed, as the others.
    #[schemars(with = "Option<Amount>")]
    pub availability: Option<Decimal>,
    /// Ideal time of all pieces in the production time.
    #[schemars(with = "Option<Amount>")]
    pub effectiveness: Option<Decimal>,
    /// Good pieces among all.
    #[schemars(with = "Option<Amount>")]
    pub quality: Option<Decimal>,
    /// The product of the three.
    #[schemars(with = "Option<Amount>")]
    pub oee: Option<Decimal>,
}
