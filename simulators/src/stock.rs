//! The lots that the simulated warehouse can give away.

use twin_model::LotId;

/// A bought lot with material that no order has taken yet.
#[derive(Clone, Debug)]
pub(crate) struct RawLot {
    pub(crate) lot: LotId,
    /// Index of the raw material.
    pub(crate) material: usize,
    /// Thousandths of the material's unit that are free.
    pub(crate) free_milli: i64,
}

/// A finished lot that no delivery has asked for yet.
#[derive(Clone, Debug)]
pub(crate) struct FinishedLot {
    pub(crate) lot: LotId,
    pub(crate) raw_lot: LotId,
    pub(crate) customer: &'static str,
    pub(crate) pieces: i64,
}

/// Everything in stock, in the order of arrival.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stock {
    pub(crate) raw: Vec<RawLot>,
    pub(crate) finished: Vec<FinishedLot>,
    /// Whether raw material is on its way, per raw material.
    pub(crate) ordered: Vec<bool>,
    /// Lots received so far, per raw material.
    pub(crate) received: Vec<u64>,
    /// The finished lot that the opening hold concerns, until its delivery is requested.
    pub(crate) set_aside: Option<FinishedLot>,
}
