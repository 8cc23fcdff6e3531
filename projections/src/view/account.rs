//! What an order planned, took and gave of one material.

use serde::Serialize;
use twin_model::{Account, Decimal, MaterialId, Unit};
use utoipa::ToSchema;

/// The account of one material of an order. What was issued is what was used, scrapped or
/// returned, or lies at the line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccountView {
    /// Which material.
    #[schema(value_type = String)]
    pub material: MaterialId,
    /// Unit of every quantity below.
    #[schema(value_type = String, example = "KGM")]
    pub unit: Unit,
    /// Planned for the whole released quantity; `null` where it is not on the order's list.
    #[schema(value_type = Option<String>)]
    pub planned: Option<Decimal>,
    /// What of the plan is due for the good pieces that were made so far.
    #[schema(value_type = Option<String>)]
    pub due: Option<Decimal>,
    /// Given by the warehouse.
    #[schema(value_type = String)]
    pub issued: Decimal,
    /// Taken back by the warehouse.
    #[schema(value_type = String)]
    pub returned: Decimal,
    /// Consumed, as reported and as follows from the good pieces.
    #[schema(value_type = String)]
    pub consumed: Decimal,
    /// Scrapped at the line.
    #[schema(value_type = String)]
    pub scrapped: Decimal,
    /// Received by the warehouse of what the order made.
    #[schema(value_type = String)]
    pub received: Decimal,
    /// Lies at the line: neither used nor given back.
    #[schema(value_type = String)]
    pub at_line: Decimal,
    /// Used without an issue.
    #[schema(value_type = String)]
    pub unmatched: Decimal,
    /// Used beyond what is due; below zero when less was used. `null` where nothing was planned.
    #[schema(value_type = Option<String>)]
    pub variance: Option<Decimal>,
}

impl From<&Account> for AccountView {
    fn from(account: &Account) -> AccountView {
        AccountView {
            material: account.material.clone(),
            unit: account.unit,
            planned: account.planned.map(|planned| planned.normalize()),
            due: account.standard.map(|standard| standard.normalize()),
            issued: account.sums.issued.normalize(),
            returned: account.sums.returned.normalize(),
            consumed: account.consumed().normalize(),
            scrapped: account.sums.scrapped.normalize(),
            received: account.sums.received.normalize(),
            at_line: account.at_line().normalize(),
            unmatched: account.unmatched().normalize(),
            variance: account.variance().map(|variance| variance.normalize()),
        }
    }
}
